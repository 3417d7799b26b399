import { canonicalJson } from '../codec/index.js'
import type { Address } from '../types/hex.js'
import { isQuorum } from './power.js'
import { refuse } from './refuse.js'
import { enterContract, openTerm } from './term.js'
import type { Checkpoint, CheckpointContent, ConsensusState, Draft } from './types.js'

/** A vote lists at most this many blocks, and the head may lead the checkpoint by as many (rule T3). */
export const MAX_LEAD = 32

/** A vote supports each block it lists; decided is the highest that a quorum's live votes list (rule T3). */
export function applyCheckpointVote(draft: Draft, member: Address, vote: CheckpointContent): void {
  const { state } = draft
  checkVote(state, vote)
  const previous = state.checkpointVotes[member]
  if (previous !== undefined && lastNumber(previous) >= lastNumber(vote)) {
    throw refuse('VOTE_NOT_NEWER', `A vote up to block ${lastNumber(previous)} stands already (rule T8).`)
  }
  state.checkpointVotes[member] = vote
  const decided = highestSupported(state)
  if (decided !== undefined) decide(draft, decided)
}

function checkVote(state: ConsensusState, vote: CheckpointContent): void {
  const { term } = state
  if (vote.term !== term.term)
    throw refuse('TERM_NOT_CURRENT', `Term ${vote.term} is not the current one, ${term.term}.`)
  if (vote.blocks.length === 0 || vote.blocks.length > MAX_LEAD) {
    throw refuse('CHECKPOINT_SIZE', `A vote lists 1 to ${MAX_LEAD} blocks, not ${vote.blocks.length}.`)
  }
  if (vote.prevNumber < term.parentNumber || lastNumber(vote) > term.endBlock) {
    throw refuse('CHECKPOINT_RANGE', `Blocks ${vote.prevNumber + 1} to ${lastNumber(vote)} are not all of this term.`)
  }
  if (!contains(vote, state.checkpoint) || lastNumber(vote) <= state.checkpoint.number) {
    throw refuse('CHECKPOINT_BEHIND', `The vote does not go on from the checkpoint at ${state.checkpoint.number}.`)
  }
}

const lastNumber = (vote: CheckpointContent) => vote.prevNumber + vote.blocks.length

/** Whether the voter's chain contains this block. */
function contains(vote: CheckpointContent, { number, hash }: { number: number; hash: string }): boolean {
  if (vote.prevNumber === number) return vote.prevHash === hash
  return vote.blocks[number - vote.prevNumber - 1]?.hash === hash
}

function highestSupported(state: ConsensusState): Checkpoint | undefined {
  const votes = Object.entries(state.checkpointVotes).filter(([, vote]) => contains(vote, state.checkpoint))
  const highest = Math.max(...votes.map(([, vote]) => lastNumber(vote)))
  // At most MAX_LEAD steps: no vote that contains the checkpoint reaches further.
  for (let number = highest; number > state.checkpoint.number; number--) {
    const supporters = new Map<string, Address[]>()
    for (const [member, vote] of votes) {
      const block = vote.blocks[number - vote.prevNumber - 1]
      if (block === undefined) continue
      const text = canonicalJson(block)
      supporters.set(text, [...(supporters.get(text) ?? []), member as Address])
      if (isQuorum(state.committee, supporters.get(text) ?? [])) return { number, ...block }
    }
  }
  return undefined
}

function decide(draft: Draft, checkpoint: Checkpoint): void {
  const { state, context } = draft
  state.checkpoint = checkpoint
  enterContract(draft)
  state.term.checkpointAt = context.time
  state.failed = []
  state.attempts = 0
  state.stallVotes = []
  for (const [member, vote] of Object.entries(state.checkpointVotes)) {
    if (!contains(vote, checkpoint)) delete state.checkpointVotes[member as Address]
  }
  draft.effects.push({ type: 'checkpointDecided', checkpoint, term: state.term.term })
  if (checkpoint.number === state.term.endBlock) openTerm(draft, 'boundary')
}
