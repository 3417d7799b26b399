import { replaceFile } from '../files/private.js'

/** Writes the whole file or nothing; the process that has taken the data folder is the only one to write there. */
export function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  return replaceFile(path, content, `${path}.tmp`)
}
