import { stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import { syncFolder } from '../files/private.js'
import { type KeyInfo, readKey, unlockKey } from './keystore.js'

/**
 * Makes sure that another file holds the same key and opens; the password is asked for when the rest is sure.
 * @throws MetisSeqError `BACKUP_IS_KEY`, `BACKUP_MISMATCH` (exit 3); as `readKey` and `unlockKey`
 */
export async function proveBackup(key: KeyInfo, path: string, password: () => Promise<string>): Promise<void> {
  const backup = await readKey(path)
  const [ours, theirs] = await Promise.all([stat(key.path), stat(path)])
  if (ours.dev === theirs.dev && ours.ino === theirs.ino) {
    throw new MetisSeqError('BACKUP_IS_KEY', `${path} is the file of the key itself, not a backup.`, {
      exit: Exit.precheck,
      next: '`metis-seq keys export` writes a copy to another disk.',
    })
  }
  if (backup.address !== key.address) throw mismatch(path, backup.address, key)
  const { address } = await unlockKey(backup, await password())
  if (address !== key.address) throw mismatch(path, address, key)
}

/** Removes the file of a key; it is not overwritten, which on today's disks would change other cells. @throws MetisSeqError `KEYSTORE_UNWRITABLE` (exit 9) */
export async function removeKey({ path }: KeyInfo): Promise<void> {
  try {
    await unlink(path)
    await syncFolder(dirname(path))
  } catch (error) {
    throw new MetisSeqError('KEYSTORE_UNWRITABLE', `${path} cannot be removed: ${messageOf(error)}.`, {
      exit: Exit.data,
      next: 'Check the rights of the folder.',
      cause: error,
    })
  }
}

function mismatch(path: string, found: string, { address }: KeyInfo): MetisSeqError {
  return new MetisSeqError('BACKUP_MISMATCH', `${path} holds ${found}, not ${address}.`, {
    exit: Exit.precheck,
    next: 'Nothing was removed. Name the backup of this key.',
  })
}
