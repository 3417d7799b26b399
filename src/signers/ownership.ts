import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { SequencerPublicRecord } from '../core/staking/record.js'
import type { Address, Hex } from '../core/types/hex.js'
import type { LocalSigner } from './localSigner.js'

/** A signature (EIP-191) that only the holder of the signer's key can make. */
export interface OwnershipProof {
  message: string
  signature: Hex
}

/**
 * Proves that `signer` holds the key that `record` names, for the L2 network `l2ChainId`.
 * @throws MetisSeqError `PUBKEY_MISMATCH` (exit 3): the key is another one
 */
export async function proveOwnership(
  record: SequencerPublicRecord,
  l2ChainId: bigint,
  signer: LocalSigner,
): Promise<OwnershipProof> {
  const { verifyMessage } = await import('ethers')
  const message = messageFor(record, l2ChainId)
  const signature = await signer.signMessage(message)
  const recovered = verifyMessage(message, signature).toLowerCase()
  if (recovered === record.seq_addr && signer.publicKey === record.pubkey) return { message, signature }
  throw new MetisSeqError('PUBKEY_MISMATCH', `The key belongs to ${recovered}, not to ${record.seq_addr}.`, {
    exit: Exit.precheck,
    next: '`metis-seq keys show NAME` prints address and public key of one key.',
  })
}

/**
 * The L2 chain for which `proof` shows that the key of `record` was at hand.
 * @throws MetisSeqError `PROOF_INVALID` (exit 10): it is about something else, or another key signed
 */
export async function verifyOwnership(record: SequencerPublicRecord, proof: OwnershipProof): Promise<bigint> {
  const { verifyMessage } = await import('ethers')
  const chain = /^[^\n]{1,200} on chain (\d{1,18})$/.exec(proof.message)?.[1]
  if (chain === undefined || proof.message !== messageFor(record, BigInt(chain))) {
    throw unproven('the message that was signed is not about this record')
  }
  let recovered: Address
  try {
    recovered = verifyMessage(proof.message, proof.signature).toLowerCase() as Address
  } catch {
    throw unproven('the signature is none') // ethers refuses what is no point of the curve
  }
  if (recovered !== record.seq_addr) throw unproven(`${recovered} signed, not ${record.seq_addr}`)
  return BigInt(chain)
}

function messageFor({ seq_addr, address }: SequencerPublicRecord, l2ChainId: bigint): string {
  return `metis-seq: ${seq_addr} signs for the sequencer of ${address} on chain ${l2ChainId}`
}

function unproven(reason: string): MetisSeqError {
  return new MetisSeqError('PROOF_INVALID', `The proof does not hold: ${reason}.`, {
    exit: Exit.checkFailed,
    next: 'Have whoever holds the key run `metis-seq register --json` again.',
  })
}
