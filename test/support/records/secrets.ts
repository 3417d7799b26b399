import { readdirSync, readFileSync, statSync } from 'node:fs'
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
  const digits = value.toLowerCase().replace(/^0x/, '')
  if (digits.length < LEAST_CHARACTERS || new Set(digits).size < LEAST_DISTINCT) {
    throw new Error('a secret that could be there by chance cannot be looked for')
  }
  keepSecret({ value, shownBy })
  return value
}

/** Writes down the files in `folder` for the same check, all but the named ones, which hold secrets on purpose. */
export function recordFiles(folder: string, except: readonly string[]): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name)
    if (except.includes(path) || !statSync(path).isFile()) continue
    keepRun({ command: `file ${name}`, args: [], exit: 0, error: null, output: readFileSync(path, 'utf8') })
  }
}
