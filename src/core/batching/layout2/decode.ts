import { ByteReader, bytesToHex, equalBytes } from '../../codec/index.js'
import { readBits } from '../bits.js'
import { readColumns } from '../columns.js'
import { failBatch2, MAX_BATCH_BYTES, MAX_BLOCKS } from '../limits.js'
import { joinTransaction } from '../transaction.js'
import { LAYOUT_2, writeBatch2 } from './encode.js'
import type { DecodedBatch, DecodedTerm } from './types.js'

/** A column transaction takes at least this much: signature 64, body 4, nonce, gas limit. */
const LEAST_COLUMN_BYTES = 70

/**
 * Reads a batch of layout 2 (rule B5). Only the one encoding that `encodeBatch2` would write is accepted.
 * @throws MetisSeqError `BATCH_MALFORMED` with the reason
 */
export function decodeBatch2(bytes: Uint8Array): DecodedBatch {
  if (bytes.length > MAX_BATCH_BYTES)
    throw failBatch2(`it has ${bytes.length} bytes, at most ${MAX_BATCH_BYTES} are allowed`)
  const batch = readBatch(new ByteReader(bytes, failBatch2))
  if (!equalBytes(writeBatch2(batch), bytes)) throw failBatch2('it is not in its canonical form')
  return batch
}

function readBatch(reader: ByteReader): DecodedBatch {
  const version = reader.byte('version')
  if (version !== LAYOUT_2) throw failBatch2(`its version is ${version} instead of ${LAYOUT_2}`)
  const [chainId, index] = [reader.varint('chain id'), reader.varint('batch index')]
  const parentHash = bytesToHex(reader.take(32, 'parent hash'))
  const lastHash = bytesToHex(reader.take(32, 'last hash'))
  const first = reader.varint('first block')
  const count = reader.count(Math.min(MAX_BLOCKS, reader.remaining), 'block count')
  if (count === 0) throw failBatch2('it has no block')
  const { terms, termOf } = readTerms(reader, first, count)
  const timestamps = readIncreasing(reader, count, 'timestamp')
  const origins = readIncreasing(reader, count, 'L1 origin')
  const withdrawals = origins.map(() => reader.count(Number.MAX_SAFE_INTEGER, 'withdrawal count'))
  const counts = origins.map(() => reader.count(reader.remaining, 'transaction count'))
  const seals = origins.map(() => reader.take(65, 'seal'))
  const transactions = readTransactions(
    reader,
    counts.reduce((sum, size) => sum + size, 0),
    chainId,
  )
  reader.end()
  let start = 0
  const blocks = counts.map((size, i) => {
    const from = start
    start += size
    return {
      number: first + BigInt(i),
      timestamp: timestamps[i] ?? 0n,
      l1Origin: origins[i] ?? 0n,
      term: termOf[i] ?? 0n,
      withdrawalCount: withdrawals[i] ?? 0,
      transactions: transactions.slice(from, start),
      seal: seals[i] ?? new Uint8Array(),
    }
  })
  return { chainId, index, parentHash, lastHash, terms, blocks }
}

function readTerms(reader: ByteReader, first: bigint, blockCount: number): { terms: DecodedTerm[]; termOf: bigint[] } {
  const count = reader.count(blockCount, 'term count')
  const terms: DecodedTerm[] = []
  const termOf: bigint[] = []
  for (let i = 0; i < count; i++) {
    const [term, epoch] = [reader.varint('term'), reader.varint('epoch')]
    const sequencer = bytesToHex(reader.take(20, 'sequencer'))
    const size = reader.count(blockCount - termOf.length, 'blocks of a term')
    const before = terms.at(-1)
    if (size === 0) throw failBatch2(`term ${term} has no block`)
    if (before && term <= before.term) throw failBatch2(`term ${term} follows ${before.term}`)
    const at = first + BigInt(termOf.length)
    const isFirst = i === 0
    const parentNumber = isFirst ? reader.varint('parent number') : at - 1n
    const firstBlock = isFirst ? reader.varint('first block of the term') : at
    const parentHash = isFirst ? bytesToHex(reader.take(32, 'parent hash of the term')) : undefined
    if (firstBlock > at) throw failBatch2(`term ${term} begins at ${firstBlock}, after block ${at}`)
    const follows = parentNumber + 1n === firstBlock || (firstBlock === 0n && parentNumber === 0n)
    if (!follows) throw failBatch2(`term ${term} begins at ${firstBlock} on ${parentNumber}`)
    terms.push({ term, epoch, sequencer, parentNumber, parentHash, firstBlock })
    for (let block = 0; block < size; block++) termOf.push(term)
  }
  if (termOf.length !== blockCount) throw failBatch2(`its terms have ${termOf.length} blocks of ${blockCount}`)
  return { terms, termOf }
}

function readIncreasing(reader: ByteReader, count: number, what: string): bigint[] {
  let value = 0n
  return Array.from({ length: count }, () => {
    value += reader.varint(what)
    if (value >> 64n !== 0n) throw failBatch2(`the ${what} is above 64 bits`)
    return value
  })
}

function readTransactions(reader: ByteReader, total: number, chainId: bigint): Uint8Array[] {
  if (total > reader.remaining)
    throw failBatch2(`${total} transactions do not fit into the ${reader.remaining} bytes that follow`)
  const isRaw = readBits(reader, total, 'raw bits')
  const columnCount = isRaw.reduce((sum, raw) => sum + (raw ? 0 : 1), 0)
  if (columnCount * LEAST_COLUMN_BYTES > reader.remaining)
    throw failBatch2(`${columnCount} transactions do not fit into what follows`)
  const columns = readColumns(reader, columnCount)[Symbol.iterator]()
  return isRaw.map((raw) => {
    if (raw) return reader.take(reader.count(reader.remaining, 'transaction length'), 'transaction')
    const next = columns.next()
    if (next.done) throw failBatch2('a transaction is missing')
    return joinTransaction(next.value, chainId)
  })
}
