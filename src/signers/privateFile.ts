import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import { createFile, makePrivateFolder, replaceFile, whyUnsafe } from '../files/private.js'

/**
 * Makes a folder for keys that only its owner can enter. One that is there is taken as it is, unless others can write to it.
 * @throws MetisSeqError `KEYSTORE_FOLDER_UNSAFE` (exit 5), `KEYSTORE_UNWRITABLE` (exit 9)
 */
export async function preparePrivateFolder(folder: string): Promise<void> {
  try {
    await makePrivateFolder(folder)
  } catch (error) {
    throw unwritable(folder, error)
  }
  const reason = await whyUnsafe(folder)
  if (reason === undefined) return
  throw new MetisSeqError('KEYSTORE_FOLDER_UNSAFE', `The key folder cannot be used: ${reason}.`, {
    exit: Exit.signer,
    next: `Make it yours alone: \`chown $USER ${folder}\`, \`chmod 700 ${folder}\`.`,
  })
}

/** Writes a key file, never over one that is there. @throws MetisSeqError `KEY_EXISTS` (exit 5), `KEYSTORE_UNWRITABLE` (exit 9) */
export async function writePrivateFile(path: string, content: string): Promise<void> {
  try {
    await createFile(path, (file) => file.writeFile(content))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw exists(path)
    throw unwritable(path, error)
  }
}

/** Replaces a key file, whole or not at all. @throws MetisSeqError `KEYSTORE_UNWRITABLE` (exit 9) */
export async function replacePrivateFile(path: string, content: string): Promise<void> {
  try {
    await replaceFile(path, content)
  } catch (error) {
    throw unwritable(path, error)
  }
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
