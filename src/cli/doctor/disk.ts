import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { defaultDataDir } from '../../devnet/place.js'
import { journalPath } from '../../l1/journal/file.js'
import { type Check, type Finding, ok, problem, warning } from './check.js'
import type { DoctorContext } from './context.js'

const MIB = 1024 * 1024
/** Below this a journal entry may not find room, and what was signed would not be known. */
const TOO_LITTLE = 100 * MIB
const LITTLE = 1024 * MIB

/** Room where something is written. */
export function diskChecks(context: DoctorContext): Check[] {
  const places = { journal: journalPath(), keystore: context.keystore, data: context['data-dir'] ?? defaultDataDir() }
  return Object.entries(places).map(([name, path]) => ({
    name: `disk-${name}`,
    look: async () => judgeSpace(path, await freeBytes(path)),
  }))
}

/** @param free bytes that this user may still write */
export function judgeSpace(path: string, free: number): Finding {
  const found = `${free < LITTLE ? `${Math.floor(free / MIB)} MiB` : `${(free / 1024 / MIB).toFixed(1)} GiB`} are free for ${path}`
  if (free < TOO_LITTLE)
    return problem(found, 'Free some space before anything is sent: what is sent is written down first.')
  return free < LITTLE ? warning(found, 'Free some space soon.') : ok(found)
}

/** Of the folder itself, or of the nearest one above that exists. */
async function freeBytes(path: string): Promise<number> {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      const { bavail, bsize } = await statfs(folder)
      return bavail * bsize
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || folder === dirname(folder)) throw error
    }
  }
}
