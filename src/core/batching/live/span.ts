import { ByteReader, ByteWriter, bytesToHex, type Hex, hexToBytes } from '../../codec/index.js'
import { readBits, writeBits } from '../bits.js'
import { readColumns, writeColumns } from '../columns.js'
import { invalidBatch } from '../invalid.js'
import { failSpan, MAX_ELEMENTS } from '../limits.js'
import { joinTransaction, splitTransaction, type TransactionColumns } from '../transaction.js'
import type { LiveBlock, LiveSequencerTransaction, LiveTransaction, SealParity } from './types.js'

const SPAN_TYPE = 1
const EMPTY = new Uint8Array()

export interface LiveSpanOptions {
  /** L2 chain id, 1088 or 59902: the format leaves it out. */
  readonly chainId: bigint
  readonly parity: SealParity
}

export interface LiveSpan {
  readonly blocks: readonly LiveBlock[]
  /** The first 20 bytes of the first block's parent hash. */
  readonly parentCheck: Hex
  /** The first 20 bytes of the hash of the last block's L1 origin. */
  readonly l1OriginCheck: Hex
}

/**
 * The span batch of the live network (facts: span-batch.ts, span-batch-txs.ts), before RLP and compression.
 * It loses timestamps but the first and L1 numbers that jump: networks of ours use layout 2 (rule B5).
 * @throws MetisSeqError `BATCH_INVALID` for what the format cannot carry
 */
export function encodeLiveSpan(span: LiveSpan, { chainId, parity }: LiveSpanOptions): Uint8Array {
  const { blocks } = span
  const [first, last] = [blocks[0], blocks.at(-1)]
  if (!first || !last) throw invalidBatch('it has no block')
  checkBlocks(blocks)
  const transactions = blocks.flatMap((block) => block.transactions)
  const writer = new ByteWriter().byte(SPAN_TYPE)
  writer.varint(first.timestamp).varint(last.l1Number).varint(first.number)
  writer.bytes(hexToBytes(span.parentCheck, 20)).bytes(hexToBytes(span.l1OriginCheck, 20))
  writer.varint(blocks.length)
  writer.bytes(writeBits(blocks.map((block, i) => block.l1Number > (blocks[i - 1]?.l1Number ?? -1n))))
  for (const block of blocks) writer.varint(block.transactions.length)
  writeColumns(
    writer,
    transactions.map((transaction) => columnsOf(transaction, chainId)),
  )
  writer.bytes(writeBits(transactions.map(({ kind }) => kind === 'queue')))
  const seals = transactions.map(sealOf)
  writer.bytes(writeBits(seals.map((seal) => seal.length > 0 && (seal[64] === 1) === (parity === 'plain'))))
  for (const seal of seals) writer.bytes(seal.length === 0 ? new Uint8Array(64) : seal.subarray(0, 64))
  for (const transaction of transactions) {
    if (transaction.kind === 'queue') writer.bytes(hexToBytes(transaction.l1Origin, 20))
  }
  return writer.finish()
}

/**
 * Reads a span batch of the live network. All blocks get the first timestamp and L1 numbers go back by exactly one per
 * set origin bit, as the bytes tell no more; verify the seals against the epoch's signer to settle `parity`.
 * @throws MetisSeqError `BATCH_MALFORMED`
 */
export function decodeLiveSpan(bytes: Uint8Array, { chainId, parity }: LiveSpanOptions): LiveSpan {
  const reader = new ByteReader(bytes, failSpan)
  const type = reader.byte('span type')
  if (type !== SPAN_TYPE) throw failSpan(`its type is ${type} instead of ${SPAN_TYPE}`)
  const [timestamp, lastL1, firstNumber] = [
    reader.varint('timestamp'),
    reader.varint('L1 origin'),
    reader.varint('first block'),
  ]
  const [parentCheck, l1OriginCheck] = [
    bytesToHex(reader.take(20, 'parent check')),
    bytesToHex(reader.take(20, 'L1 check')),
  ]
  const blockCount = reader.count(Math.min(MAX_ELEMENTS, reader.remaining), 'block count')
  if (blockCount === 0) throw failSpan('it has no block')
  const origins = l1Numbers(lastL1, readBits(reader, blockCount, 'origin bits'))
  const counts = origins.map(() => reader.count(reader.remaining, 'transaction count'))
  const transactions = readTransactions(reader, counts, chainId, parity)
  reader.end()
  let end = 0
  const blocks = origins.map((l1Number, i) => {
    const start = end
    end += counts[i] ?? 0
    return { number: firstNumber + BigInt(i), timestamp, l1Number, transactions: transactions.slice(start, end) }
  })
  return { blocks, parentCheck, l1OriginCheck }
}

function readTransactions(
  reader: ByteReader,
  counts: readonly number[],
  chainId: bigint,
  parity: SealParity,
): LiveTransaction[] {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total > Math.min(MAX_ELEMENTS, reader.remaining / 128))
    throw failSpan(`${total} transactions do not fit into what follows`)
  const columns = readColumns(reader, total)
  const queued = readBits(reader, total, 'queue-origin bits')
  const parities = readBits(reader, total, 'seal parity bits')
  const seals = parities.map((bit) => sealFrom(reader.take(64, 'seal'), bit === (parity === 'plain')))
  return columns.map((transaction, i): LiveTransaction => {
    if (!queued[i]) return { kind: 'sequencer', raw: joinTransaction(transaction, chainId), seal: seals[i] ?? EMPTY }
    const l1Origin = bytesToHex(reader.take(20, 'L1 sender'))
    const { nonce: queueIndex, to, gas: gasLimit } = transaction
    if (to.length === 0) throw failSpan(`queue transaction ${queueIndex} has no target`)
    return { kind: 'queue', queueIndex, l1Origin, target: bytesToHex(to), gasLimit }
  })
}

function l1Numbers(last: bigint, grew: readonly boolean[]): bigint[] {
  let current = last
  const numbers = grew.map(() => 0n)
  for (let i = grew.length - 1; i >= 0; i--) {
    numbers[i] = current
    if (grew[i] && i > 0) current -= 1n
  }
  if (current < 0n) throw failSpan(`its L1 origins go below zero from ${last}`)
  return numbers
}

function columnsOf(transaction: LiveTransaction, chainId: bigint): TransactionColumns {
  if (transaction.kind === 'queue')
    return queueColumns(transaction.queueIndex, transaction.target, transaction.gasLimit)
  const columns = splitTransaction(transaction.raw, chainId)
  if (!columns)
    throw invalidBatch(`transaction ${bytesToHex(transaction.raw.subarray(0, 40))}... has no form in the live layout`)
  return columns
}

/** Index and limit travel as nonce and gas; the body must be read from the L1 queue. */
function queueColumns(nonce: bigint, target: Hex, gas: bigint): TransactionColumns {
  const zero = new Uint8Array(32)
  const body = [EMPTY, EMPTY, EMPTY]
  return { type: 0, to: hexToBytes(target, 20), yParity: false, r: zero, s: zero, nonce, gas, isProtected: true, body }
}

function sealOf(transaction: LiveTransaction): Uint8Array {
  if (transaction.kind === 'queue') return EMPTY
  const { seal } = transaction
  if (seal.length !== 0 && (seal.length !== 65 || (seal[64] ?? 2) > 1)) {
    throw invalidBatch(`the seal ${bytesToHex(seal)} is not 65 bytes with v 0 or 1`)
  }
  return seal
}

function sealFrom(signature: Uint8Array, odd: boolean): LiveSequencerTransaction['seal'] {
  if (signature.every((byte) => byte === 0)) return EMPTY
  const seal = new Uint8Array(65)
  seal.set(signature)
  seal[64] = odd ? 1 : 0
  return seal
}

function checkBlocks(blocks: readonly LiveBlock[]): void {
  for (const [i, block] of blocks.entries()) {
    const previous = blocks[i - 1]
    if (previous && block.number !== previous.number + 1n)
      throw invalidBatch(`block ${block.number} follows ${previous.number}`)
    if (previous && block.l1Number < previous.l1Number)
      throw invalidBatch(`the L1 number of block ${block.number} goes back`)
  }
}
