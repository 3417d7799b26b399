import { brotliCompressSync, brotliDecompressSync, constants, deflateSync, inflateSync } from 'node:zlib'
import type { Malformed } from '../codec/index.js'
import { messageOf } from '../errors/index.js'

/** Brotli as the live batcher does it: quality 11, text mode. The bytes may differ between library versions (rule B4). */
export function brotli(bytes: Uint8Array): Uint8Array {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT }
  return view(brotliCompressSync(bytes, { params: { ...params, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }))
}

/** The bytes under a brotli stream, at most `maxLength` of them. */
export function unbrotli(compressed: Uint8Array, maxLength: number, fail: Malformed): Uint8Array {
  return bounded('brotli', () => brotliDecompressSync(compressed, { maxOutputLength: maxLength }), maxLength, fail)
}

/** Zlib at the default level. */
export function zlib(bytes: Uint8Array): Uint8Array {
  return view(deflateSync(bytes))
}

/** The bytes under a zlib stream, at most `maxLength` of them. */
export function unzlib(compressed: Uint8Array, maxLength: number, fail: Malformed): Uint8Array {
  return bounded('zlib', () => inflateSync(compressed, { maxOutputLength: maxLength }), maxLength, fail)
}

function bounded(name: string, decompress: () => Buffer, maxLength: number, fail: Malformed): Uint8Array {
  try {
    return view(decompress())
  } catch (error) {
    const tooLong = error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    throw fail(tooLong ? `it decompresses to more than ${maxLength} bytes` : `${name} says: ${messageOf(error)}`)
  }
}

/** The same bytes as a plain `Uint8Array`: a `Buffer` compares and serialises differently. */
function view(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)
}
