import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where keys that sign blocks are locked, whatever folder a devnet lies in: `metis-seq/locks` in the XDG state folder. */
export function keyLocksFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'metis-seq', 'locks')
}

/** Where a devnet lies unless somebody says otherwise. */
export function defaultDataDir(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'metis-seq', 'devnet')
}
