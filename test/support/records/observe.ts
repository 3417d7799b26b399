import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { keepRun } from './record.js'
import { assertSchema } from './schema.js'

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const manifestFile = new URL('../../../oclif.manifest.json', import.meta.url)
const MOST_WORDS = 3
let names: ReadonlySet<string> | undefined

/**
 * Collects what a run of the program prints and writes it down. Every process of the program that a test starts goes
 * through here. Rejects when the process cannot start, and when what it prints with `--json` is not as its schema says.
 */
export async function observe(child: ChildProcess, args: readonly string[]): Promise<Outcome> {
  const [stdout, stderr] = [child.stdout, child.stderr].map(collect)
  const code = await new Promise<number | null>((done, fail) => {
    child.on('error', fail)
    child.on('close', done)
  })
  const outcome = { code, stdout: stdout?.() ?? '', stderr: stderr?.() ?? '' }
  recordOutcome(outcome, args)
  return outcome
}

/** As `observe`, for a process that the test reads by itself, as at a terminal. */
export function recordOutcome({ code, stdout, stderr }: Outcome, args: readonly string[]): void {
  const command = commandOf(args)
  const values = jsonOf(stdout, args)
  const failure = values.map((value) => (value as { error?: unknown } | null)?.error).find(isFailure)
  const error = failure === undefined ? null : { code: failure.code, message: failure.message }
  keepRun({ command, args, exit: code, error, output: `${stdout}\n${stderr}` })
  for (const value of values) assertSchema(command, value)
}

/** The longest words at the beginning that name a command. */
export function commandOf(args: readonly string[]): string | null {
  names ??= commandNames()
  for (let length = Math.min(args.length, MOST_WORDS); length > 0; length--) {
    const name = args.slice(0, length).join(' ')
    if (names.has(name)) return name
  }
  return null
}

function commandNames(): ReadonlySet<string> {
  const { commands } = JSON.parse(readFileSync(manifestFile, 'utf8')) as { commands: object }
  return new Set(Object.keys(commands).map((id) => id.replaceAll(':', ' ')))
}

/** What was printed with `--json`: one value, or one a line and perhaps a failure after them. */
function jsonOf(stdout: string, args: readonly string[]): unknown[] {
  if (!args.includes('--json') || args.includes('--help') || args.includes('-h')) return []
  const whole = parsed(stdout)
  if (whole !== undefined) return [whole]
  const lines = stdout.split('\n')
  const failure = lines.indexOf('{')
  const events = (failure === -1 ? lines : lines.slice(0, failure)).map(parsed)
  const last = failure === -1 ? undefined : parsed(lines.slice(failure).join('\n'))
  // A process that was killed may have stopped in the middle of a line, which is then no value.
  return [...events, last].filter((value) => value !== undefined)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isFailure(value: unknown): value is { code: string; message: string } {
  const { code, message } = (value ?? {}) as Record<string, unknown>
  return typeof code === 'string' && typeof message === 'string'
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = []
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString()
}
