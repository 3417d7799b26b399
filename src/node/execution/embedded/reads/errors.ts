import { Exit, type ExitCode, MetisSeqError, messageOf, type Severity } from '../../../../core/errors/index.js'

/** A `MetisSeqError` in a form that can be posted to another thread. */
export interface PostedError {
  code: string
  message: string
  exit: ExitCode
  severity: Severity
  next: string | undefined
  details: Readonly<Record<string, unknown>>
}

export function postedError(error: unknown): PostedError {
  const { code, message, exit, severity, next, details } =
    error instanceof MetisSeqError ? error : readFailed(messageOf(error), error)
  return { code, message, exit, severity, next, details }
}

export function receivedError({ code, message, ...options }: PostedError): MetisSeqError {
  return new MetisSeqError(code, message, options)
}

/** The thread of a read ended, or broke off in it. */
export function readFailed(reason: string, cause?: unknown): MetisSeqError {
  return new MetisSeqError('READ_FAILED', `A read of the chain failed: ${reason}.`, {
    exit: Exit.bug,
    severity: 'temporary',
    details: { reason },
    next: 'Try again; if it happens every time, report the request with this message.',
    cause,
  })
}

/** @param limit ms */
export function readTimeout(limit: number): MetisSeqError {
  const reason = `execution aborted (timeout = ${limit % 1000 === 0 ? `${limit / 1000}s` : `${limit}ms`})`
  return new MetisSeqError('EXECUTION_TIMEOUT', `The read took too long: ${reason}.`, {
    exit: Exit.usage,
    details: { reason, limit },
    next: 'Ask for less at once.',
  })
}

export function readsBusy(reason: string): MetisSeqError {
  return new MetisSeqError('READS_BUSY', `${reason}.`, {
    exit: Exit.network,
    severity: 'temporary',
    next: 'Try again in a moment.',
  })
}

export function readsClosed(): MetisSeqError {
  return new MetisSeqError('READS_CLOSED', 'The node stops and reads no more.', {
    exit: Exit.network,
    severity: 'temporary',
    next: 'Ask again when the node is up.',
  })
}

/** What the engine's refusal of a read means for the caller: bad input is the caller's, anything else the program's. */
export function evmRefused(error: unknown): unknown {
  if (!(error instanceof MetisSeqError)) return error
  if (error.code === 'EVM_TRAPPED') return readFailed(error.message, error)
  if (error.code !== 'EVM_REFUSED') return error
  const [refusal, reason] = [String(error.details.refusal), String(error.details.reason)]
  if (refusal === 'INPUT') return callInvalid(reason)
  if (refusal === 'LIMIT') return readTooLarge(reason)
  if (/^-\d+$/.test(refusal)) return simulationRefused(Number(refusal), reason)
  return readFailed(`${reason} (${refusal})`, error)
}

function readTooLarge(reason: string): MetisSeqError {
  return new MetisSeqError('READ_TOO_LARGE', `${reason}.`, {
    exit: Exit.usage,
    details: { reason },
    next: 'Ask for less at once.',
  })
}

/** @param rpcCode what the specification of eth_simulateV1 has for it */
function simulationRefused(rpcCode: number, reason: string): MetisSeqError {
  return new MetisSeqError('SIMULATION_REFUSED', `The simulation is refused: ${reason}.`, {
    exit: Exit.usage,
    details: { rpcCode, reason },
    next: 'Correct the blocks and calls.',
  })
}

/** A request that cannot be run, in go-ethereum's words. */
export function callInvalid(reason: string): MetisSeqError {
  return new MetisSeqError('CALL_INVALID', `The call cannot be run: ${reason}.`, {
    exit: Exit.usage,
    details: { reason },
    next: 'Correct the request.',
  })
}
