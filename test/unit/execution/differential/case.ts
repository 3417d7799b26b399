import { nextBaseFee } from '../../../../src/core/chain/baseFee.js'
import type {
  Block,
  BlockAttributes,
  ExecutionEngine,
  Receipt,
  Rejected,
} from '../../../../src/core/ports/execution.js'
import type { Hash } from '../../../../src/core/types/hex.js'
import type { Objection } from './difference.js'
import type { Head } from './generator.js'
import type { RequestQueue } from './requests.js'

/** A block of the engine under test, and what it was made from. */
export interface Case {
  candidates: readonly Uint8Array[]
  attributes: BlockAttributes
  block: Block
  receipts: readonly Receipt[]
  /** The candidates that were left out. */
  rejected: readonly Rejected[]
  requests: readonly Uint8Array[]
}

/** Builds a block on the head of `engine`. */
export async function build(
  engine: ExecutionEngine,
  candidates: readonly Uint8Array[],
  attributes: BlockAttributes,
  queue: RequestQueue,
): Promise<Case> {
  const { block, rejected } = await engine.execute(candidates, attributes)
  const receipts = await engine.receipts(block.hash)
  if (receipts === undefined) throw new Error(`block ${block.hash} has no receipts`)
  return { candidates, attributes, block, receipts, rejected, requests: queue.take(receipts) }
}

/** What the generator has to know of the head. */
export function headOf(engine: ExecutionEngine): Head {
  const { hash, number, timestamp, gasLimit, ...fees } = engine.head()
  const baseFee = nextBaseFee({ gasLimit, ...fees })
  return { number, timestamp, gasLimit, baseFee, nonce: (address) => engine.nonce(address, hash) }
}

/** A transaction in the block that was said never to be valid again. `stale` are those so far; it grows. */
export function revived(stale: Set<Hash>, { block, rejected }: Case): Objection | undefined {
  const found = block.transactionHashes.find((hash) => stale.has(hash))
  for (const { hash, stale: never } of rejected) if (never && !block.transactionHashes.includes(hash)) stale.add(hash)
  if (found === undefined) return undefined
  return { by: 'the engine under test', field: 'rejected.stale', ours: `${found} is in`, theirs: 'it was stale before' }
}
