import type { Address, Hash } from '../types/hex.js'
import type { ConsensusState, Context } from './types.js'

/** ms after which a member that says nothing in the record is taken for dead: others sign as long as there are enough. */
const SILENT_AFTER = 6000
/** Places of the search, so that it ends whatever pairs are kept apart; a few hundred do where it can be done. */
const MAX_STEPS = 10_000

/** Who has to work together. */
export interface Wanted {
  /** Where the order begins, so that the work goes round. */
  seed: Hash
  without: ReadonlySet<Address>
}

/**
 * Rule G1: exactly as many members of the committee as the key takes, of whom no two are kept apart: the same on every machine. First
 * come those that are heard, then those that nobody doubts. Honest members are never kept apart for long, and are enough, so
 * that after a few tries they are among themselves. Undefined where there are none.
 */
export function pickSigners(state: ConsensusState, { time }: Context, wanted: Wanted): Address[] | undefined {
  const { committee, group, seen } = state
  const size = committee.members.length
  const first = Number(BigInt(wanted.seed) % BigInt(size))
  const isSilent = (address: Address) => time - (seen[address] ?? 0) > SILENT_AFTER
  const ranked = committee.members
    .map(({ address }, i) => ({
      address,
      rank: [Number(isSilent(address)), group.doubts[address] ?? 0, (i - first + size) % size] as const,
    }))
    .filter(({ address }) => group.anew[address] !== true && !wanted.without.has(address))
    .sort((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1] || a.rank[2] - b.rank[2])
    .map(({ address }) => address)
  const apart = new Set(group.apart.filter(({ until }) => until > time).map(({ pair }) => pairKey(...pair)))
  const chosen = search(ranked, committee.threshold, (a, b) => !apart.has(pairKey(a, b)))
  return chosen?.sort()
}

/** Two members, whichever comes first. */
export const pairKey = (a: Address, b: Address): string => (a < b ? `${a} ${b}` : `${b} ${a}`)

/** The first `count` of a row that all fit each other. */
function search(
  row: readonly Address[],
  count: number,
  fits: (a: Address, b: Address) => boolean,
): Address[] | undefined {
  let steps = 0
  const from = (start: number, chosen: readonly Address[]): Address[] | undefined => {
    if (chosen.length === count) return [...chosen]
    for (let i = start; i <= row.length - (count - chosen.length) && steps < MAX_STEPS; i++) {
      const next = row[i]
      steps += 1
      if (next === undefined || !chosen.every((each) => fits(each, next))) continue
      const found = from(i + 1, [...chosen, next])
      if (found !== undefined) return found
    }
    return undefined
  }
  return from(0, [])
}
