import { MetisSeqError, messageOf } from '../../core/errors/index.js'

/** What was found, and what to do about it where that is anything. */
export interface Finding {
  readonly status: 'ok' | 'warning' | 'problem'
  readonly found: string
  readonly mend: string | null
}

/** One thing to look at. It knows nothing of the others, and may throw: that is a problem too. */
export interface Check {
  /** A stable word. */
  readonly name: string
  look(): Promise<Finding | readonly Finding[]>
}

export interface Checked extends Finding {
  readonly name: string
}

export const ok = (found: string): Finding => ({ status: 'ok', found, mend: null })
export const warning = (found: string, mend: string): Finding => ({ status: 'warning', found, mend })
export const problem = (found: string, mend: string): Finding => ({ status: 'problem', found, mend })

/** Makes all checks at once, none longer than `timeoutMs`, and gives what each found in their order. */
export async function runChecks(checks: readonly Check[], timeoutMs: number): Promise<Checked[]> {
  const found = await Promise.all(checks.map((check) => findingsOf(check, timeoutMs)))
  return checks.flatMap(({ name }, i) => (found[i] ?? []).map((finding) => ({ name, ...finding })))
}

async function findingsOf(check: Check, timeoutMs: number): Promise<readonly Finding[]> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Finding>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, problem(`no result in ${timeoutMs / 1000} s`, 'Look at what it waits for.'))
  })
  try {
    const found = await Promise.race([check.look(), late])
    return Array.isArray(found) ? found : [found as Finding]
  } catch (error) {
    const next = error instanceof MetisSeqError ? error.next : undefined
    return [problem(messageOf(error), next ?? 'Run it again with METIS_SEQ_DEBUG=1.')]
  } finally {
    clearTimeout(timer)
  }
}

/** `1 key`, `2 keys`. */
export function numbered(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
