import { isHex, normaliseHex } from '../../codec/index.js'
import type { Address } from '../../types/hex.js'
import { recordProblems } from '../record.js'

/** One entry of an `all.json`. */
export interface RecordReport {
  /** From 0. */
  index: number
  /** As it stands there, shortened; null where there is none. */
  name: string | null
  /** Null where it is no address. */
  owner: Address | null
  /** Whole sentences; none when it is valid. */
  problems: string[]
}

/** Fields that no two records may share; all but the name are compared in lower case. */
const UNIQUE = ['name', 'address', 'seq_addr', 'pubkey'] as const
const SHOWN_NAME = 40

/** Every record of an `all.json` with what is wrong with it: by itself, and beside those before it. */
export function reportRecords(records: readonly unknown[]): RecordReport[] {
  const seen = new Map<string, number>()
  return records.map((record, index) => {
    const fields = (typeof record === 'object' && record !== null ? record : {}) as Record<string, unknown>
    const { name, address } = fields
    return {
      index,
      name: typeof name === 'string' ? name.slice(0, SHOWN_NAME) : null,
      owner: typeof address === 'string' && isHex(address, 20) ? normaliseHex(address, 20) : null,
      problems: [...recordProblems(record), ...duplicates(fields, index, seen)],
    }
  })
}

function duplicates(fields: Record<string, unknown>, index: number, seen: Map<string, number>): string[] {
  return UNIQUE.flatMap((field) => {
    const text = fields[field]
    if (typeof text !== 'string' || text === '') return []
    const key = `${field} ${field === 'name' ? text : text.toLowerCase()}`
    const first = seen.get(key)
    if (first === undefined) seen.set(key, index)
    return first === undefined ? [] : [`"${field}" is that of record ${first} too.`]
  })
}
