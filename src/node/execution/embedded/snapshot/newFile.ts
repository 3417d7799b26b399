import type { FileHandle } from 'node:fs/promises'
import { Exit, MetisSeqError } from '../../../../core/errors/index.js'
import { reached } from '../../../../core/faultPoints.js'
import { createFile, exists } from '../../../../files/private.js'

/**
 * Makes the file at `path` of what `write` writes, whole or not at all, and never in the place of another file. Where
 * `write` throws nothing is left.
 * @throws MetisSeqError `OUTPUT_FAILED` (exit 2), or what `write` throws
 */
export async function makeFile<T>(path: string, write: (file: FileHandle) => Promise<T>): Promise<T> {
  // Said at once: a long work would otherwise be for nothing.
  if (await exists(path)) throw failed(path, 'it exists already')
  try {
    return await createFile(path, async (file) => {
      const result = await write(file)
      await file.sync()
      reached('snapshot.synced')
      return result
    })
  } catch (error) {
    // The folder is missing, or the disk is full, say.
    if (error instanceof Error && 'syscall' in error) throw failed(path, error.message, error)
    throw error
  }
}

function failed(path: string, reason: string, cause?: unknown): MetisSeqError {
  return new MetisSeqError('OUTPUT_FAILED', `${path} cannot be written: ${reason}.`, {
    exit: Exit.usage,
    next: 'Name a file that does not exist yet, in a folder that may be written, on a disk with space left.',
    cause,
  })
}
