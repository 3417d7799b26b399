import { randomUUID } from 'node:crypto'
import { link, readFile, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import type { Address } from '../core/types/hex.js'
import { makePrivateFolder } from '../files/private.js'

const TRIES = 5
/** Between two tries, while another process takes over a lock. */
const PAUSE_MS = 20

/**
 * Runs `work` while no other process on this machine sends for the same account of the same chain. The lock of a process
 * that is gone is taken over.
 * @throws MetisSeqError `ACCOUNT_IN_USE`, `JOURNAL_UNWRITABLE` (exit 9)
 */
export async function withAccount<T>(
  folder: string,
  chainId: bigint,
  address: Address,
  work: () => Promise<T>,
): Promise<T> {
  const path = join(folder, `account-${chainId}-${address}.lock`)
  await take(path, folder, address)
  try {
    return await work()
  } finally {
    await unlink(path).catch(ignoreAbsent) // somebody may have removed it by hand
  }
}

async function take(path: string, folder: string, address: Address): Promise<void> {
  for (let i = 0; i < TRIES; i++) {
    let holder: number | undefined
    try {
      await makePrivateFolder(folder)
      if (await create(path)) return
      const found = await holderOf(path)
      if (typeof found === 'number') holder = found
      else if (await takeOver(path)) return
    } catch (error) {
      throw unwritable(path, error)
    }
    if (holder !== undefined) throw inUse(address, holder, path)
    await delay(PAUSE_MS)
  }
  throw inUse(address, undefined, path)
}

/** Takes its name by a link, so that it is never seen without the number of its process; false where it is there. */
async function create(path: string): Promise<boolean> {
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    await writeFile(temporary, `${process.pid} ${await beginningOf(process.pid)}`, { flag: 'wx', mode: 0o600 })
    await link(temporary, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  } finally {
    await unlink(temporary).catch(ignoreAbsent)
  }
}

/**
 * Takes the place of a process that is gone. One does so at a time, and looks again once it is the one: else the slower
 * of two would remove the lock that the faster has just taken.
 */
async function takeOver(path: string): Promise<boolean> {
  const turn = `${path}.turn`
  if (!(await create(turn))) {
    if ((await holderOf(turn)) === 'gone') await unlink(turn).catch(ignoreAbsent)
    return false
  }
  try {
    if ((await holderOf(path)) !== 'gone') return false
    await unlink(path)
    return await create(path)
  } finally {
    await unlink(turn).catch(ignoreAbsent)
  }
}

function ignoreAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}

/** The living process that holds the lock at `path`; `gone` where it lives no more or the file is damaged. */
async function holderOf(path: string): Promise<number | 'gone' | 'free'> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'free'
    throw error
  }
  const [, pid, began] = /^(\d{1,10}) (\d{0,20})$/.exec(text) ?? []
  return pid !== undefined && (await isAlive(Number(pid), began)) ? Number(pid) : 'gone'
}

async function isAlive(pid: number, began: string | undefined): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return (await beginningOf(pid)) === began
}

/**
 * When a process began, in ticks since the machine did: a number that was given again is another process, and one that
 * ended but was never asked for its exit code is gone (proc(5), fields 3 and 22). Empty on systems that don't tell.
 */
async function beginningOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' ? 'gone' : (fields[19] ?? '')
}

function inUse(address: Address, pid: number | undefined, path: string): MetisSeqError {
  return new MetisSeqError(
    'ACCOUNT_IN_USE',
    `${pid ? `Process ${pid}` : 'Another process'} is sending for ${address} now. Nothing was sent.`,
    {
      exit: Exit.data,
      next: `Run it again when that is done, or stop it with Ctrl-C: what it sent stays in the journal. ${path} holds the account.`,
    },
  )
}

function unwritable(path: string, error: unknown): MetisSeqError {
  return new MetisSeqError('JOURNAL_UNWRITABLE', `${path} cannot be written: ${messageOf(error)}.`, {
    exit: Exit.data,
    next: 'Free space or mend its rights, or name another place with METIS_SEQ_JOURNAL.',
  })
}
