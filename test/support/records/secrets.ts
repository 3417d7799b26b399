import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { keepRun, keepSecret } from './record.js'

const LEAST_CHARACTERS = 8
const LEAST_DISTINCT = 6

/**
 * Says that `value` (a private key, a phrase, a password) is to appear in nothing that the program prints or writes in the
 * whole run; the check at its end is `leaks.ts`. `shownBy` names the commands that print it on purpose.
 *
 * The keys 1, 2, 3, ... of anvil's wallets are refused: as words of calldata they stand in every lock.
 */
export function secret<T extends string>(value: T, shownBy: readonly string[] = []): T {
  if (!isUnlikely(value)) throw new Error('a secret that could be there by chance cannot be looked for')
  keepSecret({ value, shownBy })
  return value
}

/** The devnet's own, which stands in the sources and in every help. */
const PUBLIC_PASSWORD = 'metis-seq devnet'

/**
 * Says the same of what a run of the program is given in secret: the first line of each password file, and what `keys import`
 * reads from standard input. What could be there by chance is left out.
 */
export function keepGiven(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  input = '',
): void {
  const named = args.flatMap((word, i) => (/^--([a-z]+-)*password-file$/.test(word) ? [args[i + 1] ?? ''] : []))
  const files = [...named, env.METIS_SEQ_PASSWORD_FILE ?? ''].filter((path) => path !== '' && existsSync(path))
  const passwords = files.filter((path) => statSync(path).isFile()).map((path) => readFileSync(path, 'utf8'))
  const typed = args[0] === 'keys' && args[1] === 'import' ? [input.trim()] : []
  for (const value of [...passwords.map((text) => text.split(/\r?\n/)[0] ?? ''), ...typed])
    if (isUnlikely(value) && value !== PUBLIC_PASSWORD) keepSecret({ value, shownBy: [] })
}

/** Writes down, for the same check, what anybody on the machine sees of a process and its children, and their environments. */
export function recordProcesses(pid: number): void {
  for (const each of processTree(pid)) {
    const at = (name: string) => readFileSync(`/proc/${each}/${name}`, 'latin1').replaceAll('\0', '\n')
    const output = [at('cmdline'), at('environ'), at('comm'), readlinkSync(`/proc/${each}/cwd`)].join('\n')
    keepRun({ command: 'process listing', args: [], exit: 0, error: null, output })
  }
}

/** A process and all below it; none where the system has no /proc. */
export function processTree(pid: number): number[] {
  if (!existsSync('/proc/self/task')) return []
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  )
  return [pid, ...children.flatMap(processTree)]
}

function isUnlikely(value: string): boolean {
  const digits = value.toLowerCase().replace(/^0x/, '')
  return digits.length >= LEAST_CHARACTERS && new Set(digits).size >= LEAST_DISTINCT
}

/** Writes down the files in `folder` for the same check, all but the named ones, which hold secrets on purpose. */
export function recordFiles(folder: string, except: readonly string[]): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name)
    if (except.includes(path) || !statSync(path).isFile()) continue
    keepRun({ command: `file ${name}`, args: [], exit: 0, error: null, output: readFileSync(path, 'latin1') })
  }
}
