import { keccakBytes } from '../../src/core/codec/index.js'

export const BLOOM_BYTES = 256

/** Sets in `bloom` the three bits of an address or topic (yellow paper, 4.3.1). */
export function addToBloom(bloom: Uint8Array, item: Uint8Array): void {
  const hash = keccakBytes(item)
  for (const at of [0, 2, 4]) {
    const [index, mask] = bit(hash, at)
    bloom[index] = (bloom[index] ?? 0) | mask
  }
}

/** Adds every bit of `other` to `bloom`. */
export function mergeBloom(bloom: Uint8Array, other: Uint8Array): void {
  for (let i = 0; i < BLOOM_BYTES; i++) bloom[i] = (bloom[i] ?? 0) | (other[i] ?? 0)
}

/** A test whether a bloom may contain `item`; false means it surely does not. Hash once, ask many blooms. */
export function bloomTest(item: Uint8Array): (bloom: Uint8Array) => boolean {
  const hash = keccakBytes(item)
  const bits = [bit(hash, 0), bit(hash, 2), bit(hash, 4)]
  return (bloom) => bits.every(([index, mask]) => ((bloom[index] ?? 0) & mask) !== 0)
}

function bit(hash: Uint8Array, at: number): readonly [index: number, mask: number] {
  const position = (((hash[at] ?? 0) << 8) | (hash[at + 1] ?? 0)) & 0x7ff
  return [BLOOM_BYTES - 1 - (position >> 3), 1 << (position & 7)]
}
