const POLYNOMIAL = 0x82f63b78
const MASK = 0xa282ead8

/** The n-th holds what a byte does to the checksum n bytes later: so four bytes go in one step. */
const TABLES = [0, 1, 2, 3].map(() => new Uint32Array(256))
const [T0 = new Uint32Array(0), T1 = T0, T2 = T0, T3 = T0] = TABLES
for (let byte = 0; byte < 256; byte++) {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? POLYNOMIAL : 0)
  T0[byte] = value >>> 0
}
for (let byte = 0; byte < 256; byte++) {
  for (const [n, table] of TABLES.slice(1).entries()) {
    const before = TABLES[n]?.[byte] ?? 0
    table[byte] = ((before >>> 8) ^ (T0[before & 255] ?? 0)) >>> 0
  }
}

/** CRC-32C (Castagnoli) of bytes `from` to `to`, or of what `before` is the checksum of with these after it. */
export function crc32c(bytes: Uint8Array, from = 0, to = bytes.length, before = 0): number {
  let crc = ~before
  let at = from
  const b = (offset: number) => bytes[at + offset] ?? 0
  for (; at + 4 <= to; at += 4) {
    const word = crc ^ (b(0) | (b(1) << 8) | (b(2) << 16) | (b(3) << 24))
    const low = (T3[word & 255] ?? 0) ^ (T2[(word >>> 8) & 255] ?? 0)
    crc = low ^ (T1[(word >>> 16) & 255] ?? 0) ^ (T0[word >>> 24] ?? 0)
  }
  for (; at < to; at++) crc = (crc >>> 8) ^ (T0[(crc ^ b(0)) & 255] ?? 0)
  return ~crc >>> 0
}

/** As LevelDB writes a checksum: a checksum of bytes that hold checksums would be a weak one. */
export function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + MASK) >>> 0
}
