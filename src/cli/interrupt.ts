import { Exit } from '../core/errors/index.js'

/** `npm start` and a terminal both pass a Ctrl-C on, so that one keystroke arrives twice. */
const ECHO_MS = 1000

const controller = new AbortController()
let taken = false
let firstAt: number | undefined

/**
 * Aborts at the first Ctrl-C or SIGTERM. A command that asks for it promises to stop cleanly; a second Ctrl-C, a moment
 * later, ends the process at once. Without it the first one ends the process.
 */
export function interruptSignal(): AbortSignal {
  taken = true
  return controller.signal
}

/** Installs the handlers; called once by `main`. */
export function watchInterrupts(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal)
}

function onSignal(): void {
  if (!taken) process.exit(Exit.interrupted)
  const now = performance.now()
  if (firstAt !== undefined && now - firstAt > ECHO_MS) process.exit(Exit.interrupted)
  firstAt ??= now
  controller.abort()
}
