import { MetisSeqError } from '../errors/index.js'

/** All `parts`, one after the other, in a new array. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  return concatAll(parts)
}

/** `concatBytes` of a list that may be too long to be spread into arguments. */
export function concatAll(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const all = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    all.set(part, offset)
    offset += part.length
  }
  return all
}

/** Whether both hold the same bytes. Not constant in time: never for secrets. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/**
 * `value` as exactly `length` big-endian bytes.
 * @throws MetisSeqError `INTEGER_OUT_OF_RANGE` when it is negative or does not fit.
 */
export function bigEndian(value: bigint | number, length: number): Uint8Array {
  const integer = BigInt(value)
  if (integer < 0n || integer >> BigInt(8 * length) !== 0n) {
    throw new MetisSeqError('INTEGER_OUT_OF_RANGE', `${value} does not fit into ${length} unsigned bytes.`)
  }
  const bytes = new Uint8Array(length)
  const digits = integer.toString(16).padStart(2 * length, '0')
  for (let i = 0; i < length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

/** `value` as the fewest big-endian bytes; zero is no byte at all (as RLP and Go's `big.Int.Bytes` have it). */
export function minimalBigEndian(value: bigint | number): Uint8Array {
  const integer = BigInt(value)
  if (integer === 0n) return new Uint8Array(0)
  const digits = integer.toString(16)
  return bigEndian(integer, Math.ceil(digits.length / 2))
}

/** The unsigned integer that big-endian `bytes` write; no bytes are zero. */
export function fromBigEndian(bytes: Uint8Array): bigint {
  let digits = ''
  for (const byte of bytes) digits += byte.toString(16).padStart(2, '0')
  return digits === '' ? 0n : BigInt(`0x${digits}`)
}

const encoder = new TextEncoder()

/** UTF-8 bytes of `text`. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}
