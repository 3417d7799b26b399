import { randomBytes } from 'node:crypto'
import { link, mkdir, open, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'

const WRITABLE_BY_OTHERS = 0o022

/**
 * Makes a folder for keys that only its owner can enter. One that is there is taken as it is, unless others can write to it.
 * @throws MetisSeqError `KEYSTORE_FOLDER_UNSAFE` (exit 5), `KEYSTORE_UNWRITABLE` (exit 9)
 */
export async function preparePrivateFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw unwritable(folder, error)
  }
  if (process.platform === 'win32') return // there the rights are not in the mode
  const { mode } = await stat(folder)
  if ((mode & WRITABLE_BY_OTHERS) === 0) return
  throw new MetisSeqError('KEYSTORE_FOLDER_UNSAFE', `Other users can write to the key folder ${folder}.`, {
    exit: Exit.signer,
    next: `Run \`chmod 700 ${folder}\`.`,
  })
}

/**
 * Writes a file that only its owner can read, at no moment wider: the temporary file is born with its rights, is synced,
 * and takes its name by a link, which (other than a rename) never replaces a key that is there.
 * @throws MetisSeqError `KEY_EXISTS` (exit 5), `KEYSTORE_UNWRITABLE` (exit 9)
 */
export async function writePrivateFile(path: string, content: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    await writeSynced(temporary, content)
    await link(temporary, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw exists(path)
    throw unwritable(path, error)
  } finally {
    await unlink(temporary).catch(ignoreAbsent)
  }
  await syncFolder(dirname(path))
}

/** Replaces a file by one that only its owner can read, whole or not at all. @throws MetisSeqError `KEYSTORE_UNWRITABLE` (exit 9) */
export async function replacePrivateFile(path: string, content: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    await writeSynced(temporary, content)
    await rename(temporary, path)
  } catch (error) {
    await unlink(temporary).catch(ignoreAbsent)
    throw unwritable(path, error)
  }
  await syncFolder(dirname(path))
}

async function writeSynced(path: string, content: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The name itself has to survive a power cut too. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return // folders can't be opened there
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function ignoreAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}

function exists(path: string): MetisSeqError {
  return new MetisSeqError('KEY_EXISTS', `There is a key in ${path} already; it is never overwritten.`, {
    exit: Exit.signer,
    next: 'Choose another name.',
  })
}

function unwritable(path: string, error: unknown): MetisSeqError {
  return new MetisSeqError('KEYSTORE_UNWRITABLE', `${path} cannot be written: ${messageOf(error)}.`, {
    exit: Exit.data,
    next: 'Check the folder and the disk, or name another folder with --keystore.',
    cause: error,
  })
}
