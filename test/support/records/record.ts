import { randomUUID } from 'node:crypto'
import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder in which the tests of this run write down what the program did; see `setup.ts`. */
    records: string
  }
}

/** One run of the program, or a file that it wrote, as a test saw it. */
export interface RunRecord {
  /** `test/e2e/cli/usage.test.ts > usage errors > an unknown flag` */
  readonly test: string
  /** Its words, `devnet info`; the name of a file; null where the arguments name no command. */
  readonly command: string | null
  readonly args: readonly string[]
  /** Null where a signal ended it. */
  readonly exit: number | null
  /** What `--json` said went wrong. */
  readonly error: { readonly code: string; readonly message: string } | null
  /** stdout and stderr */
  readonly output: string
}

/** A text that no output may have. */
export interface SecretRecord {
  readonly value: string
  /** Commands that print it on purpose. */
  readonly shownBy: readonly string[]
}

export interface Records {
  readonly runs: readonly RunRecord[]
  readonly secrets: readonly SecretRecord[]
}

/** One file for each test file and kind, so that workers never write to the same one. */
const name = randomUUID()

export function keepRun(run: Omit<RunRecord, 'test'>): void {
  append('run', () => ({ test: currentTest(), ...run }))
}

export function keepSecret(secret: SecretRecord): void {
  append('secret', () => secret)
}

/** All that was written down in `folder`, in no order. */
export function readRecords(folder: string): Records {
  const lines = (kind: string) =>
    readdirSync(folder)
      .filter((file) => file.startsWith(`${kind}-`))
      .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  return { runs: lines('run'), secrets: lines('secret') }
}

function append(kind: string, value: () => object): void {
  if (process.env.VITEST === undefined) return // a soak: its report has no part in what the tests saw
  appendFileSync(join(inject('records'), `${kind}-${name}.jsonl`), `${JSON.stringify(value())}\n`)
}

function currentTest(): string {
  const { testPath = '', currentTestName = '' } = expect.getState()
  const file = testPath.slice(testPath.lastIndexOf('/test/') + 1)
  return currentTestName === '' ? file : `${file} > ${currentTestName}`
}
