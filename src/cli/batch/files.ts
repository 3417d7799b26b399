import { gunzipSync } from 'node:zlib'
import { hexToBytes, isHex } from '../../core/codec/index.js'
import { Exit, MetisSeqError, messageOf } from '../../core/errors/index.js'
import { createFile } from '../../files/private.js'
import { badInput, parseJson, readInput } from '../input.js'
import { type BlockFile, parseBlockFile } from './blockFile.js'

const MAX_UNZIPPED = 512 * 1024 * 1024

/** The blocks of a JSON file, gzipped or not. @throws MetisSeqError (exit 2) */
export async function readBlockFile(path: string): Promise<BlockFile> {
  const text = unzipped(path, await readInput(path)).toString('utf8')
  return parseBlockFile(
    path,
    parseJson(path, text, 'Give blocks as JSON, as `metis-seq batch decode --json` prints them.'),
  )
}

/** The bytes of a file that holds them as they are or as hex text, gzipped or not. @throws MetisSeqError (exit 2) */
export async function readBytes(path: string): Promise<Uint8Array> {
  const content = unzipped(path, await readInput(path))
  const text = content.toString('latin1').trim()
  const hex = text.startsWith('0x') ? text : `0x${text}`
  return isHex(hex) ? hexToBytes(hex) : new Uint8Array(content)
}

/** Writes a new file; never over one that is there. @throws MetisSeqError `OUTPUT_FAILED` (exit 2) */
export async function writeNewFile(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await createFile(path, (file) => file.writeFile(bytes))
  } catch (error) {
    throw new MetisSeqError('OUTPUT_FAILED', `${path} cannot be written: ${messageOf(error)}.`, {
      exit: Exit.usage,
      next: 'Name a file that does not exist yet, in a folder that may be written.',
      cause: error,
    })
  }
}

function unzipped(path: string, content: Buffer): Buffer {
  if (content[0] !== 0x1f || content[1] !== 0x8b) return content
  try {
    return gunzipSync(content, { maxOutputLength: MAX_UNZIPPED })
  } catch (error) {
    throw badInput(path, `gzip says: ${messageOf(error)}`, 'Give the file unpacked, or pack it again.')
  }
}
