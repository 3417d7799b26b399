import { access, type FileHandle, link, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Exit, MetisSeqError, messageOf } from '../../../../core/errors/index.js'
import { reached } from '../../../../core/faultPoints.js'

/**
 * Makes the file at `path` of what `write` writes, whole or not at all: it gets its name once everything is on the disk, and
 * never takes the place of another file. Where `write` throws nothing is left.
 * @throws MetisSeqError `OUTPUT_FAILED` (exit 2), or what `write` throws
 */
export async function makeFile<T>(path: string, write: (file: FileHandle) => Promise<T>): Promise<T> {
  if (await exists(path)) throw failed(path, 'it exists already')
  const temporary = `${path}.${process.pid}.part`
  const file = await open(temporary, 'wx').catch((error) => {
    throw failed(path, messageOf(error), error)
  })
  try {
    const result = await written(path, file, write)
    await name(temporary, path)
    return result
  } finally {
    await rm(temporary, { force: true })
  }
}

async function written<T>(path: string, file: FileHandle, write: (file: FileHandle) => Promise<T>): Promise<T> {
  try {
    const result = await write(file)
    await file.sync()
    reached('snapshot.synced')
    return result
  } catch (error) {
    // The disk is full, say.
    if (error instanceof Error && 'syscall' in error) throw failed(path, error.message, error)
    throw error
  } finally {
    await file.close()
  }
}

/** A link refuses a name that is taken, where a rename would replace the file; not every file system has links. */
async function name(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST' || (await exists(path))) throw error
      await rename(temporary, path)
    })
    const folder = await open(dirname(path), 'r')
    await folder.sync().finally(() => folder.close())
  } catch (error) {
    throw failed(path, messageOf(error), error)
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function failed(path: string, reason: string, cause?: unknown): MetisSeqError {
  return new MetisSeqError('OUTPUT_FAILED', `${path} cannot be written: ${reason}.`, {
    exit: Exit.usage,
    next: 'Name a file that does not exist yet, in a folder that may be written, on a disk with space left.',
    cause,
  })
}
