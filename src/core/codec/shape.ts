import { type Hex, isHex } from './hex.js'
import type { Malformed } from './malformed.js'

/** Reads one value of foreign JSON, or fails with where and why. */
export type Shape<T> = (value: unknown, path: string, fail: Malformed) => T

type Shapes<T> = { [K in keyof T]: Shape<T[K]> }

/** Lower-case hex of exactly `length` bytes. */
export const hexOf =
  (length: number): Shape<Hex> =>
  (value, path, fail) => {
    if (typeof value !== 'string' || !isHex(value, length) || value !== value.toLowerCase()) {
      throw fail(`${path} is not ${length} bytes of lower-case hex`)
    }
    return value
  }

export const address = hexOf(20)
export const hash = hexOf(32)

/** Lower-case hex of at most `max` bytes. */
export const hexUpTo =
  (max: number): Shape<Hex> =>
  (value, path, fail) => {
    if (typeof value !== 'string' || value.length > 2 + 2 * max || !isHex(value) || value !== value.toLowerCase()) {
      throw fail(`${path} is not at most ${max} bytes of lower-case hex`)
    }
    return value
  }

/** A whole number from 0 to 2^53 - 1. */
export const uint: Shape<number> = (value, path, fail) => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || Object.is(value, -0))
    throw fail(`${path} is not a whole number`)
  return value
}

/** Up to 78 decimal digits in a string, as amounts in wei travel. */
export const decimal: Shape<bigint> = (value, path, fail) => {
  if (typeof value !== 'string' || !/^(0|[1-9][0-9]{0,77})$/.test(value)) throw fail(`${path} is not a decimal string`)
  return BigInt(value)
}

/** A whole number as JSON has it, or in up to 20 digits, as people and tools write chain ids. */
export const wholeNumber: Shape<bigint> = (value, path, fail) => {
  if (typeof value === 'string' && /^[0-9]{1,20}$/.test(value)) return BigInt(value)
  return BigInt(uint(value, path, fail))
}

export const boolean: Shape<boolean> = (value, path, fail) => {
  if (typeof value !== 'boolean') throw fail(`${path} is neither true nor false`)
  return value
}

/** Exactly this text. */
export const literal =
  <const T extends string>(text: T): Shape<T> =>
  (value, path, fail) => {
    if (value !== text) throw fail(`${path} is not "${text}"`)
    return text
  }

/** One of these texts. */
export const textOf =
  <const T extends string>(texts: readonly T[]): Shape<T> =>
  (value, path, fail) => {
    const text = texts.find((each) => each === value)
    if (text === undefined) throw fail(`${path} is none of ${texts.join(', ')}`)
    return text
  }

/** A list of at most `max`. */
export const listOf =
  <T>(item: Shape<T>, max: number): Shape<T[]> =>
  (value, path, fail) => {
    if (!Array.isArray(value) || value.length > max) throw fail(`${path} is not a list of at most ${max}`)
    return value.map((each, i) => item(each, `${path}[${i}]`, fail))
  }

/** An object with exactly these fields. */
export const objectOf =
  <T extends object>(shapes: Shapes<T>): Shape<T> =>
  (value, path, fail) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fail(`${path} is not an object`)
    const extra = Object.keys(value).find((key) => !Object.hasOwn(shapes, key))
    if (extra !== undefined) throw fail(`${path} has the unknown field "${extra.slice(0, 40)}"`)
    const read = Object.entries<Shape<unknown>>(shapes).map(([key, shape]) => {
      return [key, shape((value as Record<string, unknown>)[key], `${path}.${key}`, fail)]
    })
    return Object.fromEntries(read) as T
  }

/** May be left out. */
export const optional =
  <T>(item: Shape<T>): Shape<T | undefined> =>
  (value, path, fail) =>
    value === undefined ? undefined : item(value, path, fail)

/** May be null. */
export const orNull =
  <T>(item: Shape<T>): Shape<T | null> =>
  (value, path, fail) =>
    value === null ? null : item(value, path, fail)

/** An object of at most `max` entries, whose keys are read as well. */
export const recordOf =
  <T>(key: Shape<Hex>, item: Shape<T>, max: number): Shape<Record<Hex, T>> =>
  (value, path, fail) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fail(`${path} is not an object`)
    const entries = Object.entries(value)
    if (entries.length > max) throw fail(`${path} has ${entries.length} entries, at most ${max} are read`)
    const read = entries.map(([name, each]) => {
      return [key(name, `a key of ${path}`, fail), item(each, `${path}[${name.slice(0, 70)}]`, fail)] as const
    })
    return Object.fromEntries(read)
  }

/** Text of at most `max` characters. */
export const textUpTo =
  (max: number): Shape<string> =>
  (value, path, fail) => {
    if (typeof value !== 'string' || value.length > max)
      throw fail(`${path} is not a text of at most ${max} characters`)
    return value
  }

/** Text of at most `max` characters of ASCII that can be shown as they are. */
export const plainUpTo =
  (max: number): Shape<string> =>
  (value, path, fail) => {
    const text = textUpTo(max)(value, path, fail)
    if (!/^[\x20-\x7e]*$/.test(text)) throw fail(`${path} has other than plain characters`)
    return text
  }

/** One of several objects, told apart by the text in `tag`. */
export const oneOf =
  <T extends object>(tag: string, shapes: Record<string, Shape<T>>): Shape<T> =>
  (value, path, fail) => {
    const kind = (value as Record<string, unknown> | null)?.[tag]
    const shape = typeof kind === 'string' && Object.hasOwn(shapes, kind) ? shapes[kind] : undefined
    if (shape === undefined) throw fail(`${path}.${tag} is none of ${Object.keys(shapes).join(', ')}`)
    return shape(value, path, fail)
  }
