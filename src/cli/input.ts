import { open } from 'node:fs/promises'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'

/** Most bytes of a file that a command reads whole. */
const MAX_BYTES = 256 * 1024 * 1024

/** The error of a file whose content is not what the command needs (exit 2). `reason` ends without a full stop. */
export function badInput(path: string, reason: string, next: string): MetisSeqError {
  return new MetisSeqError('INPUT_INVALID', `${path} cannot be used: ${reason}.`, { exit: Exit.usage, next })
}

/**
 * The bytes of the file at `path`; `-` is standard input.
 * @throws MetisSeqError `INPUT_UNREADABLE` (exit 2) when it is absent or unreadable, `INPUT_TOO_LARGE` (exit 2) above `maxBytes`
 */
export async function readInput(path: string, maxBytes = MAX_BYTES): Promise<Buffer> {
  try {
    if (path === '-') return await readBounded(process.stdin, path, maxBytes)
    const file = await open(path)
    try {
      return await readBounded(file.createReadStream({ autoClose: false }), path, maxBytes)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof MetisSeqError) throw error
    throw new MetisSeqError('INPUT_UNREADABLE', `${path} cannot be read: ${messageOf(error)}.`, {
      exit: Exit.usage,
      next: 'Name a file that exists and may be read.',
      cause: error,
    })
  }
}

/**
 * The JSON value in the file at `path`.
 * @throws MetisSeqError `INPUT_UNREADABLE`, `INPUT_TOO_LARGE`, `INPUT_INVALID` (exit 2)
 */
export async function readJson(path: string, next: string, maxBytes = MAX_BYTES): Promise<unknown> {
  return parseJson(path, (await readInput(path, maxBytes)).toString('utf8'), next)
}

/** @throws MetisSeqError `INPUT_INVALID` (exit 2) */
export function parseJson(path: string, text: string, next: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw badInput(path, `it is not JSON (${messageOf(error)})`, next)
  }
}

async function readBounded(stream: AsyncIterable<Buffer>, path: string, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream) {
    length += chunk.length
    if (length > maxBytes) {
      throw new MetisSeqError('INPUT_TOO_LARGE', `${path} cannot be used: it has more than ${maxBytes} bytes.`, {
        exit: Exit.usage,
        next: 'Give a smaller file, or make sure that it is the right one.',
      })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
