import { hexToBytes } from '../codec/index.js'
import { readGroupKey } from '../threshold/publicKey.js'
import { speaksIn } from '../threshold/rounds.js'
import type { Address, Hex } from '../types/hex.js'
import { proposeCommittee } from './committee.js'
import type { SharingContent } from './groupTypes.js'
import { isQuorum, makeCommittee, memberOf, thresholdOf } from './power.js'
import { refuse } from './refuse.js'
import type { Content, Draft, ProposedCommittee } from './types.js'

/** ms after a failed sharing in which no other begins, so that whoever makes them fail does not keep all busy. */
const REST = 10_000

/** Rule G7: a member asks that the key be shared anew among the same members: to renew the shares, or because it lost its own. */
export function applyAnew(
  draft: Draft,
  member: Address,
  { generation, lost }: Extract<Content, { kind: 'anew' }>,
): void {
  const { group } = draft.state
  if (generation !== group.generation) throw refuse('GROUP_GENERATION', `The key is shared as ${group.generation} now.`)
  if (group.anew[member] === lost || group.anew[member] === true)
    throw refuse('VOTE_KNOWN', `${member} asked for that already.`)
  group.anew[member] = lost
  proposeCommittee(draft)
}

/**
 * A participant broadcasts its part of a round (rule G5). The record is the channel, so what counts is the same for all: whoever says
 * two things in one round is named here, and nobody can be blamed for having heard the other.
 */
export function applySharing(draft: Draft, member: Address, content: SharingContent): void {
  const proposed = sharingOf(draft, content.generation)
  const { round, broadcast } = content
  const receives = memberOf(proposed, member) !== undefined
  const deals = isNewKey(proposed) ? receives : proposed.dealers.includes(member)
  if (!speaksIn(round, { deals, receives }))
    throw refuse('ROUND_FOREIGN', `${member} has nothing to say in round ${round}.`)
  const said = proposed.broadcasts[member]?.[round]
  if (said === broadcast) throw refuse('VOTE_KNOWN', `${member} said that already.`)
  if (said !== undefined)
    throw refuse('EQUIVOCATION', `${member} says two things in round ${round} of sharing ${content.generation}.`)
  proposed.broadcasts[member] = { ...proposed.broadcasts[member], [round]: broadcast }
}

/** Whether these members make a new key, and do not get shares of the one that there is. */
export const isNewKey = ({ dealers }: Pick<ProposedCommittee, 'dealers'>): boolean => dealers.length === 0

function sharingOf({ state: { proposed } }: Draft, generation: number): ProposedCommittee {
  if (proposed?.generation === generation) return proposed
  throw refuse('GROUP_GENERATION', `No sharing of generation ${generation} is under way.`)
}

/**
 * A member, old or joining, says how the sharing of the key went. Only a vote that names more members as failed
 * replaces one: who has the share may find out later that a joiner is gone, and an old vote sent again undoes nothing.
 */
export function applyGroupVote(draft: Draft, member: Address, content: Extract<Content, { kind: 'group' }>): void {
  const { state, context } = draft
  const proposed = sharingOf(draft, content.generation)
  if (content.failed.length === 0) checkPublicKey(content.publicKey, proposed)
  const previous = proposed.votes[member]
  if (previous !== undefined && previous.failed.length >= content.failed.length) {
    throw refuse('VOTE_NOT_NEWER', `A vote that names ${previous.failed.length} members stands already (rule T8).`)
  }
  proposed.votes[member] = { publicKey: content.publicKey, failed: content.failed }
  const agreeing = Object.entries(proposed.votes)
    .filter(([, vote]) => vote.publicKey === content.publicKey && vote.failed.join() === content.failed.join())
    .map(([address]) => address as Address)
  if (!isQuorum(state.committee, agreeing)) return
  if (content.failed.length > 0) {
    const dropped = content.failed.filter((address) => memberOf(state.committee, address) === undefined)
    state.dropped.push(...dropped)
    if (dropped.length === 0) state.group.notBefore = context.time + REST
    state.proposed = null
    proposeCommittee(draft)
    return
  }
  const joiners = proposed.members.filter(({ address }) => memberOf(state.committee, address) === undefined)
  // The old committee decides; but those who stay and join must be able to sign without those who leave.
  const able = isQuorum(makeCommittee(proposed.members), agreeing)
  if (able && joiners.every(({ address }) => agreeing.includes(address))) proposed.ready = content.publicKey
}

/** Of the right form, and for these members. */
function checkPublicKey(publicKey: Hex, { members }: ProposedCommittee): void {
  const { threshold, shares } = readGroupKey(hexToBytes(publicKey))
  if (shares.length !== members.length || threshold !== thresholdOf(members.length))
    throw refuse(
      'GROUP_KEY',
      `A key of ${threshold} of ${shares.length} is not one of these ${members.length} members.`,
    )
}
