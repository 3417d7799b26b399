import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { bytesToHex } from '../core/codec/index.js'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import { readGuardExport, writeGuardExport } from '../core/guard/document.js'
import {
  begunGuard,
  exportOf,
  foreignGuard,
  type GuardExport,
  type GuardRecord,
  guardProblem,
  type Height,
  higher,
  mergeGuard,
  movedGuard,
} from '../core/guard/guard.js'
import type { Database } from '../core/ports/database.js'
import type { Address, Hash } from '../core/types/hex.js'
import { createFile, replaceFile } from '../files/private.js'
import { recordedTerm } from './consensus/driver.js'
import { readGuard, signedAt, signedHeights, writeGuard } from './sequencer/guard.js'
import { openDatabase } from './storage/level.js'

/** The guard of one key on one network, of a node that is stopped. */
export interface GuardPlace {
  /** The node's own folder. */
  directory: string
  networkId: Hash
  /** Of the node's key. */
  address: Address
}

/** What a guard says, for a person and a script. */
export interface GuardView extends GuardExport {
  /** Whether the key may sign with it; where not, `reason` says why. */
  usable: boolean
  reason: string | null
}

/** Begins the guard of a key that is new on a network that is new. Where there is one it stays. */
export async function beginNodeGuard({ directory, networkId, address }: GuardPlace): Promise<void> {
  await using(directory, async (database) => {
    if (readGuard(database, networkId) === undefined) await writeGuard(database, networkId, begunGuard(address, null))
  })
}

/**
 * Begins a guard anew where it is missing or moved away: the key has signed nothing in terms after `term`, and signs nothing
 * any more up to it. What stands in the guard still counts.
 * @throws MetisSeqError `GUARD_EXISTS` (exit 3), `GUARD_TERM_LOW` (exit 3) where the guard or the node knows a later term,
 * `DATABASE_IN_USE` (exit 9)
 */
export async function beginLostGuard(place: GuardPlace, term: number): Promise<GuardView> {
  const { directory, networkId, address } = place
  const recorded = await recordedTermIn(directory)
  if (recorded > term) throw termLow(recorded, term)
  const after: Height = { term, number: Number.MAX_SAFE_INTEGER }
  return using(directory, async (database) => {
    const own = readGuard(database, networkId)
    if (own !== undefined && guardProblem(own, address) === undefined) throw exists(address)
    const { last } = await signedHeights(database, networkId)
    if (last !== null && last.term > term) throw termLow(last.term, term)
    await writeGuard(database, networkId, begunGuard(address, higher(own?.floor ?? null, after)))
    return viewOf(database, place)
  })
}

/** @throws MetisSeqError `DATABASE_IN_USE`, `GUARD_*` (exit 9) */
export async function lookAtGuard(place: GuardPlace): Promise<GuardView> {
  await refuseMissing(place)
  return using(place.directory, (database) => viewOf(database, place))
}

/**
 * Writes the guard into a new file. From then on the key signs nothing with it here: that is on disk before the file is, so
 * that a crash in between leaves no guard that signs rather than two. After one the file can be written again.
 * @throws MetisSeqError `GUARD_MISSING`, `GUARD_FOREIGN`, `DATABASE_IN_USE` (exit 9), `OUTPUT_FAILED` (exit 2)
 */
export async function exportGuard(place: GuardPlace, path: string): Promise<GuardView> {
  const { networkId, address } = place
  await refuseMissing(place)
  return using(place.directory, async (database) => {
    const guard = readGuard(database, networkId)
    const problem = guardProblem(guard, address)
    if (guard === undefined || (problem !== undefined && !guard.moved)) throw problem
    const { last } = await signedHeights(database, networkId)
    try {
      // An empty file first: where none can be made the guard stays.
      await createFile(path, async () => {})
      const moved = movedGuard(guard, bytesToHex(randomBytes(16)))
      await writeGuard(database, networkId, moved)
      await replaceFile(path, writeGuardExport(exportOf(networkId, moved, last)))
    } catch (error) {
      if (error instanceof MetisSeqError) throw error
      throw outputFailed(path, error)
    }
    return viewOf(database, place)
  })
}

/**
 * Takes an exported guard; what this one knows stays refused. `back`: the file was imported nowhere else.
 * @throws MetisSeqError `GUARD_FOREIGN`, `GUARD_CONFLICT`, `GUARD_STALE`, `DATABASE_IN_USE` (exit 9), `GUARD_NOT_BACK` (exit 3),
 * `GUARD_FILE_*` (exit 9)
 */
export async function importGuard(
  place: GuardPlace,
  { text, path, back }: { text: string; path: string; back: boolean },
): Promise<GuardView> {
  const { networkId, address } = place
  const given = readGuardExport(text, path)
  if (given.networkId !== networkId) throw foreignGuard(`${path} is of the network ${given.networkId}`, networkId)
  if (given.address !== address) throw foreignGuard(`${path} is of ${given.address}`, address)
  return using(place.directory, async (database) => {
    const signed = given.last === null ? undefined : signedAt(database, networkId, given.last)
    const { guard, last } = mergeGuard(readGuard(database, networkId), given, { signed, back })
    await writeGuard(database, networkId, guard, last)
    return viewOf(database, place)
  })
}

async function viewOf(database: Database, { networkId, address }: GuardPlace): Promise<GuardView> {
  const guard: GuardRecord | undefined = readGuard(database, networkId)
  const problem = guardProblem(guard, address)
  if (guard === undefined) throw problem
  const { last } = await signedHeights(database, networkId)
  return { ...exportOf(networkId, guard, last), usable: problem === undefined, reason: problem?.message ?? null }
}

/** The term that the node's own record of consensus stands at; 0 where it has none. */
async function recordedTermIn(directory: string): Promise<number> {
  const folder = join(directory, 'consensus')
  if (!(await isDatabase(folder))) return 0
  const database = await openDatabase(folder)
  try {
    return recordedTerm(database)
  } finally {
    await database.close()
  }
}

async function using<T>(directory: string, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase(join(directory, 'guard'))
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}

/** Looking must not make a guard. */
async function refuseMissing({ directory, address }: GuardPlace): Promise<void> {
  if (!(await isDatabase(join(directory, 'guard')))) throw guardProblem(undefined, address)
}

/** LevelDB knows a folder as its own by this file. */
async function isDatabase(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return names.includes('CURRENT')
}

function exists(address: Address): MetisSeqError {
  return new MetisSeqError('GUARD_EXISTS', `The guard of ${address} is here and can be used.`, {
    exit: Exit.precheck,
    next: 'Nothing has to be done: start the node.',
  })
}

/** The error of a term that is not the last one that the key may have signed in. */
export function termLow(known: number, given: number): MetisSeqError {
  return new MetisSeqError('GUARD_TERM_LOW', `The network has reached term ${known}; ${given} is before it.`, {
    exit: Exit.precheck,
    next: `Give the term that runs now, or a later one: --after-term ${known}.`,
    details: { term: known },
  })
}

function outputFailed(path: string, error: unknown): MetisSeqError {
  return new MetisSeqError('OUTPUT_FAILED', `${path} cannot be written: ${messageOf(error)}.`, {
    exit: Exit.usage,
    next: 'Name a file that does not exist yet, in a folder that may be written, on a disk with space left.',
    cause: error,
  })
}
