/** Most levels of a value that is printed; deeper ones, as in a ring, are named and left out. */
const MAX_DEPTH = 32

/**
 * `value` as JSON can hold it: bigints become decimal strings (a number would lose wei), bytes hex, maps objects, sets
 * and other iterables lists, errors their message.
 */
export function plainJson(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (depth > MAX_DEPTH) return '[too deep]'
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`
  if (value instanceof Error) return value.message
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Map) return plainJson(Object.fromEntries(value), depth)
  if (Array.isArray(value) || value instanceof Set) return [...value].map((item) => plainJson(item, depth + 1))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainJson(item, depth + 1)]))
}
