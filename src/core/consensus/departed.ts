import type { Address } from '../types/hex.js'
import type { Committee } from './committeeTypes.js'
import type { PastSharing } from './groupTypes.js'
import type { ConsensusState } from './types.js'

/** Past sharings that are remembered: those from which most have left. */
const MAX_PAST = 32

/**
 * Rule B7: of all members among whom the key was shared at one time, those that have left, where most have, measured by how
 * many of them are the key. Null where nobody has left.
 */
export function departed({ committee, group }: Pick<ConsensusState, 'committee' | 'group'>): PastSharing | null {
  const [worst] = byDeparted(group.past ?? [], committee)
  if (worst === undefined) return null
  const members = leftOf(worst, committee)
  return members.length === 0 ? null : { members, threshold: worst.threshold }
}

/** Rule B7: with this next committee, so many of one sharing will have left that they are the key. */
export function mustReplaceKey({ committee, group }: ConsensusState, next: readonly Address[]): boolean {
  const sharings = [...(group.past ?? []), { members: addressesOf(committee), threshold: committee.threshold }]
  return sharings.some(({ members, threshold }) => members.filter((each) => !next.includes(each)).length >= threshold)
}

/** The past of the key when it is shared among others than before. */
export function withPast(past: readonly PastSharing[], before: Committee, after: Committee): PastSharing[] {
  const members = addressesOf(before)
  const others = past.filter((each) => each.members.join() !== members.join())
  return byDeparted([...others, { members, threshold: before.threshold }], after).slice(0, MAX_PAST)
}

function byDeparted(past: readonly PastSharing[], committee: Committee): PastSharing[] {
  return past
    .map((each) => ({ each, left: leftOf(each, committee).length }))
    .sort((a, b) => b.left * a.each.threshold - a.left * b.each.threshold)
    .map(({ each }) => each)
}

function leftOf({ members }: PastSharing, committee: Committee): Address[] {
  return members.filter((each) => !committee.members.some(({ address }) => address === each))
}

const addressesOf = ({ members }: Committee): Address[] => members.map(({ address }) => address)
