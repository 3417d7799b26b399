import { readFileSync } from 'node:fs'
import { Errors } from '@oclif/core'
import { Exit, type ExitCode, MetisSeqError, messageOf } from '../core/errors/index.js'
import { redactUrl } from '../l1/url.js'
import { plainJson } from './json.js'
import { nearest } from './nearest.js'
import { withoutKeys } from './redact.js'

/** What a script reads after a failure with `--json`, under the key `error`. */
export interface Failure {
  readonly code: string
  readonly exit: ExitCode
  readonly message: string
  readonly next: string | null
  readonly details: unknown
}

/** The whole of what is printed then. */
export interface FailureReport {
  readonly error: Failure
}

const HELP_HINT = '\nSee more help with --help'
/** What the operating system says of a disk that is full, broken or not ours to write to. */
const OF_THE_DISK: readonly string[] = [
  'ENOSPC',
  'EDQUOT',
  'EFBIG',
  'EROFS',
  'EACCES',
  'EPERM',
  'EIO',
  'EMFILE',
  'ENFILE',
]
const INTERRUPTIONS: readonly string[] = ['ExitPromptError', 'AbortPromptError', 'AbortError']

/**
 * Turns anything thrown into the one shape that is reported (design: what scripts rely on). Usage errors of the parser
 * become exit 2, an abandoned prompt or an abort 130, and whatever nobody foresaw exit 1. Of the words in `argv` none that may
 * be a private key is repeated.
 */
export function failureOf(error: unknown, argv: readonly string[] = []): Failure {
  const failure = plainFailureOf(error)
  const details = JSON.parse(withoutKeys(JSON.stringify(failure.details), argv)) as unknown
  return { ...failure, message: withoutKeys(failure.message, argv), details }
}

function plainFailureOf(error: unknown): Failure {
  if (error instanceof MetisSeqError) {
    const { code, exit, message, next, details } = error
    return { code, exit, message: withoutFrame(message), next: next ?? null, details: plainJson(details) }
  }
  if (error instanceof Errors.CLIError) return usageFailure(error)
  if (error instanceof Error && INTERRUPTIONS.includes(error.name)) {
    return failure('INTERRUPTED', Exit.interrupted, 'Interrupted before it was done.', null)
  }
  const { code = '', syscall } = error as NodeJS.ErrnoException
  if (syscall !== undefined && OF_THE_DISK.includes(code)) {
    const next = 'Check free space, permissions and the health of the disk, then run it again.'
    return failure('FILE_FAILED', Exit.data, `${messageOf(error)}.`, next)
  }
  const next = 'This is a bug. Run it again with METIS_SEQ_DEBUG=1 and report the trace.'
  return failure('INTERNAL', Exit.bug, messageOf(error), next)
}

function usageFailure(error: Errors.CLIError): Failure {
  const missing = /^command (\S+) not found\.?$/i.exec(error.message)
  if (missing) {
    const name = (missing[1] ?? '').replaceAll(':', ' ')
    return failure(
      'UNKNOWN_COMMAND',
      Exit.usage,
      `There is no command "${name}".`,
      `${meant(name)}\`metis-seq --help\` lists them all.`,
    )
  }
  return failure(
    'USAGE',
    Exit.usage,
    withoutFrame(error.message),
    'Add --help to the command to see its arguments and flags.',
  )
}

/** The command that was meant, where one is near; read from the manifest, which lies beside what runs. */
function meant(name: string): string {
  const manifest = JSON.parse(readFileSync(new URL('../../oclif.manifest.json', import.meta.url), 'utf8'))
  const commands = Object.keys(manifest.commands as object).map((id) => id.replaceAll(':', ' '))
  const near = nearest(name, commands)
  return near === undefined ? '' : `Did you mean \`metis-seq ${near}\`? `
}

/** What the parser says, without the lines it puts around it and the credentials of an endpoint in the wrong place. */
function withoutFrame(message: string): string {
  return message
    .replace(HELP_HINT, '')
    .replace(/^Parsing --\S+ \n\t/, '')
    .replace(/^The following errors? occurred:\n\s+/, '')
    .replace(/https?:\/\/\S+/g, redactUrl)
    .trimEnd()
}

function failure(code: string, exit: ExitCode, message: string, next: string | null): Failure {
  return { code, exit, message, next, details: {} }
}
