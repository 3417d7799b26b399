import { randomBytes } from 'node:crypto'
import { access, type FileHandle, link, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { reached } from '../core/faultPoints.js'

/** Rights of every file and folder that the program makes: they are born with them, whatever the umask, and never get wider ones. */
const FILE = 0o600
const FOLDER = 0o700
const WRITABLE_BY_OTHERS = 0o022

/** Makes a folder that only its owner can enter, and those above it that are missing. One that is there is left as it is. */
export async function makePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: FOLDER })
}

/**
 * Why others could plant or replace files in a folder: somebody else owns it, or it may be written to. Undefined where
 * they can't, and on Windows, where the rights are not in the mode.
 */
export async function whyUnsafe(folder: string): Promise<string | undefined> {
  const me = process.getuid?.()
  if (me === undefined) return undefined
  const { mode, uid } = await stat(folder)
  if (uid !== me && uid !== 0) return `${folder} belongs to another user`
  return (mode & WRITABLE_BY_OTHERS) === 0 ? undefined : `other users can write to ${folder}`
}

/**
 * Makes the file at `path` of what `write` writes, whole or not at all: it gets its name once everything is on the disk, and
 * never takes the place of another file. @throws what the system says (`EEXIST` where there is one), or what `write` throws
 */
export async function createFile<T>(path: string, write: (file: FileHandle) => Promise<T>): Promise<T> {
  const temporary = temporaryOf(path)
  try {
    const result = await writeSynced(temporary, write)
    await giveNewName(temporary, path)
    await syncFolder(dirname(path))
    return result
  } finally {
    await rm(temporary, { force: true })
  }
}

/**
 * Writes the file at `path`, in place of the one that is there, whole or not at all; once it resolves that survives a power
 * cut. A caller who alone writes to the folder names the `temporary` file, so that one that a kill left behind is used up.
 */
export async function replaceFile(path: string, content: string | Uint8Array, temporary?: string): Promise<void> {
  if (temporary !== undefined) await rm(temporary, { force: true })
  const made = temporary ?? temporaryOf(path)
  try {
    await writeSynced(made, (file) => file.writeFile(content))
    await rename(made, path)
  } catch (error) {
    await rm(made, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
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

/** Hidden, so that no list of a folder takes it for what it will be. */
function temporaryOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
}

/** `x` refuses whatever has that name, a link that somebody planted there too. */
async function writeSynced<T>(path: string, write: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, 'wx', FILE)
  try {
    const result = await write(file)
    await file.sync()
    reached('file.synced')
    return result
  } finally {
    await file.close()
  }
}

/** A link refuses a name that is taken, where a rename would replace the file; not every file system has links. */
async function giveNewName(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' || (await exists(path))) throw error
    await rename(temporary, path)
  }
}

export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
