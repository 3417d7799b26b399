import { hexToBytes } from '../codec/index.js'
import type { Address } from '../types/hex.js'
import { proposeCommittee } from './committee.js'
import { sealDigest } from './digest.js'
import { isQuorum } from './power.js'
import { refuse } from './refuse.js'
import { sequencerEverSigning } from './staking.js'
import { openTerm } from './term.js'
import type { ConsensusState, Content, Draft, Seal } from './types.js'

/**
 * "No checkpoint came for T", whatever the cause (rule T5). It counts only at the current checkpoint: one that is
 * decided first voids it, and the order of the record settles every race.
 */
export function applyStallVote(draft: Draft, member: Address, vote: Extract<Content, { kind: 'stall' }>): void {
  const { state } = draft
  if (vote.term !== state.term.term || vote.lastCheckpointNumber !== state.checkpoint.number) {
    throw refuse('STALL_OUTDATED', `Term ${vote.term} at checkpoint ${vote.lastCheckpointNumber} is not where we are.`)
  }
  if (state.stallVotes.includes(member)) throw refuse('VOTE_KNOWN', `${member} attested this stall already.`)
  state.stallVotes = [...state.stallVotes, member].sort()
  if (isQuorum(state.committee, state.stallVotes)) cutTerm(draft, 'stall')
}

const MAX_DOUBLINGS = 20

/**
 * Consensus time in ms from which a member attests a stall (rule T5): T after the latest of the term's opening, the
 * record of its whole opening and its last checkpoint. T doubles with each failed attempt since the last checkpoint.
 * Null while the opening is not signed: without a group key nobody could do better (rule E4).
 */
export function stallDue({ term, attempts }: ConsensusState, stallTimeout: number): number | null {
  if (term.signedAt === null) return null
  const since = Math.max(term.openedAt, term.signedAt, term.checkpointAt ?? 0)
  return since + stallTimeout * 2 ** Math.min(attempts, MAX_DOUBLINGS)
}

/** Two seals for one term and number with different hashes (rule T6). Needs no vote; cuts its own term and no other. */
export function applyEvidence(draft: Draft, [a, b]: readonly [Seal, Seal]): void {
  const { state } = draft
  if (a.term !== b.term || a.number !== b.number || a.hash === b.hash) {
    throw refuse('EVIDENCE_NONE', 'The two seals are not for different blocks of one term and number.')
  }
  const accused = state.term.term === a.term ? state.term : state.terms.find(({ term }) => term === a.term)
  if (accused === undefined) throw refuse('EVIDENCE_OLD', `Term ${a.term} is not in the record any more.`)
  for (const seal of [a, b]) {
    if (signerOf(draft, seal) !== accused.sequencer) {
      throw refuse('EVIDENCE_FOREIGN', `A seal is not by ${accused.sequencer}, the sequencer of term ${a.term}.`)
    }
  }
  const current = a.term === state.term.term
  if (!jail(draft, accused.sequencer, a) && !current) {
    throw refuse('EVIDENCE_KNOWN', `${accused.sequencer} is jailed already.`)
  }
  if (current) cutTerm(draft, 'evidence')
}

/** Takes eligibility at once, membership at the next change (rule P1). @returns false where that was done before */
function jail(draft: Draft, address: Address, { term, number }: Seal): boolean {
  const sequencer = sequencerEverSigning(draft.state, address)
  if (sequencer === undefined || sequencer.jailed) return false
  sequencer.jailed = true
  draft.effects.push({ type: 'slash', sequencer: address, term, number })
  proposeCommittee(draft)
  return true
}

function signerOf({ context }: Draft, seal: Seal): Address | undefined {
  return context.recover(sealDigest(context.networkId, seal), hexToBytes(seal.signature))
}

/** Ends the term at the last checkpoint; blocks above it are orphaned for ever (rule T5). */
function cutTerm(draft: Draft, reason: 'stall' | 'evidence'): void {
  const { state } = draft
  const { term, sequencer } = state.term
  if (!state.failed.includes(sequencer)) state.failed.push(sequencer)
  state.attempts += 1
  draft.effects.push({ type: 'termCut', term, sequencer, checkpoint: state.checkpoint, reason })
  openTerm(draft, 'replacement')
}
