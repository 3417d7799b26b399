import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const recorder = fileURLToPath(new URL('recorder.mjs', import.meta.url))
const OTHERS = 0o077

interface Made {
  what: 'file' | 'folder' | 'chmod'
  path: string
  mode: number
}

/** The environment in which the program has this umask and its rights are written down in `file`. */
export function rightsIn(file: string, umask: '0' | '77'): Record<string, string> {
  return { NODE_OPTIONS: `--import=${recorder}`, METIS_SEQ_TEST_UMASK: umask, METIS_SEQ_TEST_RIGHTS: file }
}

/** What was made, or whose rights were set, below `root`. */
export function made(file: string, root: string): Made[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as Made).filter(({ path }) => path.startsWith(root))
}

/** What others were let at, at any moment. */
export function wide(all: readonly Made[]): string[] {
  return all
    .filter(({ mode }) => (mode & OTHERS) !== 0)
    .map(({ what, path, mode }) => `${what} ${path} ${mode.toString(8)}`)
}

/** Everything below `root` that others could read or enter now; of databases their folder, for LevelDB makes its files itself. */
export function openNow(root: string): string[] {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
  return names.flatMap((name) => {
    const path = join(root, name)
    const status = statSync(path)
    if (status.isFile() && existsSync(join(dirname(path), 'CURRENT'))) return []
    return (status.mode & OTHERS) === 0 ? [] : [`${relative(root, path)} ${(status.mode & 0o777).toString(8)}`]
  })
}
