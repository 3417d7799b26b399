import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { SequencerPublicRecord } from '../core/staking/record.js'
import type { Hex } from '../core/types/hex.js'
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
  const message = `metis-seq: ${record.seq_addr} signs for the sequencer of ${record.address} on chain ${l2ChainId}`
  const signature = await signer.signMessage(message)
  const recovered = verifyMessage(message, signature).toLowerCase()
  if (recovered === record.seq_addr && signer.publicKey === record.pubkey) return { message, signature }
  throw new MetisSeqError('PUBKEY_MISMATCH', `The key belongs to ${recovered}, not to ${record.seq_addr}.`, {
    exit: Exit.precheck,
    next: '`metis-seq keys show NAME` prints address and public key of one key.',
  })
}
