import { ByteWriter, type Hex, hexToBytes } from '../../codec/index.js'
import { writeBits } from '../bits.js'
import { writeColumns } from '../columns.js'
import { invalidBatch } from '../invalid.js'
import { MAX_BATCH_BYTES, MAX_BLOCKS } from '../limits.js'
import { splitTransaction } from '../transaction.js'
import type { Batch, BatchBlock, DecodedBatch, DecodedTerm } from './types.js'

/** The first byte of a batch of layout 2, where the live layout has its span type 1. */
export const LAYOUT_2 = 2

/**
 * The bytes of a batch in layout 2 (rule B5): version, chain id, index, parent and last hash, first block, terms, then
 * timestamps, L1 origins, counts, seals and transactions by column. Equal batches give equal bytes.
 * @throws MetisSeqError `BATCH_INVALID` when blocks or terms don't follow each other, or it is above `MAX_BATCH_BYTES`
 */
export function encodeBatch2(batch: Batch): Uint8Array {
  const last = batch.blocks.at(-1)
  if (!last) throw invalidBatch('it has no block')
  checkChain(batch)
  checkParents(batch)
  const bytes = writeBatch2({ ...batch, lastHash: last.hash })
  if (bytes.length > MAX_BATCH_BYTES) {
    throw invalidBatch(
      `it has ${bytes.length} bytes, at most ${MAX_BATCH_BYTES} are allowed; batch fewer blocks at a time`,
    )
  }
  return bytes
}

/** The bytes of a batch that was checked. */
export function writeBatch2(batch: DecodedBatch): Uint8Array {
  const { blocks, terms } = batch
  const writer = new ByteWriter().byte(LAYOUT_2).varint(batch.chainId).varint(batch.index)
  writer.bytes(hexToBytes(batch.parentHash, 32)).bytes(hexToBytes(batch.lastHash, 32))
  writer.varint(blocks[0]?.number ?? 0n).varint(blocks.length)
  writeTerms(writer, terms, blocks)
  writeIncreasing(
    writer,
    'timestamp',
    blocks.map(({ timestamp }) => timestamp),
  )
  writeIncreasing(
    writer,
    'L1 origin',
    blocks.map(({ l1Origin }) => l1Origin),
  )
  for (const { withdrawalCount } of blocks) writer.varint(withdrawalCount)
  for (const { transactions } of blocks) writer.varint(transactions.length)
  for (const { seal } of blocks) writer.bytes(seal)
  writeTransactions(
    writer,
    blocks.flatMap(({ transactions }) => transactions),
    batch.chainId,
  )
  return writer.finish()
}

function writeTerms(writer: ByteWriter, terms: readonly DecodedTerm[], blocks: DecodedBatch['blocks']): void {
  writer.varint(terms.length)
  const sizes = new Map<bigint, number>()
  for (const { term } of blocks) sizes.set(term, (sizes.get(term) ?? 0) + 1)
  for (const [i, { term, epoch, sequencer, parentNumber, parentHash, firstBlock }] of terms.entries()) {
    writer
      .varint(term)
      .varint(epoch)
      .bytes(hexToBytes(sequencer, 20))
      .varint(sizes.get(term) ?? 0)
    if (i === 0)
      writer
        .varint(parentNumber)
        .varint(firstBlock)
        .bytes(hexToBytes(parentHash ?? '0x', 32))
  }
}

/** The first value, then how far each one lies above the one before. */
function writeIncreasing(writer: ByteWriter, what: string, values: readonly bigint[]): void {
  let previous = 0n
  for (const value of values) {
    if (value < previous) throw invalidBatch(`the ${what} goes back from ${previous} to ${value}`)
    writer.varint(value - previous)
    previous = value
  }
}

/** A bit for each transaction that has no column form, the columns of the others, and these raw. */
function writeTransactions(writer: ByteWriter, transactions: readonly Uint8Array[], chainId: bigint): void {
  const split = transactions.map((raw) => splitTransaction(raw, chainId))
  writer.bytes(writeBits(split.map((columns) => columns === undefined)))
  writeColumns(
    writer,
    split.filter((columns) => columns !== undefined),
  )
  for (const [i, raw] of transactions.entries()) {
    if (split[i] === undefined) writer.varint(raw.length).bytes(raw)
  }
}

function checkChain({ blocks, parentHash }: Batch): void {
  if (blocks.length > MAX_BLOCKS)
    throw invalidBatch(`it has ${blocks.length} blocks, at most ${MAX_BLOCKS} are allowed`)
  let parent: { hash: Hex; number?: bigint } = { hash: parentHash }
  for (const block of blocks) {
    if (block.parentHash !== parent.hash) throw invalidBatch(`block ${block.number} does not follow ${parent.hash}`)
    if (parent.number !== undefined && block.number !== parent.number + 1n) {
      throw invalidBatch(`block ${block.number} follows ${parent.number}`)
    }
    if (block.seal.length !== 65) throw invalidBatch(`the seal of block ${block.number} has ${block.seal.length} bytes`)
    parent = block
  }
}

/** The terms are those of the blocks, in order, each on the block before its first. */
function checkParents({ terms, blocks }: Batch): void {
  const firsts = blocks.filter((block, i) => block.term !== blocks[i - 1]?.term)
  if (firsts.length !== terms.length)
    throw invalidBatch(`it lists ${terms.length} terms, its blocks have ${firsts.length}`)
  for (const [i, term] of terms.entries()) {
    const first = firsts[i]
    if (first?.term !== term.term) throw invalidBatch(`term ${term.term} stands where the blocks have ${first?.term}`)
    checkTerm(term, first, i === 0)
    const previous = terms[i - 1]
    if (previous && term.term <= previous.term) throw invalidBatch(`term ${term.term} follows ${previous.term}`)
  }
}

function checkTerm(term: Batch['terms'][number], first: BatchBlock, mayHaveBegun: boolean): void {
  if (term.firstBlock > first.number || (!mayHaveBegun && term.firstBlock !== first.number)) {
    throw invalidBatch(`term ${term.term} begins at ${term.firstBlock}, its first block here is ${first.number}`)
  }
  const follows = term.parentNumber + 1n === term.firstBlock || (term.firstBlock === 0n && term.parentNumber === 0n)
  if (!follows) throw invalidBatch(`term ${term.term} begins at ${term.firstBlock} on ${term.parentNumber}`)
  if (term.firstBlock === first.number && term.parentHash !== first.parentHash) {
    throw invalidBatch(`term ${term.term} names the parent ${term.parentHash}, its first block ${first.parentHash}`)
  }
}
