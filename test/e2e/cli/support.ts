import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Outcome, observe } from '../../support/records/observe.js'
import { keepGiven } from '../../support/records/secrets.js'

export type { Outcome }

export const project = fileURLToPath(new URL('../../..', import.meta.url))
export const binary = fileURLToPath(new URL('../../../bin/run.js', import.meta.url))

interface RunOptions {
  readonly env?: Record<string, string>
  readonly cwd?: string
  readonly input?: string
  /** A module that is loaded before the program. */
  readonly preload?: string
}

/** Runs the built program as a user does, without a terminal and with no settings of the machine. */
export function cli(
  args: readonly string[],
  { env = {}, cwd = project, input = '', preload }: RunOptions = {},
): Promise<Outcome> {
  const bare = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', ...env }
  keepGiven(args, env, input)
  const before = preload === undefined ? [] : ['--import', preload]
  const child = spawn(process.execPath, [...before, binary, ...args], { cwd, env: bare })
  const outcome = observe(child, args)
  child.stdin.on('error', () => {}) // The program may end without reading its input.
  child.stdin.end(input)
  return outcome
}
