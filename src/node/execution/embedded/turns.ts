import { setImmediate as turn } from 'node:timers/promises'

/** Milliseconds of work after which others in the process get a turn. */
const SLICE = 8

/** A function to await in long loops: it lets timers and I/O run when `SLICE` has passed since the last time. */
export function fairShare(): () => Promise<void> {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < SLICE) return
    await turn()
    since = performance.now()
  }
}
