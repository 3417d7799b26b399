import { departed } from '../core/consensus/departed.js'
import type { PastSharing, SignatureRecord, SigningRequest } from '../core/consensus/groupTypes.js'
import { handoverCalls } from '../core/consensus/handover.js'
import { isHeard } from '../core/consensus/signers.js'
import { BANNED } from '../core/consensus/signing.js'
import type { ConsensusState } from '../core/consensus/types.js'
import type { Genesis } from '../core/genesis/types.js'
import type { Address, Hash } from '../core/types/hex.js'
import type { NodeContext } from './sequencer/context.js'

/** A member of the group, as the record has it. Times are ms since 1970. */
export interface GroupMemberView {
  /** Of its share, from 1. */
  index: number
  id: number
  address: Address
  /** When it was last heard in the record. */
  heardAt: number | null
  /** Whether it was heard so lately that it is called to sign. */
  heard: boolean
  /** It asked for a new share, having none. */
  lost: boolean
  /** Failed sessions that nobody could explain, since its last signature. */
  doubts: number
  /** With whom it does not sign, and until when; null: as long as the key is shared as it is. */
  apart: { from: Address; until: number | null }[]
}

/** A request that the group is to sign, or whose transaction is not in a final block yet. Fees are wei in decimal. */
export interface GroupRequestView {
  id: Hash
  kind: SigningRequest['kind']
  chain: 'l1' | 'l2'
  subject: number
  nonce: number
  to: Address
  since: number
  bump: number
  fees: { maxFeePerGas: string; maxPriorityFeePerGas: string; maxFeePerBlobGas: string } | null
  signed: boolean
  session: { number: number; from: number; signers: Address[] } | null
  refused: { member: Address; reason: string }[]
}

/** GET /v1/group. */
export interface GroupView {
  address: Address
  /** Members that sign, of all. */
  threshold: number
  generation: number
  /** Since when the key is shared as it is. */
  since: number
  /** Members that can be called to sign now. */
  able: number
  members: GroupMemberView[]
  /** A sharing that is under way, or waits for the next term. */
  sharing: {
    generation: number
    members: Address[]
    dealers: Address[]
    /** The last round in which somebody said something. */
    round: number
    done: Address[]
    failed: Address[]
    ready: boolean
  } | null
  /** Those who left, of all that shared the key at one time; so many of them are the key (rule B7). */
  departed: PastSharing | null
  /** The key before this one, while it hands over, who has to run for that, and which step on L1 is due. */
  former: { address: Address; members: Address[]; threshold: number; step: number; steps: number } | null
  /** Oldest first. */
  requests: GroupRequestView[]
  /** Oldest first. */
  signatures: SignatureRecord[]
  /** Sessions that ever were. */
  sessions: number
}

/** What consensus knows of the group. */
export function groupOf({ consensus, genesis, now }: Pick<NodeContext, 'consensus' | 'genesis' | 'now'>): GroupView {
  const { state } = consensus
  const { committee, group, signatures } = state
  const members = membersOf(state, now())
  return {
    address: group.address,
    threshold: committee.threshold,
    generation: group.generation,
    since: group.since,
    able: members.filter(({ heard, lost }) => heard && !lost).length,
    members,
    sharing: sharingOf(state),
    departed: departed(state),
    former: formerOf(state, genesis),
    requests: requestsOf(state),
    signatures,
    sessions: group.sessions,
  }
}

function membersOf({ committee, group, seen }: ConsensusState, now: number): GroupMemberView[] {
  return committee.members.map(({ address, id }, i) => ({
    index: i + 1,
    id,
    address,
    heardAt: seen[address] ?? null,
    heard: isHeard(seen, address, now),
    lost: group.anew[address] === true,
    doubts: group.doubts[address] ?? 0,
    apart: group.apart
      .filter(({ pair, until }) => pair.includes(address) && until > now)
      .map(({ pair: [a, b], until }) => ({
        from: a === address ? b : a,
        until: until === BANNED ? null : until,
      })),
  }))
}

function formerOf({ group }: ConsensusState, genesis: Genesis): GroupView['former'] {
  if (group.former === undefined) return null
  const { address, committee, handover } = group.former
  const steps = handoverCalls(genesis, group.address, 0).length
  const members = committee.members.map((member) => member.address)
  return { address, members, threshold: committee.threshold, step: handover?.step ?? steps, steps }
}

function sharingOf({ proposed }: ConsensusState): GroupView['sharing'] {
  if (proposed === null) return null
  const { broadcasts, dealers, generation, members, ready, votes } = proposed
  const votesOf = (has: (failed: readonly Address[]) => boolean) =>
    Object.entries(votes).flatMap(([address, { failed }]) => (has(failed) ? [address as Address] : []))
  return {
    generation,
    members: members.map(({ address }) => address),
    dealers,
    round: Math.max(0, ...Object.values(broadcasts).flatMap((said) => Object.keys(said).map(Number))),
    done: votesOf((failed) => failed.length === 0),
    failed: [...new Set(Object.values(votes).flatMap(({ failed }) => failed))],
    ready: ready !== null,
  }
}

function requestsOf({ requests, signing, term }: ConsensusState): GroupRequestView[] {
  // Consensus forgets a term's opening when the next term is drawn; it is final with the first checkpoint.
  const done = new Set(term.checkpointAt === null ? [] : term.opening)
  const open = Object.values(requests).flatMap(({ id, kind, chain, subject, nonce, to, signed }) => {
    const of = signing[id]
    if (of === undefined || done.has(id)) return []
    const { bump, fees, refused, session, since } = of
    return {
      id,
      kind,
      chain,
      subject,
      nonce,
      to,
      since,
      bump,
      fees: fees && {
        maxFeePerGas: String(fees.maxFeePerGas),
        maxPriorityFeePerGas: String(fees.maxPriorityFeePerGas),
        maxFeePerBlobGas: String(fees.maxFeePerBlobGas),
      },
      signed: signed !== null,
      session: session && { number: session.number, from: session.from, signers: session.signers },
      refused: Object.entries(refused).map(([member, reason]) => ({ member: member as Address, reason })),
    }
  })
  return open.sort((a, b) => a.since - b.since || a.nonce - b.nonce)
}
