import type { Address } from '../types/hex.js'
import { isQuorum, makeCommittee, memberOf, uncappedPower } from './power.js'
import { refuse } from './refuse.js'
import { membersOf, sequencerBySigner } from './staking.js'
import type { ConsensusState, Content, Draft, ProposedCommittee } from './types.js'

/**
 * Proposes a change of members where the stakes ask for one (rule P1). Only the key's new shares, attested, make it
 * ready, and only the opening of a term puts it in force.
 */
export function proposeCommittee(draft: Draft): void {
  const { state } = draft
  const wanted = membersOf(state).filter(({ address }) => !state.dropped.includes(address))
  if (wanted.length === 0) return
  const addresses = wanted.map(({ address }) => address).sort()
  if (sameAddresses(addresses, state.committee.members)) {
    state.proposed = null
    return
  }
  if (state.proposed !== null && sameAddresses(addresses, state.proposed.members)) return
  const generation = state.group.proposed + 1
  state.group.proposed = generation
  state.proposed = { generation, members: makeCommittee(wanted).members, votes: {}, ready: null }
  draft.effects.push({ type: 'committeeProposed', generation, members: addresses })
}

function sameAddresses(sorted: readonly Address[], members: readonly { address: Address }[]): boolean {
  return sorted.length === members.length && members.every(({ address }, i) => address === sorted[i])
}

/**
 * A member, old or joining, says how the sharing of the key went. Only a vote that names more members as failed
 * replaces one: who has the share may find out later that a joiner is gone, and an old vote sent again undoes nothing.
 */
export function applyGroupVote(draft: Draft, member: Address, content: Extract<Content, { kind: 'group' }>): void {
  const { state } = draft
  const { proposed } = state
  if (proposed === null || proposed.generation !== content.generation) {
    throw refuse('GROUP_GENERATION', `No sharing of generation ${content.generation} is under way.`)
  }
  const previous = proposed.votes[member]
  if (previous !== undefined && previous.failed.length >= content.failed.length) {
    throw refuse('VOTE_NOT_NEWER', `A vote that names ${previous.failed.length} members stands already (rule T8).`)
  }
  proposed.votes[member] = { address: content.address, failed: content.failed }
  const agreeing = Object.entries(proposed.votes)
    .filter(([, vote]) => vote.address === content.address && vote.failed.join() === content.failed.join())
    .map(([address]) => address as Address)
  if (!isQuorum(state.committee, agreeing)) return
  if (content.failed.length > 0) {
    state.dropped.push(...content.failed.filter((address) => memberOf(state.committee, address) === undefined))
    state.proposed = null
    proposeCommittee(draft)
    return
  }
  const joiners = proposed.members.filter(({ address }) => memberOf(state.committee, address) === undefined)
  // The old committee decides; but those who stay and join must be able to sign without those who leave.
  const able = isQuorum(makeCommittee(proposed.members), agreeing)
  if (able && joiners.every(({ address }) => agreeing.includes(address))) proposed.ready = content.address
}

/** At the opening of a term: the ready committee comes into force, and powers follow the stakes of now. */
export function enterCommittee(draft: Draft): void {
  const { state } = draft
  const ready: ProposedCommittee | null = state.proposed?.ready == null ? null : state.proposed
  const members = (ready ?? state.committee).members.map((member) => {
    const sequencer = sequencerBySigner(state, member.address)
    // Who leaves keeps the last power until the key is shared without it; no member is ever without power (rule P4).
    const stake = sequencer === undefined || uncappedPower(sequencer.stake) === 0 ? member.stake : sequencer.stake
    return { id: member.id, address: member.address, pubkey: member.pubkey, stake }
  })
  const before = state.committee
  state.committee = makeCommittee(members)
  if (ready?.ready != null) {
    state.group = { ...state.group, address: ready.ready, generation: ready.generation }
    state.proposed = null
    draft.effects.push({ type: 'committeeChanged', members: state.committee.members.map(({ address }) => address) })
  }
  const changed = JSON.stringify(before.members.map(key)) !== JSON.stringify(state.committee.members.map(key))
  if (changed) wipeTallies(draft)
  if (state.proposed !== null && (changed || isDisputed(state))) state.proposed = null // with a new number
  state.dropped = []
  proposeCommittee(draft)
}

const key = ({ address, power }: { address: Address; power: number }) => [address, power]

/**
 * So many call the sharing failed that the others are no quorum, and no quorum agrees with them: no vote could settle that any
 * more. A few that say so decide nothing, or each of them could begin every sharing anew.
 */
function isDisputed({ committee, proposed }: ConsensusState): boolean {
  const calm = committee.members.filter(({ address }) => (proposed?.votes[address]?.failed.length ?? 0) === 0)
  return !isQuorum(
    committee,
    calm.map(({ address }) => address),
  )
}

/** A vote counts against the committee that was in force when its slot opened, so a new one starts afresh (rule P3). */
function wipeTallies({ state }: Draft): void {
  state.l1.votes = {}
  state.batch.votes = {}
}
