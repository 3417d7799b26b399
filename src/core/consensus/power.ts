import type { Address } from '../types/hex.js'
import type { Committee, Member } from './committeeTypes.js'

export const WEI_PER_METIS = 10n ** 18n
/** Below four members no cap can keep each under a third, and the network is not decentralised (rule P4). */
export const MIN_DECENTRALISED = 4

/** Whole METIS of a stake in wei; zero is no power at all (rule P4). */
export function uncappedPower(stake: bigint): number {
  return Number(stake / WEI_PER_METIS)
}

/**
 * The largest cap under which every member stays strictly below a third of the capped total (rule P2): the largest c
 * with 3c < sum(min(power, c)). Undefined below four members, where there is none.
 */
export function powerCap(powers: readonly number[]): number | undefined {
  if (powers.length < MIN_DECENTRALISED) return undefined
  // sum(min(p, c)) - 3c is concave and positive at 1, so it changes its sign once.
  let low = 1
  let high = Math.max(...powers, 1)
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    const total = powers.reduce((sum, power) => sum + Math.min(power, middle), 0)
    if (3 * middle < total) low = middle
    else high = middle - 1
  }
  return low
}

/** Heads that a quorum and the threshold key need: the smallest t with 3t > 2n. */
export function thresholdOf(size: number): number {
  return Math.floor((2 * size) / 3) + 1
}

/** The committee of these members, their powers taken from their stakes and capped; sorted by address. */
export function makeCommittee(members: readonly Omit<Member, 'power'>[]): Committee {
  const cap = powerCap(members.map(({ stake }) => uncappedPower(stake)))
  const sorted = members
    .map((member) => ({ ...member, power: Math.min(uncappedPower(member.stake), cap ?? Number.MAX_SAFE_INTEGER) }))
    .sort((a, b) => (a.address < b.address ? -1 : 1))
  return {
    members: sorted,
    threshold: thresholdOf(sorted.length),
    totalPower: sorted.reduce((sum, { power }) => sum + power, 0),
  }
}

/** Whether these members are more than two thirds of the power and at least the threshold of heads (rule P3). */
export function isQuorum(committee: Committee, voters: Iterable<Address>): boolean {
  const voted = new Set(voters)
  const members = committee.members.filter(({ address }) => voted.has(address))
  const power = members.reduce((sum, member) => sum + member.power, 0)
  return 3 * power > 2 * committee.totalPower && members.length >= committee.threshold
}

/** The member with this address. */
export function memberOf(committee: { members: readonly Member[] }, address: Address): Member | undefined {
  return committee.members.find((member) => member.address === address)
}
