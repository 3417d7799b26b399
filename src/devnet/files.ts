import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import { replaceFile } from '../files/private.js'

/**
 * Writes the whole file or nothing; the process that has taken the data folder is the only one to write there.
 * @throws MetisSeqError `FILE_UNWRITABLE` (exit 9)
 */
export async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await replaceFile(path, content, `${path}.tmp`)
  } catch (cause) {
    throw new MetisSeqError('FILE_UNWRITABLE', `${path} cannot be written: ${messageOf(cause)}.`, {
      exit: Exit.data,
      severity: 'critical',
      next: 'Check free space, permissions and the health of the disk; what was there before is untouched.',
      details: { path },
      cause,
    })
  }
}
