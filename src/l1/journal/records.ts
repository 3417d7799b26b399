import type { Address, Hash, Hex } from '../../core/types/hex.js'
import type { DatedEntry } from './entry.js'

/** `open` until the chain or the endpoint has decided. */
export type TxState = 'open' | 'mined' | 'reverted' | 'replaced' | 'refused'

/** What the journal knows of one transaction. */
export interface TxRecord {
  readonly hash: Hash
  readonly state: TxState
  readonly chainId: bigint
  readonly network: string
  readonly from: Address
  readonly nonce: number
  readonly title: string
  readonly raw: Hex
  /** ISO 8601 */
  readonly signedAt: string
  /** Block that holds it; null until it is mined. */
  readonly block: number | null
  /** The transaction whose place it takes. */
  readonly replaces: Hash | null
  /** The transaction that took its place, where that is known. */
  readonly replacedBy: Hash | null
  /** Why the endpoint did not take it. */
  readonly reason: string | null
}

/** Follows the entries in their order. One that names a transaction never signed here is left out. */
export function recordsOf(entries: readonly DatedEntry[]): TxRecord[] {
  const records = new Map<Hash, TxRecord>()
  for (const entry of entries) {
    if (entry.event === 'torn') continue
    const known = records.get(entry.hash)
    if (entry.event === 'signed') records.set(entry.hash, begun(entry))
    else if (known !== undefined) records.set(entry.hash, { ...known, ...outcome(entry) })
  }
  return [...records.values()]
}

/** Those that the chain has not decided yet, of one account where it is given, by nonce. */
export function openRecords(records: readonly TxRecord[], chainId: bigint, from?: Address): TxRecord[] {
  return records
    .filter((each) => each.state === 'open' && each.chainId === chainId && (from === undefined || each.from === from))
    .sort((a, b) => (a.from === b.from ? a.nonce - b.nonce : a.from < b.from ? -1 : 1))
}

/** The others of the same account and nonce that were on their way: of all these the chain takes one. */
export function rivalsOf(
  records: readonly TxRecord[],
  { chainId, from, nonce, hash }: Pick<TxRecord, 'chainId' | 'from' | 'nonce' | 'hash'>,
): TxRecord[] {
  return records.filter(
    (each) =>
      each.chainId === chainId &&
      each.from === from &&
      each.nonce === nonce &&
      each.hash !== hash &&
      each.state !== 'refused',
  )
}

function begun(entry: DatedEntry & { event: 'signed' }): TxRecord {
  const { event, time, replaces = null, ...fields } = entry
  return { ...fields, state: 'open', signedAt: time, block: null, replaces, replacedBy: null, reason: null }
}

function outcome(entry: Exclude<DatedEntry, { event: 'signed' | 'torn' }>): Partial<TxRecord> {
  switch (entry.event) {
    case 'mined':
      return { state: entry.status === 'success' ? 'mined' : 'reverted', block: entry.block }
    case 'replaced':
      return { state: 'replaced', replacedBy: entry.by ?? null }
    case 'refused':
      return { state: 'refused', reason: entry.reason }
  }
}
