import type { Address, Hash } from '../types/hex.js'
import type { L1Fees, Signing, SigningRequest, SigningSession, UnsignedContent } from './groupTypes.js'
import { holdersOf } from './keys.js'
import { memberOf } from './power.js'
import { refuse } from './refuse.js'
import { pairKey, pickSigners } from './signers.js'
import type { Content, Draft } from './types.js'

/** ms that two members who failed with one another are kept apart; with each time twice as long. */
const APART_FOR = 60_000
const MAX_DOUBLINGS = 12
/** Sessions of a request that are remembered, for what comes late of them. */
const KEPT_SESSIONS = 4
/** Until when a pair is kept apart that must not sign together as long as the key is shared as it is. */
export const BANNED = Number.MAX_SAFE_INTEGER
/** ms of a pause where everybody has failed with somebody, before all are tried again. */
const PAUSE = 2000
/** ms of a session after which any member may end it: all its signers may be gone. Those that are there have ended it long before. */
export const ABANDONED_AFTER = 30_000

/** Asks the group for a signature: the request and the first try of it stand in the record. */
export function requestSignature(draft: Draft, request: SigningRequest): void {
  const { state, context } = draft
  state.requests[request.id] = request
  state.signing[request.id] = {
    since: context.time,
    bump: 0,
    fees: null,
    quotes: {},
    session: null,
    past: [],
    refused: {},
  }
  draft.effects.push({ type: 'signatureRequested', request })
  // On L1 it begins when the members have said what it costs.
  if (request.chain === 'l2') openSession(draft, request.id)
}

/** Nobody needs it any more. */
export function forgetRequest({ state }: Draft, id: Hash): void {
  delete state.requests[id]
  delete state.signing[id]
}

/** Whose shares sign has changed: what is not signed is tried with the new ones. */
export function reopenSessions(draft: Draft): void {
  for (const [id, signing] of Object.entries(draft.state.signing)) {
    signing.refused = {} // a share that was missing is there now
    if (signing.session !== null) openSession(draft, id as Hash)
  }
}

/** The next try, by members that have not failed with one another (rule G1). */
function openSession(draft: Draft, id: Hash): void {
  const { state, context } = draft
  const { group } = state
  const signing = signingOf(draft, id)
  const holders = holdersOf(state, requestOf(draft, id).key)
  const pick = () => {
    const without = new Set(Object.keys(signing.refused) as Address[])
    return holders && pickSigners(state, context, { seed: id, without, among: holders.committee })
  }
  let from = context.time
  let signers = pick()
  if (signers === undefined) {
    // Bans stay; whatever else was held against members, some of them are honest.
    group.apart = group.apart.map((each) => (each.until === BANNED ? each : { ...each, until: context.time }))
    signing.refused = {}
    from += PAUSE
    signers = pick()
  }
  if (signing.session !== null) signing.past = [...signing.past, signing.session].slice(-KEPT_SESSIONS)
  group.sessions += 1
  const generation = holders?.generation ?? group.generation
  signing.session = { number: group.sessions, from, generation, signers: signers ?? [], ended: [] }
  draft.effects.push({ type: 'sessionOpened', request: id, session: signing.session })
}

/**
 * A member says what L1 asks for a transaction, or for the next one where L1 does not take the last (rules B2, G4). When t of them
 * have, the medians are the fees: fewer than half of any t can lie.
 */
export function applyFees(draft: Draft, member: Address, content: Extract<Content, { kind: 'fees' }>): void {
  const { state } = draft
  const request = state.requests[content.request]
  if (request === undefined) throw refuse('REQUEST_UNKNOWN', `No signature ${content.request} was asked for.`)
  const signing = signingOf(draft, request.id)
  if (request.chain !== 'l1' || content.bump !== nextBump(signing))
    throw refuse('FEES_NOT_ASKED', `Nobody asks for fees ${content.bump} of request ${request.id} now.`)
  const { fees } = content
  if (fees.maxPriorityFeePerGas > fees.maxFeePerGas)
    throw refuse('FEES_TIP', `A tip of ${fees.maxPriorityFeePerGas} wei is above the fee of ${fees.maxFeePerGas}.`)
  if (signing.quotes[member] !== undefined) throw refuse('VOTE_KNOWN', `${member} said its fees already.`)
  signing.quotes[member] = fees
  const quotes = Object.entries(signing.quotes)
    .filter(([each]) => memberOf(state.committee, each as Address) !== undefined)
    .map(([, each]) => each)
  if (quotes.length < state.committee.threshold) return
  signing.bump = content.bump
  signing.fees = medians(quotes, request.maxFeePerGas)
  signing.quotes = {}
  signing.refused = {}
  openSession(draft, request.id)
}

/** The number of the fees that may be said now; undefined while a session is under way. */
export function nextBump({ bump, fees, session }: Signing): number | undefined {
  if (fees === null) return 0
  return session === null ? bump + 1 : undefined
}

function medians(quotes: readonly L1Fees[], cap: bigint): L1Fees {
  const of = (read: (fees: L1Fees) => bigint) => {
    const sorted = quotes.map(read).sort((a, b) => (a < b ? -1 : Number(a > b)))
    const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0n
    return median < cap ? median : cap
  }
  return {
    maxFeePerGas: of((fees) => fees.maxFeePerGas),
    maxPriorityFeePerGas: of((fees) => fees.maxPriorityFeePerGas),
    maxFeePerBlobGas: of((fees) => fees.maxFeePerBlobGas),
  }
}

/**
 * A session gave no signature: who failed together is kept apart, who refuses is left out, and the next try begins (rules G2, G3).
 * What several signers have to say of one session all counts, whoever was first.
 */
export function applyUnsigned(draft: Draft, member: Address, content: UnsignedContent): void {
  const { state, context } = draft
  const signing = state.signing[content.request]
  const known = [signing?.session, ...(signing?.past ?? [])]
  const session = known.find((each) => each?.number === content.session)
  const isOpen = session === signing?.session
  if (signing === undefined || session == null) throw refuse('SESSION_OVER', `Session ${content.session} is over.`)
  const isSigner = session.signers.includes(member)
  if (!isSigner && !isOpen) throw refuse('SESSION_OVER', `Session ${content.session} is over.`)
  const abandonedAfter = session.signers.length === 0 ? PAUSE : ABANDONED_AFTER
  if (!isSigner && context.time < session.from + abandonedAfter)
    throw refuse('SESSION_FOREIGN', `${member} does not sign in session ${content.session}.`)
  if (session.ended.includes(member)) throw refuse('VOTE_KNOWN', `${member} said that of session ${content.session}.`)
  const { culprits, outcome, reason } = content
  const isForeign = culprits.some((each) => each === member || !session.signers.includes(each))
  if (isForeign || (outcome === 'refused' && culprits.length > 0))
    throw refuse('CULPRITS_FOREIGN', `${member} can only name others who sign in session ${content.session}.`)
  session.ended.push(member)
  if (isSigner) holdAgainst(draft, signing, session, member, content)
  const { request } = content
  const { kind, subject } = requestOf(draft, request)
  draft.effects.push({ type: 'sessionFailed', kind, subject, session: session.number, member, culprits, reason })
  if (isOpen) openSession(draft, request)
}

function holdAgainst(
  { state: { group }, context }: Draft,
  signing: Signing,
  session: SigningSession,
  member: Address,
  { ban, culprits, outcome, reason }: UnsignedContent,
): void {
  if (outcome === 'refused') signing.refused[member] = reason
  else if (culprits.length === 0) for (const each of session.signers) group.doubts[each] = (group.doubts[each] ?? 0) + 1
  for (const culprit of culprits) {
    const key = pairKey(member, culprit)
    const isPair = ({ pair }: { pair: [Address, Address] }) => pairKey(...pair) === key
    const before = group.apart.find(isPair)
    const times = before?.times ?? 0
    const isBanned = ban || before?.until === BANNED
    const until = isBanned ? BANNED : context.time + APART_FOR * 2 ** Math.min(times, MAX_DOUBLINGS)
    const entry = { pair: [member, culprit] as [Address, Address], times: times + 1, until }
    group.apart = [...group.apart.filter((each) => !isPair(each)), entry]
  }
}

function requestOf({ state }: Draft, id: Hash): SigningRequest {
  const request = state.requests[id]
  if (request === undefined) throw new Error(`nothing is asked under ${id}`)
  return request
}

function signingOf({ state }: Draft, id: Hash): Signing {
  const signing = state.signing[id]
  if (signing === undefined) throw new Error(`request ${id} is not being signed`)
  return signing
}
