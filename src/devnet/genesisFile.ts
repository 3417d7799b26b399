import { readFile } from 'node:fs/promises'
import { messageOf } from '../core/errors/index.js'
import { parseGenesis } from '../core/genesis/parse.js'
import type { Genesis } from '../core/genesis/types.js'
import { writeDurably } from './files.js'
import { corrupt } from './folder.js'

/** The genesis at `path`; undefined where there is none yet. @throws MetisSeqError `DATA_FOLDER_CORRUPT` (exit 9) */
export async function readGenesis(path: string): Promise<Genesis | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw corrupt(path, messageOf(error), error)
  }
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (error) {
    throw corrupt(path, `it is not JSON (${messageOf(error)})`, error)
  }
  return parseGenesis(content, (reason) => corrupt(path, `it is no genesis document of version 1: ${reason}`))
}

/** Once this resolves the network exists. */
export async function writeGenesis(path: string, genesis: Genesis): Promise<void> {
  await writeDurably(path, `${JSON.stringify(genesis, null, 2)}\n`)
}
