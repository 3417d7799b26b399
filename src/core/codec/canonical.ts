import { utf8 } from './bytes.js'
import { keccak256 } from './hash.js'
import type { Hex } from './hex.js'

/** What has one canonical text: plain values; `undefined` fields are left out, bigints are written in decimal. */
export type Canonical =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | readonly Canonical[]
  | { readonly [key: string]: Canonical }

/** JSON with sorted keys and no spaces, so that equal values have equal text on every machine. */
export function canonicalJson(value: Canonical): string {
  if (typeof value === 'bigint') return `"${value}"`
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`)
  return `{${fields.join(',')}}`
}

/** keccak-256 of the canonical text. */
export function canonicalHash(value: Canonical): Hex {
  return keccak256(utf8(canonicalJson(value)))
}
