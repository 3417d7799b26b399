import type { InboxTransaction } from '../batching/inbox.js'
import { decodeBatch2 } from '../batching/layout2/decode.js'
import type { DecodedBatch, DecodedTerm } from '../batching/layout2/types.js'
import { MAX_BATCH_BYTES } from '../batching/limits.js'
import { fromBlobs, fromCalldata } from '../batching/payload.js'
import type { Genesis } from '../genesis/types.js'
import type { Address } from '../types/hex.js'
import type { Position } from './position.js'
import { refuseDerivation } from './refuse.js'

/** A block of a batch, ready to be executed on its parent. */
export interface DerivedBlock {
  number: number
  term: number
  epoch: number
  sequencer: Address
  /** The first block of its term, which begins with the opening (rule E1). */
  opens: boolean
  /** Last block that its term has in the batch. */
  termEnd: number
  /** seconds */
  timestamp: number
  l1Origin: number
  withdrawalCount: number
  transactions: readonly Uint8Array[]
  /** r, s, v of the sequencer (rule T4) */
  seal: Uint8Array
}

/**
 * The batch that an inbox transaction carries, itself or in the blobs that it names (in that order).
 * @throws MetisSeqError `BATCH_MALFORMED`
 */
export function decodeBatch(inbox: InboxTransaction, blobs: readonly Uint8Array[]): DecodedBatch {
  if (inbox.da === 'blob') return decodeBatch2(fromBlobs(blobs, MAX_BATCH_BYTES))
  return decodeBatch2(inbox.compression === 'zlib' ? fromCalldata(inbox.payload, MAX_BATCH_BYTES) : inbox.payload)
}

/**
 * Checks that a batch follows the last one without a gap (its index, first block, parent, terms, times, L1 origins) and is
 * what its inbox transaction says, and gives its blocks.
 * @param inboxBlock L1 block of the inbox transaction: nothing in the batch can have read L1 beyond it
 * @throws MetisSeqError `DERIVE_REFUSED`
 */
export function blocksOf(
  genesis: Genesis,
  position: Position,
  inbox: InboxTransaction,
  batch: DecodedBatch,
  inboxBlock: number,
): DerivedBlock[] {
  const first = batch.blocks[0]?.number ?? 0n
  const expect = (holds: boolean, reason: string) => {
    if (!holds) throw refuseDerivation(`batch ${batch.index}: ${reason}`, { batch: String(batch.index) })
  }
  expect(batch.chainId === BigInt(genesis.l2.chainId), `it is of chain ${batch.chainId}, not ${genesis.l2.chainId}`)
  expect(batch.index === BigInt(position.batch + 1), `batch ${position.batch + 1} is due`)
  expect(first === BigInt(position.number + 1), `it begins at block ${first}, ${position.number + 1} is due`)
  expect(
    batch.parentHash === position.hash,
    `its parent is ${batch.parentHash}, block ${position.number} is ${position.hash}`,
  )
  const { batchIndex, firstBlock, blockCount } = inbox
  expect(batchIndex === batch.index, `its inbox transaction calls it ${batchIndex}`)
  expect(firstBlock === first, `its inbox transaction says that it begins at block ${firstBlock}, not ${first}`)
  expect(
    blockCount === batch.blocks.length,
    `it has ${batch.blocks.length} blocks, its inbox transaction says ${blockCount}`,
  )
  const terms = termsOf(position, batch, expect)
  let before: Pick<Position, 'timestamp' | 'l1Origin'> = position
  return batch.blocks.map((block) => {
    const { withdrawalCount, transactions, seal } = block
    const [number, timestamp, l1Origin] = [Number(block.number), Number(block.timestamp), Number(block.l1Origin)]
    expect(timestamp > before.timestamp, `block ${number} has the time ${timestamp}, its parent ${before.timestamp}`)
    expect(l1Origin >= before.l1Origin, `the L1 origin of block ${number} falls from ${before.l1Origin} to ${l1Origin}`)
    expect(l1Origin < inboxBlock, `block ${number} has read L1 up to ${l1Origin}, its batch was mined in ${inboxBlock}`)
    before = { timestamp, l1Origin }
    const { term, first: termFirst, last } = terms.get(block.term) ?? missing(block.term)
    const epoch = Number(term.epoch)
    const assignment = { term: Number(block.term), epoch, sequencer: term.sequencer, termEnd: last }
    const opens = number === termFirst && block.term !== 0n
    return { number, ...assignment, opens, timestamp, l1Origin, withdrawalCount, transactions, seal }
  })
}

type TermRange = { term: DecodedTerm; first: number; last: number }

/** Each term with the blocks it has; a batch of our networks holds whole terms, and they only rise (rule T1). */
function termsOf(
  position: Position,
  batch: DecodedBatch,
  expect: (holds: boolean, reason: string) => void,
): Map<bigint, TermRange> {
  const [opening] = batch.terms
  expect(
    opening !== undefined && opening.term > BigInt(position.term),
    `term ${opening?.term} follows ${position.term}`,
  )
  expect(
    opening?.parentNumber === BigInt(position.number),
    `term ${opening?.term} opens on block ${opening?.parentNumber}`,
  )
  expect(opening?.parentHash === position.hash, `term ${opening?.term} opens on ${opening?.parentHash}`)
  const terms = new Map<bigint, TermRange>()
  for (const term of batch.terms) {
    const blocks = batch.blocks.filter((block) => block.term === term.term)
    const [first, last] = [blocks[0], blocks.at(-1)]
    if (first === undefined || last === undefined) throw missing(term.term)
    terms.set(term.term, { term, first: Number(first.number), last: Number(last.number) })
  }
  return terms
}

function missing(term: bigint): never {
  throw refuseDerivation(`term ${term} has no blocks or is not listed`)
}
