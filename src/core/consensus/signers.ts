import { canonicalHash } from '../codec/index.js'
import type { Address, Hash } from '../types/hex.js'
import type { Committee } from './committeeTypes.js'
import type { ConsensusState, Context } from './types.js'

/** ms after which a member that says nothing in the record is taken for dead: others sign as long as there are enough. */
export const SILENT_AFTER = 6000
/** Branches of the search, so that it ends whatever pairs are kept apart; a few hundred do where it can be done. */
const MAX_BRANCHES = 20_000

/** Whether a member was heard in the record so lately that it is taken to be there. */
export function isHeard(seen: ConsensusState['seen'], address: Address, time: number): boolean {
  return time - (seen[address] ?? 0) <= SILENT_AFTER
}

/** Who has to work together. */
export interface Wanted {
  /** What it is for: the same members do not do all the work, nor all the same work again. */
  seed: Hash
  without: ReadonlySet<Address>
  /** Who has shares; the committee where it is not said. */
  among?: Committee
}

/**
 * Rule G1: exactly as many members of the committee as the key takes, of whom no two are kept apart: the same on every machine. First
 * come those that are heard, then those that nobody doubts; the rest is lot. Honest members are never kept apart for long, and
 * are enough, so that after a few tries they are among themselves. Undefined where there are none.
 */
export function pickSigners(
  state: ConsensusState,
  { time }: Context,
  { seed, without, among: holders = state.committee }: Wanted,
): Address[] | undefined {
  const { group, seen } = state
  const { sessions } = group
  // Whose share of now is lost may have one of the key before.
  const isAble = (address: Address) => holders !== state.committee || group.anew[address] !== true
  const ranked = holders.members
    .filter(({ address }) => isAble(address) && !without.has(address))
    .map(({ address }) => ({
      address,
      rank: [Number(!isHeard(seen, address, time)), group.doubts[address] ?? 0] as const,
      lot: canonicalHash({ seed, sessions, address }),
    }))
    .sort((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1] || (a.lot < b.lot ? -1 : 1))
    .map(({ address }) => address)
  const pairs = new Map(group.apart.filter(({ until }) => until > time).map(({ pair }) => [pairKey(...pair), pair]))
  const among = [...pairs.values()].filter((pair) => pair.every((each) => ranked.includes(each)))
  const left = withoutPairs(ranked, among, ranked.length - holders.threshold)
  return left?.slice(0, holders.threshold).sort()
}

/** Two members, whichever comes first. */
export const pairKey = (a: Address, b: Address): string => (a < b ? `${a} ${b}` : `${b} ${a}`)

/**
 * The row without at most `most` of its members, so that no pair is left (a vertex cover of the pairs, which is small: most is
 * below a third of all). Whoever is in most pairs is left out, or all that it is in pairs with.
 */
function withoutPairs(
  row: readonly Address[],
  pairs: readonly (readonly [Address, Address])[],
  most: number,
): readonly Address[] | undefined {
  let branches = 0
  const search = (
    left: readonly Address[],
    among: readonly (readonly [Address, Address])[],
    spare: number,
  ): readonly Address[] | undefined => {
    if (spare < 0) return undefined
    const [first] = among
    if (first === undefined) return left
    branches += 1
    if (spare === 0 || branches > MAX_BRANCHES) return undefined
    const others = new Map<Address, Address[]>()
    for (const [a, b] of among) {
      others.set(a, [...(others.get(a) ?? []), b])
      others.set(b, [...(others.get(b) ?? []), a])
    }
    // Of those in as many pairs the last of the row.
    const worst = left.reduce(
      (most, each) => ((others.get(each)?.length ?? 0) >= (others.get(most)?.length ?? 0) ? each : most),
      first[0],
    )
    const without = (gone: readonly Address[]) =>
      search(
        left.filter((each) => !gone.includes(each)),
        among.filter((pair) => !pair.some((each) => gone.includes(each))),
        spare - gone.length,
      )
    return without([worst]) ?? without(others.get(worst) ?? [])
  }
  return search(row, pairs, most)
}
