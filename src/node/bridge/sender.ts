import { versionedHash } from '../../core/batching/payload.js'
import { parseTransaction } from '../../core/chain/transaction.js'
import { bytesToHex, hexToBytes, keccak256 } from '../../core/codec/index.js'
import { L1_FEE_CAP } from '../../core/consensus/onL1.js'
import { Exit, MetisSeqError } from '../../core/errors/index.js'
import { reached } from '../../core/faultPoints.js'
import { bigQuantity, parseL1Block, quantity } from '../../core/l1/answers.js'
import { withSidecar } from '../../core/l1/sidecar.js'
import type { Kzg, L1Sender } from '../../core/ports/l1.js'
import type { Hash, Hex } from '../../core/types/hex.js'
import { createJsonRpc, type JsonRpc } from './rpc.js'

export interface L1SenderOptions {
  url: string
  kzg: Kzg
  timeoutMs?: number
  /** Ends every call that is under way, when the node closes. */
  signal?: AbortSignal
}

const least = (a: bigint, b: bigint) => (a < b ? a : b)

/** Sends the group's transactions to L1; never signs, and never asks for a pending nonce. */
export function createL1Sender({ url, kzg, timeoutMs, signal }: L1SenderOptions): L1Sender {
  const rpc = createJsonRpc({ url, signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) })
  return {
    async fees() {
      const [block, tip, blobFee] = await Promise.all([
        rpc.call('eth_getBlockByNumber', ['latest', false]),
        rpc.call('eth_maxPriorityFeePerGas', []),
        rpc.call('eth_blobBaseFee', []),
      ])
      return headroom(parseL1Block(block).baseFee, bigQuantity(tip, 'tip'), bigQuantity(blobFee, 'blob base fee'))
    },
    async send(envelope, blobs) {
      const raw = blobs.length === 0 ? envelope : await networkForm(kzg, hexToBytes(envelope), blobs)
      return broadcast(rpc, keccak256(hexToBytes(envelope)), raw)
    },
    async nonce(address) {
      return quantity(await rpc.call('eth_getTransactionCount', [address, 'latest']), 'nonce')
    },
  }
}

/** Both base fees may double before the transaction is mined (six full blocks); all in wei, within the cap of rule B2. */
function headroom(baseFee: bigint, tip: bigint, blobFee: bigint) {
  const maxFeePerGas = least(2n * baseFee + tip, L1_FEE_CAP)
  return {
    maxFeePerGas,
    maxPriorityFeePerGas: least(tip, maxFeePerGas),
    maxFeePerBlobGas: least(2n * blobFee, L1_FEE_CAP),
  }
}

async function networkForm(kzg: Kzg, envelope: Uint8Array, blobs: readonly Uint8Array[]): Promise<Hex> {
  const { blobs: named } = parseTransaction(envelope)
  const { commitments, cellProofs } = await kzg.sidecar(blobs)
  const found = commitments.map(versionedHash)
  if (found.join() !== named.join()) {
    throw new MetisSeqError('BLOBS_FOREIGN', `The transaction names the blobs ${named.join()}, not ${found.join()}.`, {
      exit: Exit.data,
      severity: 'critical',
      next: 'Send the transaction with the blobs that it was signed for.',
    })
  }
  return bytesToHex(withSidecar(envelope, { blobs, commitments, cellProofs }))
}

/** What L1 refuses because it has the very same transaction, in its pool or in a block, was sent all the same. */
async function broadcast(rpc: JsonRpc, hash: Hash, raw: Hex): Promise<Hash> {
  try {
    await rpc.call('eth_sendRawTransaction', [raw])
    reached('l1.sent')
    return hash
  } catch (error) {
    if (!(error instanceof MetisSeqError) || error.code !== 'L1_REFUSED') throw error
    if ((await rpc.call('eth_getTransactionByHash', [hash])) !== null) return hash
    throw new MetisSeqError('L1_SEND_REFUSED', `L1 does not take transaction ${hash}: ${error.details.reason}.`, {
      exit: Exit.reverted,
      severity: 'refused',
      next: 'Raise the fees if they are too low; check the balance and the nonce of the group address.',
      details: { hash, reason: error.details.reason },
      cause: error,
    })
  }
}
