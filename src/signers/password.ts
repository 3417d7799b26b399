import { open } from 'node:fs/promises'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'

const MAX_BYTES = 4096

/**
 * The password in a file: its first line, without the end of line that editors add.
 * @throws MetisSeqError `PASSWORD_FILE_UNREADABLE` (exit 5): absent, unreadable, empty, or longer than 4096 bytes
 */
export async function readPasswordFile(path: string): Promise<string> {
  let text: string
  try {
    const file = await open(path)
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES + 1), 0, MAX_BYTES + 1, 0)
      if (bytesRead > MAX_BYTES) throw new Error(`it is longer than ${MAX_BYTES} bytes`)
      text = buffer.subarray(0, bytesRead).toString('utf8')
    } finally {
      await file.close()
    }
  } catch (error) {
    throw unreadable(path, messageOf(error))
  }
  const [password = '', ...rest] = text.split(/\r?\n/)
  if (rest.some((line) => line !== '')) throw unreadable(path, 'it has more than one line')
  if (password === '') throw unreadable(path, 'it is empty')
  return password
}

function unreadable(path: string, reason: string): MetisSeqError {
  return new MetisSeqError('PASSWORD_FILE_UNREADABLE', `The password file ${path} cannot be used: ${reason}.`, {
    exit: Exit.signer,
    next: 'Name a file that has the password in its first line.',
  })
}
