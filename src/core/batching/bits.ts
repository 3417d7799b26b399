import type { ByteReader } from '../codec/index.js'

/** A list of bits as the span format writes it: an integer with bit i for item i, big-endian, in ceil(n / 8) bytes. */
export function writeBits(bits: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8))
  for (const [i, bit] of bits.entries()) {
    if (!bit) continue
    const at = bytes.length - 1 - (i >> 3)
    bytes[at] = (bytes[at] ?? 0) | (1 << (i & 7))
  }
  return bytes
}

/** The mirror of `writeBits`; bits beyond the list must be zero. */
export function readBits(reader: ByteReader, length: number, what: string): boolean[] {
  const bytes = reader.take(Math.ceil(length / 8), what)
  const bits = Array.from({ length }, (_, i) => bitAt(bytes, i))
  for (let i = length; i < 8 * bytes.length; i++) {
    if (bitAt(bytes, i)) throw reader.fail(`${what} set a bit beyond their ${length} items`)
  }
  return bits
}

function bitAt(bytes: Uint8Array, i: number): boolean {
  return (((bytes[bytes.length - 1 - (i >> 3)] ?? 0) >> (i & 7)) & 1) === 1
}
