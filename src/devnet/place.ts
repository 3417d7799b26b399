import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where a devnet lies unless somebody says otherwise. */
export function defaultDataDir(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'metis-seq', 'devnet')
}
