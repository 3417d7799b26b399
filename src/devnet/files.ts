import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import { reached } from '../core/faultPoints.js'

/**
 * Writes the whole file or nothing; once it resolves the content survives a power cut. Only the owner may read it.
 * @throws MetisSeqError `FILE_UNWRITABLE` (exit 9)
 */
export async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp` // two processes may write a file that they share
  try {
    await writeSynced(temporary, content)
    reached('file.synced')
    await rename(temporary, path)
    const folder = await open(dirname(path), 'r')
    await folder.sync().finally(() => folder.close())
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined) // the first error is told
    throw new MetisSeqError('FILE_UNWRITABLE', `${path} cannot be written: ${messageOf(cause)}.`, {
      exit: Exit.data,
      severity: 'critical',
      next: 'Check free space, permissions and the health of the disk; what was there before is untouched.',
      details: { path },
      cause,
    })
  }
}

async function writeSynced(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}
