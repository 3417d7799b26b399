import { Damage } from './logFile.js'

/** Reads numbers of variable length and texts in front of which their length stands. @throws Damage at the end of the bytes */
export class Cursor {
  readonly #bytes: Uint8Array
  at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.at >= this.#bytes.length
  }

  /** Up to 2^53. */
  varint(): number {
    let value = 0
    for (let scale = 1; scale < 2 ** 56; scale *= 128) {
      const byte = this.#bytes[this.at++]
      if (byte === undefined) break
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
    throw new Damage('a number has no end')
  }

  take(length: number): Uint8Array {
    const taken = this.#bytes.subarray(this.at, this.at + length)
    if (taken.length < length) throw new Damage('it ends too early')
    this.at += length
    return taken
  }

  text(): Uint8Array {
    return this.take(this.varint())
  }
}
