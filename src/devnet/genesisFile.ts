import { readFile } from 'node:fs/promises'
import { messageOf } from '../core/errors/index.js'
import { reached } from '../core/faultPoints.js'
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
  let content: Partial<Genesis> | null
  try {
    content = JSON.parse(text) as Partial<Genesis> | null
  } catch (error) {
    throw corrupt(path, `it is not JSON (${messageOf(error)})`, error)
  }
  const parts = ['salt', 'l1', 'l2', 'consensus', 'group', 'sequencers'] as const
  if (content?.version !== 1 || parts.some((part) => content[part] === undefined)) {
    throw corrupt(path, 'it is no genesis document of version 1')
  }
  return content as Genesis
}

/** Once this resolves the network exists. */
export async function writeGenesis(path: string, genesis: Genesis): Promise<void> {
  await writeDurably(path, `${JSON.stringify(genesis, null, 2)}\n`)
  reached('genesis.written')
}
