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
  return Array.isArray(value) ? listText(value) : objectText(value as { readonly [key: string]: Canonical })
}

function listText(list: readonly Canonical[]): string {
  let text = ''
  for (const item of list) text += `${text === '' ? '' : ','}${canonicalJson(item)}`
  return `[${text}]`
}

function objectText(fields: { readonly [key: string]: Canonical }): string {
  let text = ''
  for (const key of Object.keys(fields).sort()) {
    const field = fields[key]
    if (field !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(field)}`
  }
  return `{${text}}`
}

/** keccak-256 of the canonical text. */
export function canonicalHash(value: Canonical): Hex {
  return keccak256(utf8(canonicalJson(value)))
}
