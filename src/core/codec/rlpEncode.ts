import { MetisSeqError } from '../errors/index.js'

/** What can be encoded; integers are written in the fewest bytes, zero as the empty string. */
export type RlpInput = Uint8Array | bigint | number | readonly RlpInput[]

/** Payloads shorter than this have their length in the first byte. */
const SHORT = 56
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER)
const LOW_HALF = 2 ** 32

/**
 * The RLP of `input` (Ethereum yellow paper, appendix B).
 * @throws MetisSeqError `INTEGER_OUT_OF_RANGE` for a number that is negative or no integer
 */
export function rlpEncode(input: RlpInput): Uint8Array {
  const plan: Plan = { lists: [], large: [] }
  const writer = new Writer(sizeOf(input, plan), plan)
  writer.write(input)
  return writer.bytes
}

/**
 * What the first pass found out: the payload size of each list, and the digits (an even number, hexadecimal) of each
 * integer that no number holds, both in the order in which the second pass comes by.
 */
interface Plan {
  lists: number[]
  large: string[]
}

/** Bytes that `input` takes with its header. */
function sizeOf(input: RlpInput, plan: Plan): number {
  if (typeof input === 'number') return numberSize(input, plan)
  if (typeof input === 'bigint')
    return input >= 0n && input <= MAX_SAFE ? numberSize(Number(input), plan) : largeSize(input, plan)
  if (input instanceof Uint8Array) return input.length === 1 && (input[0] ?? 0) < 0x80 ? 1 : headed(input.length)
  const place = plan.lists.push(0) - 1
  let payload = 0
  for (const item of input) payload += sizeOf(item, plan)
  plan.lists[place] = payload
  return headed(payload)
}

function numberSize(value: number, plan: Plan): number {
  if (value >= 0 && value < 0x80 && Number.isInteger(value)) return 1
  if (value >= 0 && Number.isSafeInteger(value)) return 1 + byteLength(value)
  if (!Number.isInteger(value)) throw outOfRange(value)
  return largeSize(BigInt(value), plan)
}

function largeSize(value: bigint, plan: Plan): number {
  if (value < 0n) throw outOfRange(value)
  const digits = value.toString(16)
  plan.large.push(digits.length % 2 === 0 ? digits : `0${digits}`)
  return headed((digits.length + 1) >> 1)
}

function headed(payload: number): number {
  return payload < SHORT ? 1 + payload : 1 + byteLength(payload) + payload
}

/** Bytes of a safe integer; none for zero. */
function byteLength(value: number): number {
  return value < LOW_HALF ? wordLength(value) : 4 + wordLength(Math.floor(value / LOW_HALF))
}

function wordLength(value: number): number {
  return (39 - Math.clz32(value)) >> 3
}

/** The second pass: one buffer, front to back. */
class Writer {
  readonly bytes: Uint8Array
  readonly #plan: Plan
  #at = 0
  #list = 0
  #large = 0

  constructor(size: number, plan: Plan) {
    this.bytes = new Uint8Array(size)
    this.#plan = plan
  }

  write(input: RlpInput): void {
    if (typeof input === 'number') this.#number(input)
    else if (typeof input === 'bigint') this.#integer(input)
    else if (input instanceof Uint8Array) this.#string(input)
    else {
      this.#header(0xc0, this.#plan.lists[this.#list++] ?? 0)
      for (const item of input) this.write(item)
    }
  }

  #string(value: Uint8Array): void {
    if (value.length !== 1 || (value[0] ?? 0) >= 0x80) this.#header(0x80, value.length)
    this.bytes.set(value, this.#at)
    this.#at += value.length
  }

  #integer(value: bigint): void {
    if (value <= MAX_SAFE) this.#number(Number(value))
    else this.#digits()
  }

  #number(value: number): void {
    if (value > Number.MAX_SAFE_INTEGER) return this.#digits()
    const length = byteLength(value)
    if (value === 0 || value >= 0x80) this.bytes[this.#at++] = 0x80 + length
    this.#big(value, length)
  }

  /** The next of the large integers. */
  #digits(): void {
    const digits = this.#plan.large[this.#large++] ?? ''
    this.#header(0x80, digits.length >> 1)
    for (let i = 0; i < digits.length; i += 2) this.bytes[this.#at++] = Number.parseInt(digits.slice(i, i + 2), 16)
  }

  #header(base: 0x80 | 0xc0, length: number): void {
    if (length < SHORT) {
      this.bytes[this.#at++] = base + length
      return
    }
    const size = byteLength(length)
    this.bytes[this.#at++] = base + SHORT - 1 + size
    this.#big(length, size)
  }

  /** `value` in `length` bytes. */
  #big(value: number, length: number): void {
    let rest = value
    for (let i = this.#at + length - 1; i >= this.#at; i--) {
      this.bytes[i] = rest
      rest = Math.floor(rest / 256)
    }
    this.#at += length
  }
}

function outOfRange(value: bigint | number): MetisSeqError {
  return new MetisSeqError('INTEGER_OUT_OF_RANGE', `${value} cannot be written in RLP: it is negative or no integer.`)
}
