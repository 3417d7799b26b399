import { hexToBytes, isHex } from '../../../core/codec/index.js'
import type { Address, Hash, Hex } from '../../../core/types/hex.js'
import { invalidParams } from './errors.js'

/** Reads one parameter; `name` is what it is called in a complaint. @throws RpcError -32602 */
export type Parser<T> = (value: unknown, name: string) => T

const SHOWN = 80

function complain(value: unknown, name: string, expected: string): never {
  if (value === undefined) throw invalidParams(`missing value for required ${name}`)
  throw invalidParams(`invalid ${name}: ${shown(value)} is not ${expected}`)
}

/** The beginning of a value: to write all of it could take as long as the caller likes, and more depth than there is. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : '[...]'
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0 ? '{}' : '{...}'
  const text = typeof value === 'string' ? JSON.stringify(value.slice(0, SHOWN)) : String(value)
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text
}

/** Whole bytes. */
export const data: Parser<Hex> = (value, name) => {
  if (typeof value === 'string' && isHex(value)) return value.toLowerCase() as Hex
  return complain(value, name, '0x and pairs of hexadecimal digits')
}

export const bytes: Parser<Uint8Array> = (value, name) => hexToBytes(data(value, name))

function fixed(length: number, what: string): Parser<Hex> {
  return (value, name) => {
    if (typeof value === 'string' && isHex(value, length)) return value.toLowerCase() as Hex
    return complain(value, name, `${what} (0x and ${2 * length} hexadecimal digits)`)
  }
}

export const address: Parser<Address> = fixed(20, 'an address')
export const hash: Parser<Hash> = fixed(32, 'a hash')

/** A quantity: no leading zeros (EIP-1474), at most 256 bits. */
export const quantity: Parser<bigint> = (value, name) => {
  if (typeof value === 'string' && /^0x(0|[1-9a-f][0-9a-f]{0,63})$/i.test(value)) return BigInt(value)
  return complain(value, name, 'a quantity (0x and hexadecimal digits without leading zeros)')
}

/** A quantity that fits a number. */
export const index: Parser<number> = (value, name) => {
  const number = quantity(value, name)
  if (number <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(number)
  return complain(value, name, 'less than 2^53')
}

/** A quantity below 2^64. */
export const uint64: Parser<bigint> = (value, name) => {
  const number = quantity(value, name)
  return number < 2n ** 64n ? number : complain(value, name, 'less than 2^64')
}

/** A quantity as a word of 32 bytes. */
export const word: Parser<Hash> = (value, name) => `0x${quantity(value, name).toString(16).padStart(64, '0')}`

/** A storage key: at most 32 bytes, short ones are filled from the left. */
export const slot: Parser<Hash> = (value, name) => {
  if (typeof value === 'string' && /^0x[0-9a-fA-F]{1,64}$/.test(value)) {
    return `0x${value.slice(2).toLowerCase().padStart(64, '0')}`
  }
  return complain(value, name, 'a storage key (0x and 1 to 64 hexadecimal digits)')
}

export const boolean: Parser<boolean> = (value, name) =>
  typeof value === 'boolean' ? value : complain(value, name, 'true or false')

/** A whole number, not negative, as JSON writes it. */
export const integer: Parser<number> = (value, name) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? value
    : complain(value, name, 'a whole number')

export const text: Parser<string> = (value, name) =>
  typeof value === 'string' ? value : complain(value, name, 'a string')

export const object: Parser<Readonly<Record<string, unknown>>> = (value, name) => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  return complain(value, name, 'an object')
}

type Parsed<S> = { [K in keyof S]: S[K] extends Parser<infer T> ? T : never }

/** An object of these fields and no other: what would be ignored is refused. */
export function fields<S extends Readonly<Record<string, Parser<unknown>>>>(parsers: S): Parser<Parsed<S>> {
  return (value, name) => {
    const given = object(value, name)
    for (const key of Object.keys(given)) {
      if (!Object.hasOwn(parsers, key)) throw invalidParams(`invalid ${name}: "${key.slice(0, 40)}" is not supported`)
    }
    const read = Object.entries(parsers).map(([key, parse]) => [key, parse(given[key], `${name}.${key}`)] as const)
    return Object.fromEntries(read) as Parsed<S>
  }
}

/** A list of at most `most` items. */
export function list<T>(item: Parser<T>, most: number): Parser<readonly T[]> {
  return (value, name) => {
    if (!Array.isArray(value)) return complain(value, name, 'a list')
    if (value.length > most) throw invalidParams(`invalid ${name}: ${value.length} items, at most ${most} are allowed`)
    return value.map((each, i) => item(each, `${name}[${i}]`))
  }
}

/** May be left out or null. */
export function optional<T>(parser: Parser<T>): Parser<T | undefined>
export function optional<T>(parser: Parser<T>, fallback: T): Parser<T>
export function optional<T>(parser: Parser<T>, fallback?: T): Parser<T | undefined> {
  return (value, name) => (value === undefined || value === null ? fallback : parser(value, name))
}

/** The parameters of a call, one parser for each. @throws RpcError -32602: too many, missing or malformed ones */
export function parseParams<P extends readonly unknown[]>(
  params: unknown,
  parsers: { readonly [K in keyof P]: Parser<P[K]> },
): P {
  const values = params === undefined || params === null ? [] : params
  if (!Array.isArray(values)) throw invalidParams('invalid params: they are not a list (named ones are not supported)')
  if (values.length > parsers.length) {
    throw invalidParams(`too many arguments: ${values.length}, at most ${parsers.length} are wanted`)
  }
  return parsers.map((parse: Parser<unknown>, i: number) => parse(values[i], `argument ${i}`)) as unknown as P
}
