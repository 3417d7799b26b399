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

/** Characters of a message at most; what is longer quotes somebody at length. */
const MAX_MESSAGE = 2000
/** Control characters, changes of direction and halves of characters: they would paint over a terminal or forge lines of a log. */
const UNPLAIN = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

/** Text as it may be shown: errors quote what peers, files and endpoints said. */
function plain(text: string): string {
  const shown = text
    .slice(0, MAX_MESSAGE + 1)
    .replace(UNPLAIN, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return shown.length > MAX_MESSAGE ? `${shown.slice(0, MAX_MESSAGE - 3)}...` : shown
}

/**
 * The one error type of the project. `code` is a stable word (`LOCK_BELOW_MINIMUM`) that scripts may match on;
 * `message` names the value and the reason, `next` the way out; both are plain text of one line, whatever they quote.
 */
export class MetisSeqError extends Error {
  override readonly name = 'MetisSeqError'
  readonly code: string
  readonly exit: ExitCode
  readonly severity: Severity
  readonly next: string | undefined
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, options: ErrorOptionsWithNext = {}) {
    super(plain(message), options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.exit = options.exit ?? Exit.bug
    this.severity = options.severity ?? 'refused'
    this.next = options.next === undefined ? undefined : plain(options.next)
    this.details = options.details ?? {}
  }
}

/** The text of anything thrown, for a log line or a message. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
