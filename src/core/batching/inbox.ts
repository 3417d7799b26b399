import { ByteReader, ByteWriter, bytesToHex, type Hex, hexToBytes } from '../codec/index.js'
import { invalidBatch } from './invalid.js'
import { failInbox, MAX_BLOBS } from './limits.js'

/** Where the payload lies: in the calldata, or in the blobs of the transactions that it names. */
export const DataAvailability = { calldata: 0, blob: 3 } as const

interface InboxHeader {
  readonly batchIndex: bigint
  readonly firstBlock: bigint
  /** 1 to 2^32 - 1. */
  readonly blockCount: number
}

/** An inbox transaction whose payload is the batch, as it is or under zlib. */
export interface CalldataInbox extends InboxHeader {
  readonly da: 'calldata'
  readonly compression: 'none' | 'zlib'
  readonly payload: Uint8Array
}

/** An inbox transaction that names the blob transactions, in order, by their L1 hashes (rule B3). */
export interface BlobInbox extends InboxHeader {
  readonly da: 'blob'
  readonly transactionHashes: readonly Hex[]
}

export type InboxTransaction = CalldataInbox | BlobInbox

const ZLIB = 11
const HEADER = 70

/**
 * The calldata of a transaction to the inbox address: DA type 1, compression 1, batch index 32, first block 32, block
 * count 4, payload; big-endian, no selector (facts: tx-batch-submitter-inbox.ts).
 * @throws MetisSeqError `BATCH_INVALID`, `INTEGER_OUT_OF_RANGE`
 */
export function encodeInbox(transaction: InboxTransaction): Uint8Array {
  const { batchIndex, firstBlock, blockCount } = transaction
  if (!Number.isInteger(blockCount) || blockCount < 1) throw invalidBatch(`its block count is ${blockCount}`)
  const isBlob = transaction.da === 'blob'
  const writer = new ByteWriter().byte(isBlob ? DataAvailability.blob : DataAvailability.calldata)
  writer.byte(!isBlob && transaction.compression === 'zlib' ? ZLIB : 0)
  writer.uint(batchIndex, 32).uint(firstBlock, 32).uint(blockCount, 4)
  if (!isBlob) {
    if (transaction.payload.length === 0) throw invalidBatch('its payload is empty')
    return writer.bytes(transaction.payload).finish()
  }
  const count = transaction.transactionHashes.length
  if (count === 0 || count > MAX_BLOBS) throw invalidBatch(`it names ${count} blob transactions`)
  for (const hash of transaction.transactionHashes) writer.bytes(hexToBytes(hash, 32))
  return writer.finish()
}

/**
 * Reads what `encodeInbox` writes. The caller has checked the inbox address, the sender valid at that L1 block, and the receipt.
 * @throws MetisSeqError `BATCH_MALFORMED`, also for DA types 1 (object store) and 2 (celestia), which nobody can check
 */
export function decodeInbox(calldata: Uint8Array): InboxTransaction {
  if (calldata.length <= HEADER) throw failInbox(`it has ${calldata.length} bytes, more than ${HEADER} are needed`)
  const reader = new ByteReader(calldata, failInbox)
  const [da, compression] = [reader.byte('DA type'), reader.byte('compression')]
  const [batchIndex, firstBlock] = [reader.uint(32, 'batch index'), reader.uint(32, 'first block')]
  const blockCount = reader.uintNumber(4, 'block count')
  const payload = reader.take(reader.remaining, 'payload')
  const header = { batchIndex, firstBlock, blockCount }
  if (blockCount === 0) throw failInbox('its block count is 0')
  if (da === DataAvailability.calldata)
    return { ...header, da: 'calldata', compression: compressionOf(compression), payload }
  if (da !== DataAvailability.blob) throw failInbox(`its DA type is ${da}; 0 (calldata) and 3 (blob) are read`)
  if (compression !== 0) throw failInbox(`its compression is ${compression} where blobs have 0`)
  if (payload.length % 32 !== 0 || payload.length > 32 * MAX_BLOBS) {
    throw failInbox(`${payload.length} bytes are not 1 to ${MAX_BLOBS} transaction hashes`)
  }
  const transactionHashes = Array.from({ length: payload.length / 32 }, (_, i) => {
    return bytesToHex(payload.subarray(32 * i, 32 * i + 32))
  })
  return { ...header, da: 'blob', transactionHashes }
}

function compressionOf(byte: number): CalldataInbox['compression'] {
  if (byte === 0) return 'none'
  if (byte === ZLIB) return 'zlib'
  throw failInbox(`its compression is ${byte}; 0 (none) and 11 (zlib) are read`)
}
