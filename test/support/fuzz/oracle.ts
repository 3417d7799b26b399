import { getHeapStatistics } from 'node:v8'
import { equalBytes } from '../../../src/core/codec/index.js'
import { MetisSeqError } from '../../../src/core/errors/index.js'
import type { Decoder } from './decoder.js'

/** Characters of a message at most. */
const MAX_MESSAGE = 2048
const LIMIT = 100
/** Bytes of input for which the limit of time holds as it stands; larger ones may take longer in proportion. */
const NORMAL = 128 * 1024
/** Bytes of heap that one input may take for the moment. */
const MAX_GROWTH = 256 * 1024 * 1024
/** A secret is looked for in parts of so many characters. */
const PART = 12

export interface Judged {
  outcome: 'refused' | 'accepted'
  milliseconds: number
  heapGrowth: number
}

const heap = () => {
  const { used_heap_size, external_memory } = getHeapStatistics()
  return used_heap_size + external_memory
}
const untouched = JSON.stringify(
  [Object.prototype, Array.prototype, Function.prototype].map(Object.getOwnPropertyNames),
)

/**
 * Lets `decoder` read `input`.
 * @throws Error with what is wrong: an error that is none of ours or not fit to be shown, too much time or memory, a value that is
 *   written otherwise than it was read, or something changed that others use
 */
export async function judge(decoder: Decoder, input: Uint8Array | string): Promise<Judged> {
  const before = typeof input === 'string' ? input : input.slice()
  const first = await timed(decoder, input)
  const limit = (decoder.limit ?? LIMIT) * Math.max(1, input.length / NORMAL)
  // The collection of garbage and what is compiled for the first time take their part: what is slow is slow every time.
  let { milliseconds } = first
  for (let again = 0; again < 3 && milliseconds > limit; again++)
    milliseconds = Math.min(milliseconds, (await timed(decoder, input)).milliseconds)
  if (milliseconds > limit)
    throw new Error(`took ${Math.round(milliseconds)} ms, at most ${Math.round(limit)} are allowed`)
  if (first.heapGrowth > MAX_GROWTH) throw new Error(`took ${first.heapGrowth} bytes of memory`)
  if (typeof input !== 'string' && !equalBytes(input, before as Uint8Array)) throw new Error('changed its input')
  const { result } = first
  if ('error' in result) checkRefusal(decoder, input, result.error)
  else checkForm(decoder, input, result.value)
  if (
    (globalThis as { polluted?: unknown }).polluted !== undefined ||
    ({} as { polluted?: unknown }).polluted !== undefined
  )
    throw new Error('polluted a prototype')
  return { outcome: 'error' in result ? 'refused' : 'accepted', milliseconds, heapGrowth: first.heapGrowth }
}

/** @throws Error where a prototype that all share has another property than in the beginning */
export function checkPrototypes(): void {
  const now = JSON.stringify([Object.prototype, Array.prototype, Function.prototype].map(Object.getOwnPropertyNames))
  if (now !== untouched) throw new Error('a prototype was changed')
}

async function timed(decoder: Decoder, input: Uint8Array | string) {
  const [memory, start] = [heap(), process.cpuUsage()]
  let result: { value: unknown } | { error: unknown }
  try {
    const value = (decoder.decode as (given: typeof input) => unknown)(input)
    result = { value: value instanceof Promise ? await value : value }
  } catch (error) {
    result = { error }
  }
  const { user, system } = process.cpuUsage(start)
  return { result, milliseconds: (user + system) / 1000, heapGrowth: heap() - memory }
}

function checkRefusal(decoder: Decoder, input: Uint8Array | string, error: unknown): void {
  if (decoder.refusal?.(error)) return
  if (!(error instanceof MetisSeqError)) throw new Error(`threw ${describe(error)}`, { cause: error })
  const { code, message, next = '', details } = error
  if (code === 'INTERNAL' || code === 'EVM_TRAPPED') throw new Error(`threw ${code}: ${message}`, { cause: error })
  if (message.length > MAX_MESSAGE) throw new Error(`threw ${code} with a message of ${message.length} characters`)
  if (/[\p{Cc}\u2028-\u202e\u2066-\u2069]|\p{Cs}/u.test(message))
    throw new Error(`threw ${code} with ${JSON.stringify(message)}`)
  if (decoder.secret) {
    const shown = `${message}${next}${JSON.stringify(details)}`.toLowerCase()
    const text = (typeof input === 'string' ? input : Buffer.from(input).toString('latin1')).trim().toLowerCase()
    for (let at = 0; at + PART <= Math.min(text.length, 400); at += 4)
      if (shown.includes(text.slice(at, at + PART)) && text.slice(at, at + PART).trim().length > 8)
        throw new Error(`repeats the secret: ${message}`)
  }
}

function checkForm(decoder: Decoder, input: Uint8Array | string, value: unknown): void {
  const again = (decoder.encode as ((given: unknown) => typeof input | undefined) | undefined)?.(value)
  if (again === undefined) return
  const same = typeof again === 'string' ? again === input : typeof input !== 'string' && equalBytes(again, input)
  if (!same) throw new Error('took a form of a value that has another one')
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message).slice(0, 1500) : JSON.stringify(error)
}
