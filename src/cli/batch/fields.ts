import { type Hex, isHex, normaliseHex } from '../../core/codec/index.js'
import { badInput } from '../input.js'

export type Fields = Readonly<Record<string, unknown>>

const NEXT =
  'The format is that of `metis-seq batch decode`: { "meta": { "l2ChainId" }, "blocks": [{ "blockNumber", ... }] }.'

/** Reads typed values out of a parsed JSON file; every refusal names the file and the place (`INPUT_INVALID`, exit 2). */
export class FieldReader {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  object(value: unknown, where: string): Fields {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
    throw this.refuse(`${where} is not an object`)
  }

  list(value: unknown, where: string, most: number): readonly unknown[] {
    if (!Array.isArray(value)) throw this.refuse(`${where} is not a list`)
    if (value.length > most) throw this.refuse(`${where} has ${value.length} items, at most ${most} are read`)
    return value
  }

  whole(value: unknown, where: string): bigint {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value)
    if (typeof value === 'string' && /^\d{1,78}$/.test(value)) return BigInt(value)
    throw this.refuse(`${where} is not a whole number, zero or above`)
  }

  /** Bytes as hex, with or without `0x`. */
  hex(value: unknown, where: string): Hex {
    const text = typeof value === 'string' && !value.startsWith('0x') ? `0x${value}` : value
    if (typeof text === 'string' && isHex(text)) return text.toLowerCase() as Hex
    throw this.refuse(`${where} is not hexadecimal text`)
  }

  fixed(value: unknown, where: string, length: number): Hex {
    const hex = this.hex(value, where)
    if (isHex(hex, length)) return normaliseHex(hex, length)
    throw this.refuse(`${where} is not ${length} bytes`)
  }

  refuse(reason: string) {
    return badInput(this.#path, reason, NEXT)
  }
}
