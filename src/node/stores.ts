import { join } from 'node:path'
import { MetisSeqError } from '../core/errors/index.js'
import type { Database } from '../core/ports/database.js'
import { makePrivateFolder } from '../files/private.js'
import { openDatabase } from './storage/level.js'

/** The databases of one node. */
export interface Stores {
  chain: Database
  consensus: Database
  seals: Database
  guard: Database
  blobs: Database
}

const STORES = ['chain', 'consensus', 'seals', 'guard', 'blobs'] as const

/** Opens them in `directory`, where each has a folder. @throws MetisSeqError `DATABASE_IN_USE` or `DATABASE_FAILED` (exit 9) */
export async function openStores(directory: string): Promise<Stores> {
  await makePrivateFolder(directory)
  const [chain, consensus, seals, guard, blobs] = await Promise.all(
    // Others of the node's threads read the chain, too.
    STORES.map((name) => openDatabase(join(directory, name), { shared: name === 'chain' })),
  )
  if (!chain || !consensus || !seals || !guard || !blobs)
    throw new MetisSeqError('STORES', 'A store of the node is missing.')
  return { chain, consensus, seals, guard, blobs }
}
