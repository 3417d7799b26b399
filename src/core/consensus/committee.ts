import { canonicalHash, hexToBytes } from '../codec/index.js'
import { readGroupKey } from '../threshold/publicKey.js'
import type { Address, Hex } from '../types/hex.js'
import { requestOnL1 } from './batch.js'
import type { Committee } from './committeeTypes.js'
import { mustReplaceKey, withPast } from './departed.js'
import type { FormerKey, Group } from './groupTypes.js'
import { handOver } from './handover.js'
import { holdsFormer } from './keys.js'
import { isQuorum, makeCommittee, memberOf, uncappedPower } from './power.js'
import { pickSigners } from './signers.js'
import { BANNED, reopenSessions } from './signing.js'
import { membersOf, sequencerBySigner } from './staking.js'
import type { ConsensusState, Draft, ProposedCommittee } from './types.js'

/**
 * Proposes a change of members where the stakes ask for one, or the same members where a quorum wants new shares (rule P1).
 * Only the key's new shares, attested, make it ready, and only the opening of a term puts it in force.
 */
export function proposeCommittee(draft: Draft): void {
  const { state, context } = draft
  const wanted = membersOf(state).filter(({ address }) => !state.dropped.includes(address))
  if (wanted.length === 0) return
  const addresses = wanted.map(({ address }) => address).sort()
  if (sameAddresses(addresses, state.committee.members) && !isQuorum(state.committee, addressesOf(state.group.anew))) {
    state.proposed = null
    return
  }
  if (state.proposed !== null && sameAddresses(addresses, state.proposed.members)) return
  state.proposed = null
  const generation = state.group.proposed + 1
  const isNew = context.genesis.l1.owned !== undefined && mustReplaceKey(state, addresses)
  if (isNew && state.group.former !== undefined) return // one key hands over at a time
  const dealers = isNew ? [] : pickSigners(state, context, { seed: canonicalHash(generation), without: new Set() })
  if (context.time < state.group.notBefore || dealers === undefined) return
  state.group.proposed = generation
  const { members } = makeCommittee(wanted)
  state.proposed = { generation, members, dealers, broadcasts: {}, votes: {}, ready: null }
  draft.effects.push({ type: 'committeeProposed', generation, members: addresses })
}

const addressesOf = (record: Readonly<Record<Address, unknown>>) => Object.keys(record) as Address[]

function sameAddresses(sorted: readonly Address[], members: readonly { address: Address }[]): boolean {
  return sorted.length === members.length && members.every(({ address }, i) => address === sorted[i])
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
    enterSharing(draft, { generation: ready.generation, publicKey: ready.ready, before })
    state.proposed = null
    reopenSessions(draft)
    if (requestOnL1(state) === undefined) handOver(draft, state.l1.applied.number)
    draft.effects.push({ type: 'committeeChanged', members: state.committee.members.map(({ address }) => address) })
  }
  const changed = JSON.stringify(before.members.map(key)) !== JSON.stringify(state.committee.members.map(key))
  if (changed) wipeTallies(draft)
  if (state.proposed !== null && (changed || isDisputed(state))) state.proposed = null // with a new number
  state.dropped = []
  proposeCommittee(draft)
}

/** The new shares sign from now on; where they are of another key, the one before hands over (rule B7). */
function enterSharing(
  { context, effects, state }: Draft,
  { before, generation, publicKey }: { before: Committee; generation: number; publicKey: Hex },
): void {
  const { group } = state
  const { address } = readGroupKey(hexToBytes(publicKey))
  const isNew = address !== group.address
  const former = isNew ? formerKey(group, before) : group.former
  const isOfFormer = (each: Address) => former !== undefined && memberOf(former.committee, each) !== undefined
  state.group = {
    ...group,
    ...{ address, publicKey, generation, since: context.time, doubts: {}, anew: {} },
    // What must not sign together with the shares of the former key does not.
    apart: group.apart.filter(({ pair, until }) => until === BANNED && pair.every(isOfFormer)),
    past: isNew ? [] : withPast(group.past ?? [], before, state.committee),
    ...(former === undefined ? {} : { former }),
  }
  if (isNew) effects.push({ type: 'keyChanged', from: group.address, to: address })
}

function formerKey({ address, generation, publicKey }: Group, committee: Committee): FormerKey {
  return { address, generation, publicKey, committee, handover: { step: 0, request: null, inboxFrom: 0 } }
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
  const stays = (address: Address) => memberOf(state.committee, address) !== undefined || holdsFormer(state, address)
  state.seen = Object.fromEntries(Object.entries(state.seen).filter(([address]) => stays(address as Address)))
  for (const signing of Object.values(state.signing)) signing.quotes = {}
  state.l1.votes = {}
  state.batch.votes = {}
}
