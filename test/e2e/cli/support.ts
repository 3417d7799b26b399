import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const project = fileURLToPath(new URL('../../..', import.meta.url))
export const binary = fileURLToPath(new URL('../../../bin/run.js', import.meta.url))

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

interface RunOptions {
  readonly env?: Record<string, string>
  readonly cwd?: string
  readonly input?: string
}

/** Runs the built program as a user does, without a terminal and with no settings of the machine. */
export function cli(
  args: readonly string[],
  { env = {}, cwd = project, input = '' }: RunOptions = {},
): Promise<Outcome> {
  const bare = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', ...env }
  const child = spawn(process.execPath, [binary, ...args], { cwd, env: bare })
  const read = (stream: NodeJS.ReadableStream) => {
    let text = ''
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    return () => text
  }
  const [stdout, stderr] = [read(child.stdout), read(child.stderr)]
  child.stdin.on('error', () => {}) // The program may end without reading its input.
  child.stdin.end(input)
  return new Promise((done, fail) => {
    child.on('error', fail)
    child.on('close', (code) => done({ code, stdout: stdout(), stderr: stderr() }))
  })
}
