import { open } from 'node:fs/promises'

const MAX_BYTES = 1024 * 1024

/** The text of a file of at most 1 MiB; undefined where there is none. @throws Error what the system says, or that it is longer */
export async function readSmallFile(path: string): Promise<string | undefined> {
  try {
    const file = await open(path)
    try {
      if ((await file.stat()).size > MAX_BYTES) throw new Error(`it is longer than ${MAX_BYTES} bytes`)
      return await file.readFile('utf8')
    } finally {
      await file.close()
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
