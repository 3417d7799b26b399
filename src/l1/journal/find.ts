import { Exit, MetisSeqError } from '../../core/errors/index.js'
import type { TxRecord } from './records.js'

/** Fewer digits of a hash would name one by chance. */
const MIN_DIGITS = 6

/**
 * The transaction that `wanted` names: its hash, or the first digits of it; without one the only that is open, and of
 * several with its nonce the newest.
 * @throws MetisSeqError `TX_NOT_FOUND`, `TX_AMBIGUOUS` (exit 2)
 */
export function findRecord(records: readonly TxRecord[], wanted: string | undefined): TxRecord {
  const found = wanted === undefined ? newestOpen(records) : named(records, wanted)
  const [record, other] = found
  if (record !== undefined && other === undefined) return record
  if (record === undefined) {
    const what = wanted === undefined ? 'that is open' : `"${wanted.slice(0, 80)}"`
    throw refusal('TX_NOT_FOUND', `The journal has no transaction ${what}.`)
  }
  const what = wanted === undefined ? 'are open' : `begin with ${wanted.slice(0, 80)}`
  throw refusal('TX_AMBIGUOUS', `${found.length} transactions of the journal ${what}.`)
}

function newestOpen(records: readonly TxRecord[]): TxRecord[] {
  const open = records.filter(({ state }) => state === 'open')
  return [...new Map(open.map((each) => [`${each.chainId} ${each.from} ${each.nonce}`, each])).values()]
}

function named(records: readonly TxRecord[], wanted: string): TxRecord[] {
  const digits = wanted.toLowerCase()
  if (!/^0x[0-9a-f]{1,64}$/.test(digits) || digits.length < 2 + MIN_DIGITS) return []
  return records.filter(({ hash }) => hash.startsWith(digits))
}

function refusal(code: string, message: string): MetisSeqError {
  return new MetisSeqError(code, message, {
    exit: Exit.usage,
    next: `\`metis-seq tx list\` shows them; name one by its hash, or by ${MIN_DIGITS} digits of it or more.`,
  })
}
