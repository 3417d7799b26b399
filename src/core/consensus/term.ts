import { drawSequencer } from '../selection/beacon.js'
import type { Address } from '../types/hex.js'
import { enterCommittee } from './committee.js'
import type { SigningRequest } from './groupTypes.js'
import { forgetFormer } from './handover.js'
import { openingRequests } from './opening.js'
import { memberOf } from './power.js'
import { forgetRequest, requestSignature } from './signing.js'
import { isEligible, sequencerEverSigning } from './staking.js'
import type { ClosedTerm, ConsensusState, CurrentTerm, Draft, Snapshot, Term } from './types.js'

const KEPT_TERMS = 64

/**
 * Opens the next term on the decided checkpoint (rule T1): at a normal boundary, or as the replacement of a term that
 * was cut (rule T7). The committee changes here and nowhere else (rule P1).
 */
export function openTerm(draft: Draft, kind: 'boundary' | 'replacement'): void {
  const { state, context } = draft
  closeTerm(draft, kind === 'replacement')
  enterCommittee(draft)
  const ahead = kind === 'boundary' && state.next !== null && mayServe(state, state.next.sequencer)
  const term = nextTerm(state, context.genesis.consensus.epochLength)
  const sequencer = ahead && state.next !== null ? state.next.sequencer : draw(draft, term)
  const opened: CurrentTerm = {
    ...term,
    sequencer,
    kind,
    openedAt: context.time,
    signedAt: null,
    checkpointAt: null,
    opening: [],
  }
  const wanted = openingRequests(draft, opened, state.contract)
  opened.opening = wanted.map(({ id }) => id)
  state.term = opened
  state.checkpointVotes = {}
  state.stallVotes = []
  draft.effects.push({ type: 'termOpened', term: opened })
  request(draft, wanted)
  markSigned(draft)
  drawNext(draft)
}

function nextTerm(state: ConsensusState, epochLength: number): Omit<Term, 'sequencer'> {
  return {
    term: state.term.term + 1,
    epoch: state.contract.epoch + 1,
    parentNumber: state.checkpoint.number,
    parentHash: state.checkpoint.hash,
    endBlock: state.checkpoint.number + epochLength,
    l1Origin: state.l1.applied.number,
  }
}

/** Draws who follows at the normal boundary, and asks for the signature of its opening ahead of time (rule E2). */
export function drawNext(draft: Draft): void {
  const { state, context } = draft
  const { term } = state
  const contract = contractAfter(draft)
  const following = {
    term: term.term + 1,
    epoch: contract.epoch + 1,
    parentNumber: term.endBlock,
    // Known once the boundary is decided; the opening's calldata does not name it.
    parentHash: term.parentHash,
    endBlock: term.endBlock + context.genesis.consensus.epochLength,
    l1Origin: state.l1.applied.number,
  }
  const sequencer = draw(draft, following)
  const wanted = openingRequests(draft, { ...following, sequencer, kind: 'boundary' }, contract)
  state.next = { sequencer, opening: wanted.map(({ id }) => id) }
  request(draft, wanted)
  dropRequests(draft)
}

/** The draw of rule S1 by the newest complete snapshot; the failed are left out while anybody else is there (rule T7). */
function draw({ state, context }: Draft, { epoch, term }: { epoch: number; term: number }): Address {
  const snapshot = newestComplete(state)
  const known = snapshot.candidates.filter(({ address }) => mayServe(state, address))
  const everybody = state.committee.members.filter(({ address }) => isEligible(state, address))
  const fresh = (list: readonly { address: Address; stake: bigint }[]) =>
    list.filter(({ address }) => !state.failed.includes(address))
  // Nobody eligible: sequencing by a member that is leaving is better than a chain that can't go on.
  const free = state.committee.members.filter(({ address }) => sequencerEverSigning(state, address)?.jailed !== true)
  const lists = [fresh(known), fresh(everybody), fresh(free), free, state.committee.members]
  const candidates = lists.find((list) => list.length > 0)
  return drawSequencer({
    prevRandao: snapshot.prevRandao,
    networkId: context.networkId,
    epoch: BigInt(epoch),
    term: BigInt(term),
    candidates: candidates ?? [],
  })
}

function newestComplete(state: ConsensusState): Snapshot & { prevRandao: Address } {
  for (const { prevRandao, ...snapshot } of [...state.snapshots].reverse()) {
    if (prevRandao !== null) return { ...snapshot, prevRandao }
  }
  return { height: 0, candidates: [], prevRandao: state.checkpoint.hash }
}

const mayServe = (state: ConsensusState, address: Address) =>
  memberOf(state.committee, address) !== undefined && isEligible(state, address)

/** The contract once the current term's opening is in the chain; as it is where that is so already. */
function contractAfter({ state, context }: Draft): ConsensusState['contract'] {
  const { term, contract } = state
  if (term.kind === 'genesis' || term.checkpointAt !== null) return contract
  const kinds = term.opening.map((id) => state.requests[id]?.kind)
  return {
    epoch: term.epoch,
    epochLength: kinds.includes('updateEpochLength') ? context.genesis.consensus.epochLength : contract.epochLength,
    mpc: kinds.includes('updateMpcAddress') ? state.group.address : contract.mpc,
    // A new key has sent nothing yet.
    nonce: kinds.includes('updateMpcAddress') ? 0 : contract.nonce + term.opening.length,
  }
}

/** At a checkpoint: with the term's first one its opening transactions are final, so the contract has changed. */
export function enterContract(draft: Draft): void {
  draft.state.contract = contractAfter(draft)
  forgetFormer(draft)
}

function closeTerm({ state, context }: Draft, cut: boolean): void {
  const { openedAt: _opened, signedAt: _signed, checkpointAt: _checkpoint, opening: _opening, ...term } = state.term
  const { number: last, hash: lastHash } = state.checkpoint
  const closed: ClosedTerm = { ...term, last, lastHash, cut, closedAt: context.time }
  const unbatched = (each: ClosedTerm) => each.last >= state.batch.nextBlock
  state.terms = [...state.terms, closed].filter((each, i, all) => unbatched(each) || i >= all.length - KEPT_TERMS)
}

function request(draft: Draft, wanted: readonly SigningRequest[]): void {
  for (const each of wanted) {
    if (draft.state.requests[each.id] === undefined) requestSignature(draft, each) // else it is signed ahead, or asked for
  }
}

/** Openings of terms that will never be are forgotten; the signers' guards are not. */
function dropRequests(draft: Draft): void {
  const { state } = draft
  const kept = new Set([...state.term.opening, ...(state.next?.opening ?? [])])
  for (const { id, chain } of Object.values(state.requests)) {
    if (chain === 'l2' && !kept.has(id)) forgetRequest(draft, id)
  }
}

/** The stall clock starts when the whole opening stands signed in the record (rule T5). */
export function markSigned({ state, context }: Draft): void {
  const { term } = state
  if (term.signedAt !== null) return
  if (term.opening.every((id) => state.requests[id]?.signed != null)) term.signedAt = context.time
}
