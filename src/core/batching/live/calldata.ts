import { ByteReader, ByteWriter, bytesToHex, hexToBytes } from '../../codec/index.js'
import { invalidBatch } from '../invalid.js'
import { failCalldata, MAX_ELEMENTS } from '../limits.js'
import type { LiveBlock } from './types.js'

const SEQUENCER = 0
const QUEUE = 1
/** txCount 3, timestamp 5, L1 number 32. */
const BLOCK_HEAD = 40

/** A queue transaction as the calldata form knows it: target and gas limit must be read from the L1 queue too. */
export interface CalldataQueueTransaction {
  readonly kind: 'queue'
  readonly queueIndex: bigint
  /** L1 sender, 20 bytes. */
  readonly l1Origin: `0x${string}`
}

export interface CalldataSequencerTransaction {
  readonly kind: 'sequencer'
  readonly raw: Uint8Array
  /** 65 bytes, or none. */
  readonly seal: Uint8Array
}

/** A block in the live network's calldata form: timestamps and L1 numbers are exact, the block number is implied. */
export interface CalldataBlock extends Omit<LiveBlock, 'number' | 'transactions'> {
  readonly transactions: readonly (CalldataSequencerTransaction | CalldataQueueTransaction)[]
}

/**
 * The payload of a calldata batch of the live network, before zlib. Every transaction of a block carries the same seal.
 * @throws MetisSeqError `BATCH_INVALID`, `INTEGER_OUT_OF_RANGE`
 */
export function encodeLiveCalldata(blocks: readonly CalldataBlock[]): Uint8Array {
  const writer = new ByteWriter()
  for (const { timestamp, l1Number, transactions } of blocks) {
    const [first] = transactions
    if (!first) throw invalidBatch('the live layout has no place for an empty block')
    const seal = first.kind === 'sequencer' ? first.seal : new Uint8Array()
    writer.uint(transactions.length, 3).uint(timestamp, 5).uint(l1Number, 32)
    for (const transaction of transactions) {
      if (transaction.kind === 'queue') {
        writer.byte(QUEUE).uint(0, 3).bytes(hexToBytes(transaction.l1Origin, 20)).uint(transaction.queueIndex, 16)
      } else {
        writer.byte(SEQUENCER).uint(transaction.raw.length, 3).bytes(transaction.raw)
        writer.uint(seal.length, 3).bytes(seal)
      }
    }
  }
  return writer.finish()
}

/** Reads such a payload, after zlib, for exactly `blockCount` blocks. @throws MetisSeqError `BATCH_MALFORMED` */
export function decodeLiveCalldata(payload: Uint8Array, blockCount: number): CalldataBlock[] {
  const reader = new ByteReader(payload, failCalldata)
  if (blockCount > Math.min(MAX_ELEMENTS, payload.length / BLOCK_HEAD)) {
    throw failCalldata(`${payload.length} bytes cannot hold ${blockCount} blocks`)
  }
  const blocks = Array.from({ length: blockCount }, () => readBlock(reader))
  reader.end()
  return blocks
}

function readBlock(reader: ByteReader): CalldataBlock {
  const count = reader.uintNumber(3, 'transaction count')
  const timestamp = reader.uint(5, 'timestamp')
  const l1Number = reader.uint(32, 'L1 block number')
  if (count === 0 || count > reader.remaining) throw failCalldata(`a block claims ${count} transactions`)
  return { timestamp, l1Number, transactions: Array.from({ length: count }, () => readTransaction(reader)) }
}

function readTransaction(reader: ByteReader): CalldataSequencerTransaction | CalldataQueueTransaction {
  const type = reader.byte('transaction type')
  const raw = reader.take(reader.uintNumber(3, 'transaction length'), 'transaction')
  if (type === SEQUENCER) {
    const length = reader.uintNumber(3, 'seal length')
    if (length !== 0 && length !== 65) throw failCalldata(`a seal has ${length} bytes instead of 65`)
    return { kind: 'sequencer', raw, seal: reader.take(length, 'seal') }
  }
  if (type !== QUEUE) throw failCalldata(`a transaction has the type ${type}`)
  if (raw.length > 0) throw failCalldata(`a queue transaction carries ${raw.length} bytes`)
  return {
    kind: 'queue',
    l1Origin: bytesToHex(reader.take(20, 'L1 sender')),
    queueIndex: reader.uint(16, 'queue index'),
  }
}
