import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import type { Database } from '../core/ports/database.js'
import type { Address, Hash } from '../core/types/hex.js'
import { makePrivateFolder, replaceFile } from '../files/private.js'
import { openDatabase } from './storage/level.js'

const HOLDER = 'holder.json'
const MAX_COMMAND = 200

/** Who uses a key, for whoever is refused. */
interface Holder {
  pid: number
  host: string
  command: string
  since: string
}

export interface KeyLock {
  release(): Promise<void>
}

/**
 * Keeps every other process that takes locks in `folder` from using the key on this network, from whatever data folder. The
 * lock is the operating system's, on a database that holds nothing: it ends with its process, however that ends, and a
 * number that is given to another process later takes nothing over.
 * @throws MetisSeqError `KEY_IN_USE`, `KEY_LOCK_UNWRITABLE` (exit 9)
 */
export async function lockKey(
  folder: string,
  { networkId, address, now }: { networkId: Hash; address: Address; now: () => number },
): Promise<KeyLock> {
  const path = join(folder, `${address}-${networkId.slice(2, 18)}`)
  const database = await take(path, address)
  const holder: Holder = {
    pid: process.pid,
    host: hostname(),
    command: process.argv.slice(1).join(' ').slice(0, MAX_COMMAND),
    since: new Date(now()).toISOString(),
  }
  try {
    await replaceFile(join(path, HOLDER), `${JSON.stringify(holder)}\n`, join(path, `${HOLDER}.tmp`))
  } catch (error) {
    await database.close()
    throw unwritable(path, error)
  }
  return { release: () => database.close() }
}

async function take(path: string, address: Address): Promise<Database> {
  try {
    await makePrivateFolder(path)
    return await openDatabase(path)
  } catch (error) {
    if (!(error instanceof MetisSeqError) || error.code !== 'DATABASE_IN_USE') throw unwritable(path, error)
    throw inUse(address, path, await holderOf(path), error)
  }
}

/** Undefined while the holder has not yet said who it is. */
async function holderOf(path: string): Promise<Partial<Holder> | undefined> {
  try {
    return JSON.parse(await readFile(join(path, HOLDER), 'utf8')) as Partial<Holder>
  } catch {
    return undefined // it is for the message alone
  }
}

function inUse(address: Address, path: string, holder: Partial<Holder> | undefined, cause: unknown): MetisSeqError {
  const { pid, host, command, since } = holder ?? {}
  const elsewhere = host === undefined || host === hostname() ? '' : ` on ${host}`
  const who = pid === undefined ? 'another process' : `process ${pid}${elsewhere} since ${since} (${command})`
  return new MetisSeqError('KEY_IN_USE', `The key ${address} signs blocks already: ${who}.`, {
    exit: Exit.data,
    severity: 'critical',
    next: 'Two nodes with one key sign two blocks for one height, which is punished. Stop the other one first.',
    details: { address, lock: path, pid: pid ?? null, host: host ?? null },
    cause,
  })
}

function unwritable(path: string, cause: unknown): MetisSeqError {
  return new MetisSeqError('KEY_LOCK_UNWRITABLE', `The lock ${path} cannot be taken: ${messageOf(cause)}.`, {
    exit: Exit.data,
    severity: 'critical',
    next: 'Mend the rights of the folder, or name another state folder with XDG_STATE_HOME, the same for all nodes of this machine.',
    cause,
  })
}
