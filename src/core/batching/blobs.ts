import { equalBytes } from '../codec/index.js'
import { invalidBatch } from './invalid.js'
import { failBlob } from './limits.js'

/** Bytes of an EIP-4844 blob: 4096 field elements of 32. */
export const BLOB_SIZE = 131_072
/** Most bytes of content: 127 in each of 1024 rounds, without version and length. */
export const BLOB_CAPACITY = (4 * 31 + 3) * 1024 - 4

const VERSION = 0
const ROUND_IN = 127
const ROUND_OUT = 128
const HEAD = 4

/**
 * A blob with `content`, packed as OP does: version 0, length in 3 bytes, content. A round packs 127 bytes into four
 * field elements of 31 whole bytes and six bits of the three bytes that stand between them.
 * @throws MetisSeqError `BATCH_INVALID` above `BLOB_CAPACITY` bytes
 */
export function packBlob(content: Uint8Array): Uint8Array {
  if (content.length > BLOB_CAPACITY)
    throw invalidBatch(`${content.length} bytes do not fit into a blob of ${BLOB_CAPACITY}`)
  const source = new Uint8Array(1024 * ROUND_IN)
  source.set([VERSION, content.length >> 16, (content.length >> 8) & 0xff, content.length & 0xff])
  source.set(content, HEAD)
  const blob = new Uint8Array(BLOB_SIZE)
  const rounds = Math.ceil((HEAD + content.length) / ROUND_IN)
  for (let round = 0; round < rounds; round++)
    packRound(source.subarray(round * ROUND_IN), blob.subarray(round * ROUND_OUT))
  return blob
}

/** The content of a packed blob. @throws MetisSeqError `BATCH_MALFORMED` unless it is exactly what `packBlob` writes */
export function unpackBlob(blob: Uint8Array): Uint8Array {
  if (blob.length !== BLOB_SIZE) throw failBlob(`it has ${blob.length} bytes instead of ${BLOB_SIZE}`)
  const target = new Uint8Array(1024 * ROUND_IN)
  for (let round = 0; round < 1024; round++)
    unpackRound(blob.subarray(round * ROUND_OUT), target.subarray(round * ROUND_IN))
  const [version = 0, high = 0, middle = 0, low = 0] = target
  const length = (high << 16) | (middle << 8) | low
  if (version !== VERSION) throw failBlob(`its encoding version is ${version}`)
  if (length > BLOB_CAPACITY) throw failBlob(`it claims ${length} bytes, at most ${BLOB_CAPACITY} fit`)
  const content = target.slice(HEAD, HEAD + length)
  if (!equalBytes(packBlob(content), blob)) throw failBlob('bits outside its content are set')
  return content
}

function packRound(source: Uint8Array, blob: Uint8Array): void {
  for (let element = 0; element < 4; element++)
    blob.set(source.subarray(32 * element, 32 * element + 31), 32 * element + 1)
  const [x, y, z] = [source[31] ?? 0, source[63] ?? 0, source[95] ?? 0]
  blob[0] = x & 0x3f
  blob[32] = (y & 0x0f) | ((x & 0xc0) >> 2)
  blob[64] = z & 0x3f
  blob[96] = ((z & 0xc0) >> 2) | ((y & 0xf0) >> 4)
}

function unpackRound(blob: Uint8Array, target: Uint8Array): void {
  for (let element = 0; element < 4; element++)
    target.set(blob.subarray(32 * element + 1, 32 * element + 32), 32 * element)
  const [a, b, c, d] = [blob[0] ?? 0, blob[32] ?? 0, blob[64] ?? 0, blob[96] ?? 0]
  target[31] = (a & 0x3f) | ((b & 0x30) << 2)
  target[63] = (b & 0x0f) | ((d & 0x0f) << 4)
  target[95] = (c & 0x3f) | ((d & 0x30) << 2)
}
