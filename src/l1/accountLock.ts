import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import type { Address } from '../core/types/hex.js'

const TRIES = 3

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
    await unlink(path)
  }
}

async function take(path: string, folder: string, address: Address): Promise<void> {
  for (let i = 0; i < TRIES; i++) {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await create(path)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(path, error)
    }
    const holder = await holderOf(path)
    if (holder !== undefined && (await isAlive(holder))) throw inUse(address, holder.pid, path)
    await unlink(path).catch(() => {}) // whoever else took it over has removed it
  }
  throw inUse(address, 0, path)
}

/** Takes its name by a link, so that it is never seen without the number of its process. */
async function create(path: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  await writeFile(temporary, `${process.pid} ${await beginningOf(process.pid)}`, { mode: 0o600 })
  try {
    await link(temporary, path)
  } finally {
    await unlink(temporary)
  }
}

/** The process in the file; undefined where the file is gone or damaged. */
async function holderOf(path: string): Promise<{ pid: number; began: string } | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const [, pid, began] = /^(\d{1,10}) (\d{0,20})$/.exec(text) ?? []
  return pid === undefined || began === undefined ? undefined : { pid: Number(pid), began }
}

async function isAlive({ pid, began }: { pid: number; began: string }): Promise<boolean> {
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

function inUse(address: Address, pid: number, path: string): MetisSeqError {
  return new MetisSeqError('ACCOUNT_IN_USE', `Process ${pid} is sending for ${address} now. Nothing was sent.`, {
    exit: Exit.data,
    next: `Run it again when that is done, or stop it with Ctrl-C: what it sent stays in the journal. ${path} holds the account.`,
  })
}

function unwritable(path: string, error: unknown): MetisSeqError {
  return new MetisSeqError('JOURNAL_UNWRITABLE', `${path} cannot be written: ${messageOf(error)}.`, {
    exit: Exit.data,
    next: 'Free space or mend its rights, or name another place with METIS_SEQ_JOURNAL.',
  })
}
