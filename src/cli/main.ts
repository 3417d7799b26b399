import { run, settings } from '@oclif/core'
import { Exit } from '../core/errors/index.js'
import { failureOf } from './failure.js'
import { watchInterrupts } from './interrupt.js'
import { withoutKeys } from './redact.js'
import { endOnClosedPipe, flushed } from './streams.js'

/**
 * Runs the program and ends the process with the exit code of design "what scripts rely on".
 * @param root the `import.meta.url` of the file in `bin`
 */
export async function main(root: string, argv: readonly string[] = process.argv.slice(2)): Promise<never> {
  endOnClosedPipe()
  watchInterrupts()
  settings.enableAutoTranspile = false // with NODE_ENV=development oclif would load TypeScript and look for sources
  const options = beforeDashes(argv)
  if (options.includes('--no-color')) process.env.NO_COLOR = '1'
  const asJson = options.includes('--json') || process.env.METIS_SEQ_CONTENT_TYPE === 'json'
  // What escapes every await is a bug, and is reported as one in the form that was asked for.
  process.on('uncaughtException', (error) => void end(report(error, argv, asJson)))
  const exit = await outcome(root, argv, asJson)
  if (!asJson && options[0] !== 'completion' && process.stderr.isTTY) {
    const { mayTellOfUpdate, tellOfUpdate } = await import('./update/notice.js')
    if (mayTellOfUpdate()) await tellOfUpdate(root)
  }
  return end(exit)
}

async function outcome(root: string, argv: readonly string[], asJson: boolean): Promise<number> {
  try {
    await run(helpFirst(argv), root)
    return Number(process.exitCode ?? Exit.done)
  } catch (error) {
    return report(error, argv, asJson)
  }
}

async function end(exit: number): Promise<never> {
  await flushed()
  process.exit(exit)
}

/** `help COMMAND` is `COMMAND --help`, and `help` alone `--help`. */
function helpFirst(argv: readonly string[]): string[] {
  return argv[0] === 'help' ? [...argv.slice(1), '--help'] : [...argv]
}

function report(error: unknown, argv: readonly string[], asJson: boolean): number {
  const exitRequest = requestedExit(error)
  if (exitRequest !== undefined) return exitRequest
  const failure = failureOf(error, argv)
  if (asJson) process.stdout.write(`${JSON.stringify({ error: failure }, null, 2)}\n`)
  else process.stderr.write(`Error: ${failure.message}\n${failure.next ? `Next: ${failure.next}\n` : ''}`)
  if (process.env.METIS_SEQ_DEBUG && error instanceof Error)
    process.stderr.write(`${withoutKeys(error.stack ?? '', argv)}\n`)
  return failure.exit
}

/** `this.exit(code)` of a command travels as an error that says nothing. */
function requestedExit(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIT') return undefined
  return 'oclif' in error ? Number((error.oclif as { exit?: number }).exit ?? Exit.done) : Exit.done
}

function beforeDashes(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--')
  return end === -1 ? argv : argv.slice(0, end)
}
