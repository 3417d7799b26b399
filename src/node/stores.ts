import { join } from 'node:path'
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
  /** This node's shares of the group key, and what it began to sign with them. */
  shares: Database
}

const REFETCHED =
  'Stop the node, move its folders `chain` and `seals` away, and start it again: it gets its blocks and seals from the others.'

/** What to do where one is damaged: all but the guard can be had again. */
const WHEN_DAMAGED: Readonly<Record<keyof Stores, string>> = {
  chain: REFETCHED,
  seals: REFETCHED,
  consensus:
    'Stop the node, move its folder `consensus` away, and start it again: it is made anew from the ordered log.',
  blobs:
    'Stop the node, move its folder `blobs` away, and start it again: the others keep what a batch under way needs.',
  shares:
    'Stop the node, move its folder `shares` away, and start it again: the others help it to a new share of the group key.',
  guard:
    'Never remove or replace the folder `guard`: without it the key may sign twice. Leave this node stopped, and give its sequencer a new key with `metis-seq signer update`.',
}

/**
 * Opens them in `directory`, where each has a folder; all or none.
 * @throws MetisSeqError `DATABASE_IN_USE` or `DATABASE_FAILED` (exit 9)
 */
export async function openStores(directory: string): Promise<Stores> {
  await makePrivateFolder(directory)
  const open = (name: keyof Stores) =>
    // Others of the node's threads read the chain, too.
    openDatabase(join(directory, name), { shared: name === 'chain', whenDamaged: WHEN_DAMAGED[name] })
  const opening = {
    chain: open('chain'),
    consensus: open('consensus'),
    seals: open('seals'),
    guard: open('guard'),
    blobs: open('blobs'),
    shares: open('shares'),
  }
  const results = await Promise.allSettled(Object.values(opening))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed === undefined) {
    const { chain, consensus, seals, guard, blobs, shares } = opening
    return {
      chain: await chain,
      consensus: await consensus,
      seals: await seals,
      guard: await guard,
      blobs: await blobs,
      shares: await shares,
    }
  }
  for (const result of results) if (result.status === 'fulfilled') await result.value.close()
  throw failed.reason
}
