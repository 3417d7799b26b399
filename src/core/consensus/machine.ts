import { clonePlain, hexToBytes } from '../codec/index.js'
import { MetisSeqError } from '../errors/index.js'
import type { Address } from '../types/hex.js'
import { applyBatchVote } from './batch.js'
import { applyCheckpointVote } from './checkpoint.js'
import { applyEvidence, applyStallVote } from './cut.js'
import { attestationDigest } from './digest.js'
import { holdsFormer } from './keys.js'
import { applyL1Events, applyRangeVote } from './l1.js'
import { memberOf } from './power.js'
import { refuse } from './refuse.js'
import { applyAnew, applyGroupVote, applySharing } from './sharing.js'
import { applySigned } from './signed.js'
import { applyFees, applyUnsigned } from './signing.js'
import type { Applied, ConsensusState, Content, Context, Draft, Message } from './types.js'

/**
 * The consensus state machine. The same messages in the same order give the same state on every machine; a message
 * that breaks a rule changes nothing and comes back with the reason. It never throws for what a message holds.
 */
export function apply(state: ConsensusState, message: Message, context: Context): Applied {
  const draft: Draft = { state: clonePlain(state), effects: [], context }
  try {
    dispatch(draft, message)
    return { state: draft.state, effects: draft.effects }
  } catch (error) {
    // Refusals are part of the protocol; anything else is a bug and must stop the node.
    if (!(error instanceof MetisSeqError) || error.severity !== 'refused') throw error
    return { state, effects: [], refused: { code: error.code, reason: error.message } }
  }
}

function dispatch(draft: Draft, message: Message): void {
  switch (message.type) {
    case 'attestation':
      return applyAttestation(draft, message)
    case 'l1Events':
      return applyL1Events(draft, message.from, message.events)
    case 'evidence':
      return applyEvidence(draft, message.seals)
    case 'signed':
      return applySigned(draft, message)
  }
}

function applyAttestation(draft: Draft, message: Extract<Message, { type: 'attestation' }>): void {
  const { member, content, signature } = message
  const { context, state } = draft
  const isOfSharing = content.kind === 'group' || content.kind === 'sharing'
  const joins = isOfSharing && state.proposed !== null && memberOf(state.proposed, member) !== undefined
  const isMember = memberOf(state.committee, member) !== undefined
  const stillSigns = content.kind === 'unsigned' && holdsFormer(state, member)
  if (!isMember && !joins && !stillSigns) {
    throw refuse('NOT_A_MEMBER', `${member} is not in the committee.`)
  }
  const signer = context.recover(attestationDigest(context.networkId, content), hexToBytes(signature))
  if (signer !== member) throw refuse('SIGNATURE_FOREIGN', `The attestation is not signed by ${member}.`)
  // First of all: what it says may call the next signers, of whom it is one that is there.
  if (isMember || stillSigns) state.seen[member] = context.time
  vote(draft, member, content)
}

function vote(draft: Draft, member: Address, content: Content): void {
  switch (content.kind) {
    case 'range':
      return applyRangeVote(draft, member, content.range)
    case 'checkpoint':
      return applyCheckpointVote(draft, member, content)
    case 'stall':
      return applyStallVote(draft, member, content)
    case 'group':
      return applyGroupVote(draft, member, content)
    case 'sharing':
      return applySharing(draft, member, content)
    case 'anew':
      return applyAnew(draft, member, content)
    case 'batch':
      return applyBatchVote(draft, member, content)
    case 'fees':
      return applyFees(draft, member, content)
    case 'unsigned':
      return applyUnsigned(draft, member, content)
  }
}
