import { Exit, MetisSeqError } from '../errors/index.js'

/** One condition of an action: met, or why not and what mends it. */
export type Precheck = { code: string; title: string; ok: true } | FailedPrecheck

export interface FailedPrecheck {
  /** A stable word, `LOCK_BELOW_MINIMUM`. */
  code: string
  title: string
  ok: false
  /** Why it failed, with the values; a whole sentence. */
  reason: string
  /** What to do about it; a whole sentence. */
  mend: string
}

export function precheck(code: string, title: string, ok: boolean, reason: string, mend: string): Precheck {
  return ok ? { code, title, ok } : { code, title, ok, reason, mend }
}

/** The failed ones, in the order in which they were made. */
export function failures(prechecks: readonly Precheck[]): FailedPrecheck[] {
  return prechecks.filter((check): check is FailedPrecheck => !check.ok)
}

/** @throws MetisSeqError with the code of the first failed precheck (exit 3); `details.failed` has all of them. */
export function assertPassed(prechecks: readonly Precheck[]): void {
  const failed = failures(prechecks)
  const [first] = failed
  if (first === undefined) return
  const rest = failed.length === 1 ? '' : ` (${failed.length - 1} more)`
  throw new MetisSeqError(first.code, `${first.reason} Nothing was sent.${rest}`, {
    exit: Exit.precheck,
    next: first.mend,
    details: { failed },
  })
}
