import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { recordOutcome } from './records/observe.js'
import { keepGiven } from './records/secrets.js'

// The package has a native part that its ESM entrance does not find.
const { spawn } = createRequire(import.meta.url)('@lydell/node-pty') as typeof import('@lydell/node-pty')
const binary = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

/** The built program in a real pseudo-terminal. */
export interface Terminal {
  /** All that was shown so far. */
  shown(): string
  /** Resolves when `pattern` has been shown. */
  shows(pattern: RegExp): Promise<void>
  type(keys: string): void
  /** Its exit code. */
  ended: Promise<number>
}

export function terminal(args: readonly string[], env: Readonly<Record<string, string>>): Terminal {
  const bare = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', TERM: 'xterm-256color', ...env }
  keepGiven(args, bare)
  const pty = spawn(process.execPath, [binary, ...args], { cols: 200, rows: 50, env: bare })
  let text = ''
  const waiting: (() => void)[] = []
  const wake = () => {
    for (const each of waiting.splice(0)) each()
  }
  pty.onData((chunk) => {
    text += chunk
    wake()
  })
  let over = false
  const ended = new Promise<number>((done) => {
    pty.onExit(({ exitCode }) => {
      over = true
      recordOutcome({ code: exitCode, stdout: text, stderr: '' }, args)
      done(exitCode)
      wake()
    })
  })
  return {
    ended,
    shown: () => text,
    type: (keys) => pty.write(keys),
    shows: async (pattern) => {
      while (!pattern.test(text)) {
        if (over) throw new Error(`It ended without showing ${pattern}:\n${text}`)
        await new Promise<void>((done) => {
          waiting.push(done)
        })
      }
    },
  }
}
