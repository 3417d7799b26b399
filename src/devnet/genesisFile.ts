import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { networkIdOf } from '../core/consensus/digest.js'
import { messageOf } from '../core/errors/index.js'
import { reached } from '../core/faultPoints.js'
import { parseGenesis } from '../core/genesis/parse.js'
import type { Genesis } from '../core/genesis/types.js'
import { writeDurably } from './files.js'
import { corrupt } from './folder.js'

/** Beside the genesis: its hash, for one changed letter makes another network of it (rule M1). */
const idFile = (path: string) => join(dirname(path), 'network-id')

/** The genesis at `path`; undefined where there is none yet. @throws MetisSeqError `DATA_FOLDER_CORRUPT` (exit 9) */
export async function readGenesis(path: string): Promise<Genesis | undefined> {
  const text = await textOf(path)
  if (text === undefined) return undefined
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (error) {
    throw corrupt(path, `it is not JSON (${messageOf(error)})`, error)
  }
  const genesis = parseGenesis(content, (reason) => corrupt(path, `it is no genesis document of version 1: ${reason}`))
  const stated = (await textOf(idFile(path)))?.trim()
  if (stated !== undefined && stated !== networkIdOf(genesis)) {
    throw corrupt(path, `its hash is ${networkIdOf(genesis)}, and ${idFile(path)} says ${stated.slice(0, 80)}`)
  }
  return genesis
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw corrupt(path, messageOf(error), error)
  })
}

/** Puts the hash beside the genesis where there is none yet, as in a folder of an older program. */
export async function keepNetworkId(path: string, genesis: Genesis): Promise<void> {
  if ((await textOf(idFile(path))) === undefined) await writeDurably(idFile(path), `${networkIdOf(genesis)}\n`)
}

/** Once this resolves the network exists. */
export async function writeGenesis(path: string, genesis: Genesis): Promise<void> {
  await keepNetworkId(path, genesis)
  await writeDurably(path, `${JSON.stringify(genesis, null, 2)}\n`)
  reached('genesis.written')
}
