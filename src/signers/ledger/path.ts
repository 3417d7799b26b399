import { Exit, MetisSeqError } from '../../core/errors/index.js'

/** `live`: Ledger Live counts accounts (`m/44'/60'/x'/0/0`); `legacy`: MyEtherWallet and old Ledger tools (`m/44'/60'/0'/x`). */
export type Scheme = 'live' | 'legacy'

export interface SchemePath {
  readonly scheme: Scheme
  readonly index: number
  readonly path: string
}

/** Accounts of each scheme that a search looks at. */
export const SEARCHED = 10
const MAX_INDEX = 2 ** 31
/** Most levels that the Ethereum app derives. */
const MAX_LEVELS = 10
const LEVEL = /^(\d{1,10})(['hH]?)$/

/** The path of account `index` (from 0) of a scheme. */
export function pathOf(scheme: Scheme, index: number): string {
  return scheme === 'live' ? `m/44'/60'/${index}'/0/0` : `m/44'/60'/0'/${index}`
}

/** The first `count` paths of each scheme, Ledger Live's first. */
export function pathsOf(count: number): SchemePath[] {
  const indexes = Array.from({ length: count }, (_, index) => index)
  return (['live', 'legacy'] as const).flatMap((scheme) =>
    indexes.map((index) => ({ scheme, index, path: pathOf(scheme, index) })),
  )
}

/**
 * A derivation path (BIP-32) in its usual form: `44h/60h/0h/0/0` is read too.
 * @throws MetisSeqError `LEDGER_PATH_INVALID` (exit 2)
 */
export function parsePath(text: string): string {
  const levels = text.replace(/^m\//i, '').split('/')
  if (levels.length > MAX_LEVELS) throw invalid(text, `it has more than ${MAX_LEVELS} levels`)
  const read = levels.map((level) => {
    const [, digits, mark] = LEVEL.exec(level) ?? []
    if (digits === undefined) throw invalid(text, `"${level.slice(0, 20)}" is not a number with or without '`)
    if (Number(digits) >= MAX_INDEX) throw invalid(text, `${digits} is not below 2^31`)
    return `${Number(digits)}${mark === '' ? '' : "'"}`
  })
  return `m/${read.join('/')}`
}

function invalid(text: string, reason: string): MetisSeqError {
  return new MetisSeqError('LEDGER_PATH_INVALID', `"${text.slice(0, 80)}" is no derivation path: ${reason}.`, {
    exit: Exit.usage,
    next: `Give a path like ${pathOf('live', 0)} (Ledger Live) or ${pathOf('legacy', 0)} (legacy).`,
  })
}
