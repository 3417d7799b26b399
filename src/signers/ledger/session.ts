import type { LedgerEndpoint } from './endpoint.js'
import { openSpeculosTransport, type Transport } from './packages.js'
import { ledgerError } from './state.js'
import { openUsb } from './usb.js'

/** Longest that a device takes to answer where no person is asked. */
const QUERY_SECONDS = 10
const CLOSE_SECONDS = 2

export interface LedgerOptions {
  readonly endpoint: LedgerEndpoint
  /** Seconds that a person may look at the screen. */
  readonly timeoutSeconds: number
  /** Ends the exchange; what the device then still shows has no effect. */
  readonly signal?: AbortSignal | undefined
}

/** An open connection, each use of which ends in time. */
export interface Session {
  readonly transport: Transport
  readonly model: string
  /** Waits for `work`, for as long as a device or a person (`asking`) may take. @throws MetisSeqError `LEDGER_TIMEOUT` (exit 5) */
  bounded<T>(work: Promise<T>, asking?: boolean): Promise<T>
}

/**
 * Opens the Ledger, runs `work` and closes it, whatever happens: an answer that comes too late has nowhere to go.
 * @throws MetisSeqError `LEDGER_UNSUPPORTED`, `LEDGER_ABSENT`, `LEDGER_NO_ACCESS`, `LEDGER_TIMEOUT` (exit 5)
 */
export async function withSession<T>(options: LedgerOptions, work: (session: Session) => Promise<T>): Promise<T> {
  const { signal, timeoutSeconds } = options
  const wait = <R>(promise: Promise<R>, asking = false) =>
    within(promise, asking ? timeoutSeconds : Math.min(timeoutSeconds, QUERY_SECONDS), signal)
  const opening = opened(options.endpoint)
  const { transport, model } = await wait(opening).catch((error: unknown) => {
    // One that opens too late is closed; whatever fails there is reported already.
    opening.then((late) => late.transport.close()).catch(() => {})
    throw error
  })
  try {
    return await work({ transport, model, bounded: wait })
  } finally {
    // A device that is gone cannot be closed, and must not keep the program.
    await within(transport.close(), CLOSE_SECONDS, undefined).catch(() => {})
  }
}

async function opened(endpoint: LedgerEndpoint): Promise<{ transport: Transport; model: string }> {
  if (endpoint.kind === 'usb') return openUsb()
  try {
    return { transport: await openSpeculosTransport(endpoint.host, endpoint.port), model: 'Speculos' }
  } catch (error) {
    throw ledgerError({ state: 'absent', endpoint }, error)
  }
}

/** `work`, or an error once the time is over or `signal` aborts. */
function within<T>(work: Promise<T>, seconds: number, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => end(() => reject(signal?.reason))
    const timer = setTimeout(() => end(() => reject(ledgerError({ state: 'silent', seconds }))), seconds * 1000)
    const end = (settle: () => void) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      settle()
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted) onAbort()
    work.then(
      (value) => end(() => resolve(value)),
      (error: unknown) => end(() => reject(error)),
    )
  })
}
