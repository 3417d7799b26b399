import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BLOB_CAPACITY, BLOB_SIZE, packBlob, unpackBlob } from '../../../src/core/batching/blobs.js'
import { channelIdOf, fromChannel, toChannel } from '../../../src/core/batching/channel.js'
import { zlib } from '../../../src/core/batching/compression.js'
import { decodeFrames, encodeFrame, fromFrames, toFrames } from '../../../src/core/batching/frames.js'
import { batchToBlobs, fromBlobs, toBlobs, versionedHash } from '../../../src/core/batching/payload.js'
import { bytesToHex, concatAll, equalBytes, hexToBytes, rlpEncode, sha256 } from '../../../src/core/codec/index.js'
import { spanBytes } from './vectors.js'

/** Bytes without a pattern, from a fixed seed. */
function noise(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length)
  let word = sha256(Uint8Array.of(seed))
  for (let i = 0; i < length; i += 32) {
    bytes.set(word.subarray(0, Math.min(32, length - i)), i)
    word = sha256(word)
  }
  return bytes
}

const malformed = expect.objectContaining({ code: 'BATCH_MALFORMED' })

describe('blob packing', () => {
  it.each([0, 1, 26, 27, 28, 31, 122, 123, 124, 127, 128, 1000, BLOB_CAPACITY - 1, BLOB_CAPACITY])(
    'gives back %s bytes',
    (length) => {
      const content = noise(length)
      const blob = packBlob(content)
      expect(blob.length).toBe(BLOB_SIZE)
      expect(equalBytes(unpackBlob(blob), content)).toBe(true)
      for (let element = 0; element < 4096; element++) expect(blob[32 * element] ?? 0).toBeLessThan(64)
    },
  )

  it('places version, length and split bytes where OP does', () => {
    const content = new Uint8Array(130).fill(0xff)
    const blob = packBlob(content)
    expect(bytesToHex(blob.subarray(0, 6))).toBe('0x3f00000082ff')
    expect([blob[32], blob[64], blob[96]]).toEqual([0x3f, 0x3f, 0x3f])
    const middle = packBlob(
      noise(59)
        .fill(0, 0, 59)
        .fill(0b1010_0110, 27, 28)
        .fill(0b1010_0110, 59 - 1),
    )
    expect([middle[0], middle[32], middle[96]]).toEqual([0b10_0110, 0b10_0000, 0])
  })

  it('refuses stray bits, another version, length and size', () => {
    const change = (at: number, value: number) => {
      const blob = packBlob(noise(200))
      blob[at] = value
      return () => unpackBlob(blob)
    }
    for (const [at, value] of [
      [0, 0xff],
      [1, 1],
      [2, 3],
      [BLOB_SIZE - 1, 1],
      [32 * 8, 0x40],
    ] as const) {
      expect(change(at, value)).toThrow(malformed)
    }
    expect(() => unpackBlob(new Uint8Array(5))).toThrow(malformed)
    expect(() => packBlob(new Uint8Array(BLOB_CAPACITY + 1))).toThrow(
      expect.objectContaining({ code: 'BATCH_INVALID' }),
    )
  })
})

describe('frames', () => {
  const channelId = noise(16)

  it('give back the channel', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 24, max: 100 }), (channel, maxFrameSize) => {
        const frames = toFrames(channel, { channelId, maxFrameSize })
        for (const frame of frames) expect(encodeFrame(frame).length).toBeLessThanOrEqual(maxFrameSize)
        const read = decodeFrames(concatAll(frames.map(encodeFrame)))
        expect(read).toEqual(frames)
        expect(fromFrames(read)).toEqual(channel)
      }),
    )
  })

  it('refuse gaps, strangers, doubles and a missing end', () => {
    const [a, b, c] = toFrames(noise(70), { channelId, maxFrameSize: 23 + 30 })
    if (!a || !b || !c) throw new Error('three frames expected')
    const stranger = { ...b, channelId: noise(16, 2) }
    for (const frames of [[], [a, b], [a, c], [b, c], [a, a, b, c], [a, stranger, c], [a, b, c, c], [c, b, a]]) {
      expect(() => fromFrames(frames)).toThrow(malformed)
    }
  })

  it('cannot be made too small, too many or with another id', () => {
    const invalid = expect.objectContaining({ code: 'BATCH_INVALID' })
    expect(() => toFrames(noise(9), { channelId, maxFrameSize: 23 })).toThrow(invalid)
    expect(() => toFrames(noise(1025), { channelId, maxFrameSize: 24 })).toThrow(invalid)
    expect(() => toFrames(noise(9), { channelId: noise(15), maxFrameSize: 99 })).toThrow(invalid)
  })
})

describe('from batch to blobs and back', () => {
  it('carries the live span in two blobs', () => {
    const blobs = batchToBlobs(spanBytes)
    expect(blobs.length).toBe(2)
    expect(equalBytes(fromBlobs(blobs), spanBytes)).toBe(true)
    expect(() => fromBlobs([...blobs].reverse())).toThrow(malformed)
    expect(() => fromBlobs(blobs.slice(0, 1))).toThrow(malformed)
    expect(() => fromBlobs([])).toThrow(malformed)
  })

  it('reads several frames a blob, and zlib channels', () => {
    const batch = noise(500)
    const channel = zlib(rlpEncode(batch))
    const frames = toFrames(channel, { channelId: channelIdOf(batch), maxFrameSize: 200 })
    const blob = packBlob(concatAll([Uint8Array.of(0), ...frames.map(encodeFrame)]))
    expect(fromBlobs([blob])).toEqual(batch)
    expect(fromBlobs(toBlobs(frames))).toEqual(batch)
  })

  it('bounds decompression', () => {
    const channel = toChannel(new Uint8Array(5_000_000))
    expect(channel.length).toBeLessThan(100)
    expect(() => fromChannel(channel, 1_000_000)).toThrow(/more than 1000009 bytes/)
    for (const bad of [[], [2], [1], [1, 255, 255]]) expect(() => fromChannel(Uint8Array.from(bad))).toThrow(malformed)
    expect(() => fromChannel(zlib(rlpEncode([new Uint8Array()])))).toThrow(/not an RLP string/)
  })

  it('hashes commitments as EIP-4844 does', () => {
    // The commitment of the blob of zeros is the point at infinity.
    const infinity = hexToBytes(`0xc0${'00'.repeat(47)}`)
    expect(versionedHash(infinity)).toBe('0x010657f37554c781402a22917dee2f75def7ab966d7b770905398eba3c444014')
    expect(() => versionedHash(new Uint8Array(47))).toThrow(malformed)
  })
})
