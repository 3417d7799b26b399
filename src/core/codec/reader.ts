import { fromBigEndian } from './bytes.js'
import { type Malformed, malformed } from './malformed.js'

const U64_MAX = (1n << 64n) - 1n

/** Reads bytes front to back; it never reads past the end and never lets a count go unchecked. */
export class ByteReader {
  #offset = 0
  readonly #bytes: Uint8Array
  readonly fail: Malformed

  /** @param fail makes the error when the bytes are refused. */
  constructor(bytes: Uint8Array, fail: Malformed = malformed('BYTES_MALFORMED', 'input')) {
    this.#bytes = bytes
    this.fail = fail
  }

  get offset(): number {
    return this.#offset
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset
  }

  /** The next `length` bytes, as a view on the input. */
  take(length: number, what = 'bytes'): Uint8Array {
    if (!Number.isSafeInteger(length) || length < 0 || length > this.remaining) {
      throw this.fail(`${what} at offset ${this.#offset} needs ${length} bytes and ${this.remaining} are left`)
    }
    const taken = this.#bytes.subarray(this.#offset, this.#offset + length)
    this.#offset += length
    return taken
  }

  /** All that is left, without moving on. */
  peek(): Uint8Array {
    return this.#bytes.subarray(this.#offset)
  }

  /** One byte as a number. */
  byte(what = 'byte'): number {
    return this.take(1, what)[0] ?? 0
  }

  /** An unsigned big-endian integer of `length` bytes. */
  uint(length: number, what = 'integer'): bigint {
    return fromBigEndian(this.take(length, what))
  }

  /** As `uint`, for at most 6 bytes, as a number. */
  uintNumber(length: number, what = 'integer'): number {
    return Number(this.uint(length, what))
  }

  /** LEB128 of at most 64 bits (Go `binary.Uvarint`), in its shortest form. */
  varint(what = 'varint'): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte(what)
      value |= BigInt(byte & 0x7f) << shift
      if (byte >= 0x80) continue
      if (byte === 0 && shift > 0n) throw this.fail(`${what} before offset ${this.#offset} is not in its shortest form`)
      if (value > U64_MAX) break
      return value
    }
    throw this.fail(`${what} before offset ${this.#offset} is longer than 64 bits`)
  }

  /** A varint that counts something: a number of at most `max`. */
  count(max: number, what = 'count'): number {
    const value = this.varint(what)
    if (value > BigInt(max)) throw this.fail(`${what} is ${value}, at most ${max} are allowed`)
    return Number(value)
  }

  /** Refuses bytes that nothing has read. */
  end(): void {
    if (this.remaining > 0) throw this.fail(`${this.remaining} bytes follow the end at offset ${this.#offset}`)
  }
}
