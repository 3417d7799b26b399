import { writeSync } from 'node:fs'
import type { WriteStream } from 'node:tty'
import { Exit } from '../core/errors/index.js'

let goesOn = false

/** From now on the process goes on without its reader: it sends what was confirmed, and its exit code tells. */
export function goOnWithoutReader(): void {
  goesOn = true
}

/**
 * Ends the process quietly when the reader of its output goes away (`metis-seq ... | head`), and with exit 9 when what it
 * writes to is full: a report of that would fail in the same way, for ever.
 */
export function endOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.prependListener('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' && goesOn) return
      if (error.code === 'EPIPE') process.exit()
      if (stream === process.stdout) tell(`Error: The output cannot be written: ${error.message}.\n`)
      process.exit(Exit.data)
    })
  }
}

function tell(text: string): void {
  try {
    writeSync(process.stderr.fd, text)
  } catch {
    // nobody can be told: the exit code has to do
  }
}

/** Resolves when all that was written has left the process, so that it may exit. */
export async function flushed(): Promise<void> {
  // A stream without a reader calls back with its error, which is one more reason to go.
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))))
}

/** Whether a person reads `stream` (and may want colour, width and movement). */
export function isTerminal(stream: Pick<WriteStream, 'isTTY'>): boolean {
  return stream.isTTY === true && process.env.TERM !== 'dumb'
}

/** Whether to colour what goes to `stream`: only on a terminal, and never with `NO_COLOR` (https://no-color.org) or `--no-color`. */
export function isColoured(stream: Pick<WriteStream, 'isTTY'>): boolean {
  return isTerminal(stream) && !process.env.NO_COLOR
}
