import { Exit } from '../../../src/core/errors/index.js'
import type { RunRecord } from './record.js'

interface Row {
  readonly command: string
  readonly exit: number
  readonly code: string
  readonly says: string
}

/** What the parser refuses, the same for every command: shown once. */
const OF_ALL: Readonly<Record<string, string>> = {
  UNKNOWN_COMMAND: 'There is no command "…".',
  USAGE: 'The flag, argument or value that is missing or wrong, in the words of the parser.',
}
const ANY = 'any command'

/** Such a run may end with a result in place of an error. */
const FOUND: number = Exit.checkFailed

/** Commands that nothing can go wrong with but the words after them, and why. */
const CANNOT_FAIL: Readonly<Record<string, string>> = {
  completion: 'it writes down what the manifest says',
  'config path': 'it names files, and leaves out a config file that cannot be used',
}

const HEAD = `# Errors

What each command was seen to refuse, and how. \`npm run docs:errors\` writes this page from a run of the tests, and a full run of the tests fails when it is
out of date. With \`--json\` a failure has the code as \`error.code\`; what the exit codes mean stands in the [README](../README.md#for-scripts).
The last column is the message with \`…\` in place of values.

| command | exit | code | it says |
|---|---|---|---|
`

/** docs/errors.md as these runs give it. */
export function errorTable(runs: readonly RunRecord[]): string {
  const rows = rowsOf(runs).map(({ command, exit, code, says }) => {
    const cells = [command === ANY ? ANY : word(command), exit, word(code), says.replaceAll('|', '\\|')]
    return `| ${cells.join(' | ')} |\n`
  })
  return HEAD + rows.join('')
}

function word(text: string): string {
  return text && `\`${text}\``
}

/** Commands whose failure no test has seen, beside wrong words. */
export function commandsWithoutFailure(runs: readonly RunRecord[], commands: readonly string[]): string[] {
  const seen = new Set(rowsOf(runs).map(({ command }) => command))
  return commands.filter((command) => !seen.has(command) && CANNOT_FAIL[command] === undefined)
}

function rowsOf(runs: readonly RunRecord[]): Row[] {
  const rows = new Map<string, Row>()
  for (const row of runs.flatMap(rowOf)) {
    const key = `${row.command} ${row.exit} ${row.code}`
    const before = rows.get(key)
    if (before === undefined || isBetter(row.says, before.says)) rows.set(key, row)
  }
  return [...rows.values()].sort(inOrder)
}

function rowOf({ command, args, exit, error }: RunRecord): Row[] {
  if (error === null || exit === null) {
    if (command === null || exit !== FOUND || !args.includes('--json')) return []
    return [{ command, exit, code: '', says: 'No error: the result says what the check found.' }]
  }
  const ofAll = OF_ALL[error.code]
  const shown = command === null || ofAll !== undefined ? ANY : command
  return [{ command: shown, exit, code: error.code, says: ofAll ?? patternOf(error.message) }]
}

function inOrder(a: Row, b: Row): number {
  const general = Number(b.command === ANY) - Number(a.command === ANY)
  if (general !== 0) return general
  if (a.command !== b.command) return a.command < b.command ? -1 : 1
  return a.exit - b.exit || (a.code < b.code ? -1 : 1)
}

/** Of several messages with one code always the same one is shown, whatever order the tests ran in. */
function isBetter(a: string, b: string): boolean {
  return a.length === b.length ? a < b : a.length < b.length
}

/** The first sentence of a message, with its values blanked and without what follows a colon: a reason from outside. */
export function patternOf(message: string): string {
  const blank = message
    .replace(/\s+/g, ' ')
    .replace(/^-: /, '')
    .replace(/"[^"]*"/g, '"…"')
    .replace(/https?:\/\/[^\s,;)]*[\w/]/g, '…')
    .replace(/(?<![\w.])\/[\w./-]*[\w/-]|\b[\w-]+\.json\b/g, '…')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d|0x[0-9a-fA-F]+|\b\d+(?:[.,]\d+)*\b/g, '…')
  const sentence = /^.*?[.!?](?= |$)/.exec(blank)?.[0] ?? blank
  return sentence.replace(/: .*$/, '.')
}
