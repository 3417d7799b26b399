import { Exit, MetisSeqError } from '../errors/index.js'
import type { Address, Hash, Hex } from '../types/hex.js'

/** A place for one seal: a block number of a term. */
export interface Height {
  term: number
  number: number
}

export interface SealedHeight extends Height {
  hash: Hash
}

/** What the guard of a key knows on one network, beside each hash that it signed (rule T4). */
export interface GuardRecord {
  /** Whose guard it is. */
  address: Address
  /** Up to it nothing is signed any more but what stands in the guard; null where all that was ever signed stands there. */
  floor: Height | null
  /** Ids of the exports that it came through, the oldest first. */
  lineage: readonly Hex[]
  /** The last of them was made from here: the key signs elsewhere now. */
  moved: boolean
}

/** What an export hands over: enough never to sign a second block for a height, and no more. */
export interface GuardExport {
  networkId: Hash
  address: Address
  /** The highest height that was signed, or that is known to be below what may be. */
  floor: Height | null
  /** The highest one with its hash; null where nothing was signed. */
  last: SealedHeight | null
  lineage: readonly Hex[]
}

/** Moves that are remembered. */
export const MAX_LINEAGE = 64

/** Where terms decide and numbers after them: a term is opened after all blocks of the one before were signed. */
export function isAbove(a: Height, b: Height): boolean {
  return a.term === b.term ? a.number > b.number : a.term > b.term
}

/** The guard of a key that never signed on the network, or (with `floor`) of one whose guard was lost. */
export function begunGuard(address: Address, floor: Height | null): GuardRecord {
  return { address, floor, lineage: [], moved: false }
}

/** The guard after an export with this id; one that was exported already stays as it is, so that the file can be written again. */
export function movedGuard(guard: GuardRecord, id: Hex): GuardRecord {
  return guard.moved ? guard : { ...guard, lineage: [...guard.lineage, id].slice(-MAX_LINEAGE), moved: true }
}

/** What the file of a guard that was exported says. */
export function exportOf(networkId: Hash, { address, floor, lineage }: GuardRecord, last: SealedHeight | null) {
  const height = last && { term: last.term, number: last.number }
  return { networkId, address, floor: higher(floor, height), last, lineage } satisfies GuardExport
}

/** What a guard is after an import. It never lowers: what either knows to be signed stays refused. */
export interface Merged {
  guard: GuardRecord
  /** To be written as signed. */
  last: SealedHeight | null
}

/**
 * `own` is undefined where there was no guard, `signed` the hash that stands in it for the height of `given.last`. With
 * `back` somebody vouches that the file was imported nowhere else.
 * @throws MetisSeqError `GUARD_FOREIGN`, `GUARD_CONFLICT`, `GUARD_STALE` (exit 9), `GUARD_NOT_BACK` (exit 3)
 */
export function mergeGuard(
  own: GuardRecord | undefined,
  given: GuardExport,
  { signed, back }: { signed: Hash | undefined; back: boolean },
): Merged {
  const { address, floor, last, lineage } = given
  if (own === undefined) return { guard: { address, floor, lineage, moved: false }, last }
  if (own.address !== address) throw foreignGuard(`it guards ${own.address}`, address)
  if (last !== null && signed !== undefined && signed !== last.hash) throw conflict(last, signed)
  if (own.moved) refuseOlder(own, given, back)
  return { guard: { address, floor: higher(own.floor, floor), lineage, moved: false }, last }
}

/** A guard that was exported takes only what came out of that export: anything older does not know what was signed since. */
function refuseOlder({ lineage }: GuardRecord, given: GuardExport, back: boolean): void {
  const id = lineage.at(-1)
  if (id === undefined || !given.lineage.includes(id)) {
    throw new MetisSeqError('GUARD_STALE', 'This file is older than the export after which this guard signs no more.', {
      exit: Exit.data,
      next: 'Export the guard where the key signed last, and import that file.',
    })
  }
  if (given.lineage.at(-1) === id && !back) {
    throw new MetisSeqError('GUARD_NOT_BACK', 'This file was exported from this guard itself.', {
      exit: Exit.precheck,
      next: 'If it was never imported anywhere else, add --back. Otherwise export the guard there, and import that file.',
    })
  }
}

/** Why the key must not sign now; undefined where it may. */
export function guardProblem(guard: GuardRecord | undefined, address: Address): MetisSeqError | undefined {
  if (guard === undefined) {
    return new MetisSeqError('GUARD_MISSING', `Nothing remembers which blocks ${address} sealed, so it seals none.`, {
      exit: Exit.data,
      next: 'Import its guard (`metis-seq guard import`). If it is lost for ever, read docs/guides/lost-key.md: `metis-seq guard begin`.',
    })
  }
  if (guard.address !== address) return foreignGuard(`it guards ${guard.address}`, address)
  if (!guard.moved) return undefined
  return new MetisSeqError('GUARD_MOVED', `The guard of ${address} was exported, so it seals nothing here.`, {
    exit: Exit.data,
    next: 'Run the node where the guard was imported, or bring the guard back with `metis-seq guard import`.',
  })
}

/** Whether the key may sign anything in the term that ends with `end`. */
export function maySeal(guard: GuardRecord | undefined, address: Address, end: Height): boolean {
  if (guard === undefined || guardProblem(guard, address) !== undefined) return false
  return guard.floor === null || isAbove(end, guard.floor)
}

/** The error of a guard or a file that belongs to another key or network. */
export function foreignGuard(what: string, wanted: string): MetisSeqError {
  return new MetisSeqError('GUARD_FOREIGN', `This is not the guard of ${wanted}: ${what}.`, {
    exit: Exit.data,
    next: 'Name the guard that belongs to this node, key and network.',
  })
}

/** The higher of two heights, of which either may be missing. */
export function higher(a: Height | null, b: Height | null): Height | null {
  if (a === null || b === null) return a ?? b
  return isAbove(b, a) ? b : a
}

function conflict({ term, number, hash }: SealedHeight, signed: Hash): MetisSeqError {
  return new MetisSeqError(
    'GUARD_CONFLICT',
    `Block ${number} of term ${term} was sealed as ${signed} and as ${hash}.`,
    {
      exit: Exit.data,
      severity: 'critical',
      next: 'Two machines have signed with this key. Stop both, and replace the key with `metis-seq signer update`.',
    },
  )
}
