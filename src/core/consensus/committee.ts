import type { Address } from '../types/hex.js'
import { isQuorum, makeCommittee, memberOf } from './power.js'
import { refuse } from './refuse.js'
import { membersOf, sequencerBySigner } from './staking.js'
import type { Content, Draft, ProposedCommittee } from './types.js'

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
  const generation = Math.max(state.group.generation, state.proposed?.generation ?? 0) + 1
  state.proposed = { generation, members: makeCommittee(wanted).members, votes: {}, ready: null }
  draft.effects.push({ type: 'committeeProposed', generation, members: addresses })
}

function sameAddresses(sorted: readonly Address[], members: readonly { address: Address }[]): boolean {
  return sorted.length === members.length && members.every(({ address }, i) => address === sorted[i])
}

/** A member, old or joining, says how the sharing of the key went. */
export function applyGroupVote(draft: Draft, member: Address, content: Extract<Content, { kind: 'group' }>): void {
  const { state } = draft
  const { proposed } = state
  if (proposed === null || proposed.generation !== content.generation) {
    throw refuse('GROUP_GENERATION', `No sharing of generation ${content.generation} is under way.`)
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
  if (joiners.every(({ address }) => agreeing.includes(address))) proposed.ready = content.address
}

/** At the opening of a term: the ready committee comes into force, and powers follow the stakes of now. */
export function enterCommittee(draft: Draft): void {
  const { state } = draft
  const ready: ProposedCommittee | null = state.proposed?.ready == null ? null : state.proposed
  const members = (ready ?? state.committee).members.map((member) => {
    const sequencer = sequencerBySigner(state, member.address)
    const stake = sequencer === undefined || sequencer.stake === 0n ? member.stake : sequencer.stake
    return { id: member.id, address: member.address, pubkey: member.pubkey, stake }
  })
  const before = state.committee
  state.committee = makeCommittee(members)
  if (ready?.ready != null) {
    state.group = { address: ready.ready, generation: ready.generation }
    state.proposed = null
    draft.effects.push({ type: 'committeeChanged', members: state.committee.members.map(({ address }) => address) })
  }
  if (JSON.stringify(before.members.map(key)) !== JSON.stringify(state.committee.members.map(key))) wipeTallies(draft)
  state.dropped = []
  proposeCommittee(draft)
}

const key = ({ address, power }: { address: Address; power: number }) => [address, power]

/** A vote counts against the committee that was in force when its slot opened, so a new one starts afresh (rule P3). */
function wipeTallies({ state }: Draft): void {
  state.l1.votes = {}
  state.batch.votes = {}
}
