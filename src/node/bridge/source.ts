import { BLOB_SIZE } from '../../core/batching/blobs.js'
import { hexToBytes, isHex } from '../../core/codec/index.js'
import { Exit, MetisSeqError } from '../../core/errors/index.js'
import { parseL1Block, parseL1Transaction } from '../../core/l1/answers.js'
import type { L1Source } from '../../core/ports/l1.js'
import { createJsonRpc, fetchJson, type JsonRpc } from './rpc.js'

export interface L1SourceOptions {
  /** JSON-RPC endpoint of an L1 node. */
  url: string
  /** Beacon API of a consensus node that keeps the blobs; without it they are asked of an anvil. */
  beaconUrl?: string
  timeoutMs?: number
}

/** More than any fork allows in a block. */
const MAX_BLOBS = 128

/** Reads transactions, and the blobs of a block from the Beacon API or from anvil. */
export function createL1Source({ url, beaconUrl, timeoutMs }: L1SourceOptions): L1Source {
  const limits = timeoutMs === undefined ? {} : { timeoutMs }
  const rpc = createJsonRpc({ url, ...limits })
  return {
    async transaction(hash) {
      const answer = await rpc.call('eth_getTransactionByHash', [hash])
      return answer === null ? undefined : parseL1Transaction(answer)
    },
    async blobs(block, hashes) {
      if (beaconUrl === undefined) {
        const answers = await Promise.all(hashes.map((hash) => rpc.call('anvil_getBlobByHash', [hash])))
        return answers.filter((answer) => answer !== null).map(blobOf)
      }
      const root = await beaconRoot(rpc, block)
      const path = `/eth/v1/beacon/blobs/${root}?versioned_hashes=${hashes.join(',')}`
      return blobList(await fetchJson({ url: `${beaconUrl.replace(/\/+$/, '')}${path}`, ...limits })).map(blobOf)
    },
  }
}

/** The beacon block of an L1 block is named in the next one, as its parent (EIP-4788). */
async function beaconRoot(rpc: JsonRpc, block: number): Promise<string> {
  const answer = await rpc.call('eth_getBlockByNumber', [`0x${(block + 1).toString(16)}`, false])
  const root = answer === null ? null : parseL1Block(answer).parentBeaconBlockRoot
  if (root !== null) return root
  throw unreadable(`L1 names no beacon block for block ${block}`)
}

function blobList(answer: unknown): readonly unknown[] {
  const { data } = (answer ?? {}) as { data?: unknown }
  if (Array.isArray(data) && data.length <= MAX_BLOBS) return data
  throw unreadable('the Beacon API gave no list of blobs')
}

function blobOf(value: unknown): Uint8Array {
  if (typeof value === 'string' && isHex(value, BLOB_SIZE)) return hexToBytes(value)
  throw unreadable(`an answer is not a blob of ${BLOB_SIZE} bytes`)
}

function unreadable(reason: string): MetisSeqError {
  return new MetisSeqError('L1_BLOBS_UNREADABLE', `The blobs can't be read: ${reason}.`, {
    exit: Exit.network,
    severity: 'temporary',
    next: 'Nodes drop blobs after 18 days: name a Beacon API that keeps them.',
  })
}
