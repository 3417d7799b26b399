/** Exit codes scripts rely on (design: what scripts rely on). */
export const Exit = {
  done: 0,
  bug: 1,
  usage: 2,
  precheck: 3,
  notConfirmed: 4,
  signer: 5,
  network: 6,
  reverted: 7,
  unconfirmed: 8,
  data: 9,
  checkFailed: 10,
  interrupted: 130,
} as const

export type ExitCode = (typeof Exit)[keyof typeof Exit]

/**
 * What the caller does about an error:
 * `temporary`: try again; `refused`: this input is bad, the system is well; `critical`: stop, going on could do harm.
 */
export type Severity = 'temporary' | 'refused' | 'critical'

export interface ErrorOptionsWithNext {
  exit?: ExitCode
  severity?: Severity
  /** What the reader should do next, a whole sentence. */
  next?: string
  /** JSON-safe facts; never a secret. */
  details?: Readonly<Record<string, unknown>>
  cause?: unknown
}

/**
 * The one error type of the project. `code` is a stable word (`LOCK_BELOW_MINIMUM`) that scripts may match on;
 * `message` names the value and the reason, `next` the way out.
 */
export class MetisSeqError extends Error {
  override readonly name = 'MetisSeqError'
  readonly code: string
  readonly exit: ExitCode
  readonly severity: Severity
  readonly next: string | undefined
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, options: ErrorOptionsWithNext = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.exit = options.exit ?? Exit.bug
    this.severity = options.severity ?? 'refused'
    this.next = options.next
    this.details = options.details ?? {}
  }
}

/** The text of anything thrown, for a log line or a message. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
