import { concatBytes, keccakBytes, rlpBytes, rlpDecode, rlpEncode } from '../codec/index.js'
import { brotli, unbrotli, unzlib } from './compression.js'
import { failChannel, MAX_CHANNEL_BYTES } from './limits.js'

const BROTLI = 0x01
/** The low nibble of a zlib stream's first byte: deflate, also with a reserved method that the live reader lets pass. */
const ZLIB_METHODS: readonly number[] = [8, 15]

/** The channel of a batch: its RLP byte string, compressed with brotli, after the byte 0x01. */
export function toChannel(batch: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(BROTLI), brotli(rlpEncode(batch)))
}

/**
 * The batch in a channel, brotli or zlib, at most `maxLength` bytes.
 * @throws MetisSeqError `BATCH_MALFORMED`
 */
export function fromChannel(channel: Uint8Array, maxLength = MAX_CHANNEL_BYTES): Uint8Array {
  const rlp = decompress(channel, maxLength + 9)
  return rlpBytes(rlpDecode(rlp, failChannel), 'its content', failChannel)
}

/** The channel id of our networks: the first 16 bytes of the batch's keccak-256, so that every member makes the same. */
export function channelIdOf(batch: Uint8Array): Uint8Array {
  return keccakBytes(batch).slice(0, 16)
}

function decompress(channel: Uint8Array, maxLength: number): Uint8Array {
  const first = channel[0]
  if (first === undefined) throw failChannel('it is empty')
  if (first === BROTLI) return unbrotli(channel.subarray(1), maxLength, failChannel)
  if (ZLIB_METHODS.includes(first & 0x0f)) return unzlib(channel, maxLength, failChannel)
  throw failChannel(`its first byte ${first} names no compression`)
}
