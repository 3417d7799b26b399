import { MetisSeqError } from '../errors/index.js'
import { bigEndian, concatAll } from './bytes.js'

const U64_MAX = (1n << 64n) - 1n

/** Collects bytes front to back, the mirror of `ByteReader`. */
export class ByteWriter {
  readonly #parts: Uint8Array[] = []

  /** Appends `bytes`, which must not change afterwards. */
  bytes(bytes: Uint8Array): this {
    this.#parts.push(bytes)
    return this
  }

  byte(value: number): this {
    return this.uint(value, 1)
  }

  /** An unsigned big-endian integer of `length` bytes. @throws MetisSeqError `INTEGER_OUT_OF_RANGE` */
  uint(value: bigint | number, length: number): this {
    return this.bytes(bigEndian(value, length))
  }

  /** The shortest LEB128 of an unsigned 64-bit integer (Go `binary.PutUvarint`). @throws MetisSeqError `INTEGER_OUT_OF_RANGE` */
  varint(value: bigint | number): this {
    let rest = BigInt(value)
    if (rest < 0n || rest > U64_MAX) {
      throw new MetisSeqError('INTEGER_OUT_OF_RANGE', `${value} is not an unsigned 64-bit integer.`)
    }
    const digits: number[] = []
    while (rest >= 0x80n) {
      digits.push(Number(rest & 0x7fn) | 0x80)
      rest >>= 7n
    }
    digits.push(Number(rest))
    return this.bytes(Uint8Array.from(digits))
  }

  /** All that was written so far. */
  finish(): Uint8Array {
    return concatAll(this.#parts)
  }
}
