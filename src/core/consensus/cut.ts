import { hexToBytes } from '../codec/index.js'
import type { Address } from '../types/hex.js'
import { proposeCommittee } from './committee.js'
import { sealDigest } from './digest.js'
import { isQuorum } from './power.js'
import { refuse } from './refuse.js'
import { sequencerBySigner } from './staking.js'
import { openTerm } from './term.js'
import type { Content, Draft, Seal } from './types.js'

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
  const sequencer = sequencerBySigner(state, accused.sequencer)
  if (sequencer?.jailed === true) throw refuse('EVIDENCE_KNOWN', `${accused.sequencer} is jailed already.`)
  if (sequencer !== undefined) sequencer.jailed = true
  draft.effects.push({ type: 'slash', sequencer: accused.sequencer, term: a.term, number: a.number })
  proposeCommittee(draft)
  if (a.term === state.term.term) cutTerm(draft, 'evidence')
}

function signerOf({ context }: Draft, seal: Seal): Address | undefined {
  return context.recover(sealDigest(context.networkId, seal), hexToBytes(seal.signature))
}

/** Ends the term at the last checkpoint; blocks above it are orphaned for ever (rule T5). */
function cutTerm(draft: Draft, reason: 'stall' | 'evidence'): void {
  const { state } = draft
  const { term, sequencer } = state.term
  state.failed.push(sequencer)
  state.attempts += 1
  draft.effects.push({ type: 'termCut', term, sequencer, checkpoint: state.checkpoint, reason })
  openTerm(draft, 'replacement')
}
