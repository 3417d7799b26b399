import { bytesToHex, concatBytes, type Hex, sha256 } from '../codec/index.js'
import { BLOB_CAPACITY, packBlob, unpackBlob } from './blobs.js'
import { channelIdOf, fromChannel, toChannel } from './channel.js'
import { unzlib, zlib } from './compression.js'
import { decodeFrames, encodeFrame, type Frame, fromFrames, toFrames } from './frames.js'
import { failBlob, failCalldata, MAX_BLOBS, MAX_CHANNEL_BYTES } from './limits.js'

/** Version byte before the frames in a blob. */
const CONTENT_VERSION = 0
/** Most bytes of a frame that still fits into a blob behind the version byte. */
export const MAX_BLOB_FRAME = BLOB_CAPACITY - 1

/** One blob of 131072 bytes a frame. */
export function toBlobs(frames: readonly Frame[]): Uint8Array[] {
  return frames.map((frame) => packBlob(concatBytes(Uint8Array.of(CONTENT_VERSION), encodeFrame(frame))))
}

/**
 * The blobs of a batch, in the order in which they must be sent.
 * @param channelId 16 bytes; from the content where none is given, so that all members make the same
 */
export function batchToBlobs(batch: Uint8Array, channelId: Uint8Array = channelIdOf(batch)): Uint8Array[] {
  return toBlobs(toFrames(toChannel(batch), { channelId, maxFrameSize: MAX_BLOB_FRAME }))
}

/**
 * The batch in the blobs that an inbox transaction names, in that order; at most `maxLength` bytes.
 * @throws MetisSeqError `BATCH_MALFORMED`
 */
export function fromBlobs(blobs: readonly Uint8Array[], maxLength = MAX_CHANNEL_BYTES): Uint8Array {
  if (blobs.length > MAX_BLOBS) throw failBlob(`there are ${blobs.length} of them, at most ${MAX_BLOBS} are allowed`)
  return fromChannel(fromFrames(blobs.flatMap(framesOf)), maxLength)
}

/** The payload of an inbox transaction that carries the batch itself (DA type 0, compression zlib). */
export function batchToCalldata(batch: Uint8Array): Uint8Array {
  return zlib(batch)
}

/** The batch in such a payload, at most `maxLength` bytes. @throws MetisSeqError `BATCH_MALFORMED` */
export function fromCalldata(payload: Uint8Array, maxLength = MAX_CHANNEL_BYTES): Uint8Array {
  return unzlib(payload, maxLength, failCalldata)
}

/** The versioned hash by which a transaction names a blob (EIP-4844): 0x01 and sha256(commitment) without its first byte. */
export function versionedHash(commitment: Uint8Array): Hex {
  if (commitment.length !== 48) throw failBlob(`a KZG commitment has ${commitment.length} bytes instead of 48`)
  const hash = sha256(commitment)
  return bytesToHex(concatBytes(Uint8Array.of(1), hash.subarray(1)))
}

function framesOf(blob: Uint8Array): Frame[] {
  const content = unpackBlob(blob)
  if (content[0] !== CONTENT_VERSION) throw failBlob(`its content has the version ${content[0] ?? 'none'}`)
  return decodeFrames(content.subarray(1))
}
