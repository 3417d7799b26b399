import { bytesToHex } from '../../../../src/core/codec/index.js'

/** Where two opinions on a block part. */
export interface Objection {
  by: string
  /** Path of the field, as `receipts[3].gasUsed`. */
  field: string
  ours: string
  theirs: string
}

/** The first field in which the two differ, depth first in the order of `ours`; undefined where there is none. */
export function firstDifference(by: string, ours: unknown, theirs: unknown, field = ''): Objection | undefined {
  if (!isComposite(ours) || !isComposite(theirs)) {
    return ours === theirs ? undefined : { by, field, ours: shown(ours), theirs: shown(theirs) }
  }
  if (ours instanceof Uint8Array || theirs instanceof Uint8Array) {
    const [a, b] = [shown(ours), shown(theirs)]
    return a === b ? undefined : { by, field, ours: a, theirs: b }
  }
  for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const at = Array.isArray(ours) ? `${field}[${key}]` : field === '' ? key : `${field}.${key}`
    const found = firstDifference(by, ours[key], theirs[key], at)
    if (found !== undefined) return found
  }
  return undefined
}

function isComposite(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function shown(value: unknown): string {
  if (value instanceof Uint8Array) return bytesToHex(value)
  const text =
    typeof value === 'object' ? JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `${v}` : v)) : `${value}`
  return text.length > 400 ? `${text.slice(0, 400)}... (${text.length})` : text
}
