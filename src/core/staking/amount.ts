import { Exit, MetisSeqError } from '../errors/index.js'

const DECIMALS = 18
const WEI = 10n ** BigInt(DECIMALS)
/** Whole digits of the largest amount that uint256 holds. */
const MAX_WHOLE_DIGITS = 60

/**
 * An amount of METIS or ETH as people write it ("20000", "20000.5") in wei, exactly.
 * @throws MetisSeqError `AMOUNT_INVALID` (exit 2): a sign, an exponent, separators, or more than 18 decimals
 */
export function parseMetis(text: string, unit: 'METIS' | 'ETH' = 'METIS'): bigint {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text)
  if (match === null) throw invalid(text, unit, 'it is not a plain decimal number')
  const [, whole = '', fraction = ''] = match
  if (fraction.length > DECIMALS) throw invalid(text, unit, `${unit} has ${DECIMALS} decimals`)
  if (whole.length > MAX_WHOLE_DIGITS) throw invalid(text, unit, 'it is larger than any amount on chain')
  return BigInt(whole) * WEI + BigInt(fraction.padEnd(DECIMALS, '0'))
}

/** An amount in wei as METIS (or ETH), exactly, without trailing zeros: "20000", "0.000761". */
export function formatMetis(wei: bigint): string {
  const sign = wei < 0n ? '-' : ''
  const digits = (wei < 0n ? -wei : wei).toString().padStart(DECIMALS + 1, '0')
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, '')
  return `${sign}${digits.slice(0, -DECIMALS)}${fraction === '' ? '' : `.${fraction}`}`
}

/** `part` of `whole` as a percentage with two decimals, rounded down; "0.00" of nothing. */
export function formatShare(part: bigint, whole: bigint): string {
  const points = whole === 0n ? 0n : (part * 10_000n) / whole
  return `${points / 100n}.${(points % 100n).toString().padStart(2, '0')}`
}

function invalid(text: string, unit: string, reason: string): MetisSeqError {
  const shown = text.length > 60 ? `${text.slice(0, 57)}...` : text
  return new MetisSeqError('AMOUNT_INVALID', `"${shown}" is not an amount of ${unit}: ${reason}.`, {
    exit: Exit.usage,
    next: `Give ${unit} as digits with at most 18 decimals after a point, for example 20000 or 0.5.`,
  })
}
