import { canonicalJson } from '../codec/index.js'
import type { Address } from '../types/hex.js'
import { applyGroupTransaction } from './batch.js'
import { proposeCommittee } from './committee.js'
import { creditDust } from './deposit.js'
import { eventsRoot } from './digest.js'
import { isQuorum } from './power.js'
import { refuse } from './refuse.js'
import { noteSigner } from './rewards.js'
import { changeSequencer, membersOf, registerSequencer } from './staking.js'
import type { Draft, L1Event, L1Range } from './types.js'

export const MAX_RANGE_BLOCKS = 256
export const MAX_RANGE_EVENTS = 1024
const NO_EVENTS = eventsRoot([])

/** A vote for a range of L1 blocks (rules L1, T8): contiguous, one live vote a member, replaced only by a longer one. */
export function applyRangeVote(draft: Draft, member: Address, range: L1Range): void {
  const { l1, committee } = draft.state
  if (l1.decided !== null) throw refuse('RANGE_PENDING', 'The events of the last decided range are still missing.')
  if (range.from !== l1.applied.number + 1 || range.prevToHash !== l1.applied.hash) {
    throw refuse('RANGE_NOT_NEXT', `The next range starts at L1 block ${l1.applied.number + 1} on ${l1.applied.hash}.`)
  }
  if (range.to < range.from || range.to - range.from >= MAX_RANGE_BLOCKS) {
    throw refuse('RANGE_SIZE', `A range has 1 to ${MAX_RANGE_BLOCKS} blocks, not ${range.from} to ${range.to}.`)
  }
  const previous = l1.votes[member]
  if (previous !== undefined && previous.to >= range.to) {
    throw refuse('VOTE_NOT_NEWER', `A vote up to L1 block ${previous.to} stands already.`)
  }
  l1.votes[member] = range
  const text = canonicalJson(range)
  const agreeing = Object.entries(l1.votes).filter(([, vote]) => canonicalJson(vote) === text)
  if (
    !isQuorum(
      committee,
      agreeing.map(([address]) => address as Address),
    )
  )
    return
  l1.votes = {}
  l1.decided = range
  draft.effects.push({ type: 'rangeDecided', range })
  if (range.eventsRoot === NO_EVENTS) applyEvents(draft, range, [])
}

/** The events of the decided range; anybody may bring them, their root is what was voted. */
export function applyL1Events(draft: Draft, from: number, events: readonly L1Event[]): void {
  const { decided } = draft.state.l1
  if (decided === null || decided.from !== from)
    throw refuse('RANGE_NOT_DECIDED', `No range from ${from} waits for events.`)
  if (eventsRoot(events) !== decided.eventsRoot) {
    throw refuse('EVENTS_ROOT', `These are not the events of L1 blocks ${decided.from} to ${decided.to}.`)
  }
  applyEvents(draft, decided, events)
}

function applyEvents(draft: Draft, range: L1Range, events: readonly L1Event[]): void {
  const { state } = draft
  let next = 0
  for (let block = range.from; block <= range.to; block++) {
    for (; next < events.length; next++) {
      const event = events[next]
      if (event === undefined || event.block > block) break
      applyEvent(draft, event)
    }
    takeSnapshot(draft, block)
  }
  state.l1.applied = { number: range.to, hash: range.toHash }
  state.l1.decided = null
  proposeCommittee(draft)
  draft.effects.push({ type: 'l1Applied', number: range.to })
}

function applyEvent(draft: Draft, event: L1Event): void {
  switch (event.type) {
    case 'locked':
      return registerSequencer(draft, event)
    case 'signer':
      noteSigner(draft, event.id, event.signer)
      return changeSequencer(draft, event)
    case 'stake':
    case 'exit':
      return changeSequencer(draft, event)
    case 'left':
      return noteSigner(draft, event.id, null)
    case 'rewardBatch':
      draft.state.staking.batch = Math.max(draft.state.staking.batch, event.batch)
      return
    case 'deposit':
      return creditDeposit(draft, event)
    case 'groupTransaction':
      return applyGroupTransaction(draft, event)
    case 'randao':
      return addEntropy(draft, event.block, event.value)
  }
}

function creditDeposit(draft: Draft, event: Extract<L1Event, { type: 'deposit' }>): void {
  const { l1 } = draft.state
  const { index, to, amount, block } = event
  const amountGwei = creditDust(l1.dust, to, amount)
  l1.deposits = index + 1
  draft.effects.push({ type: 'deposit', index, to, amountGwei, l1Block: block })
}

/** Rule S1: candidates and stakes freeze at every `snapshotInterval`th L1 block. */
function takeSnapshot({ state, context }: Draft, block: number): void {
  if (block % context.genesis.consensus.snapshotInterval !== 0) return
  const candidates = membersOf(state).map(({ address, stake }) => ({ address, stake }))
  state.snapshots.push({ height: block, candidates, prevRandao: null })
}

/** Rule S1: their entropy is the prevRandao of the block `entropyDelay` later; older complete snapshots are done with. */
function addEntropy({ state, context }: Draft, block: number, value: L1Range['prevRandao']): void {
  const height = block - context.genesis.consensus.entropyDelay
  const snapshot = state.snapshots.find((each) => each.height === height)
  if (snapshot === undefined) return
  snapshot.prevRandao = value
  state.snapshots = state.snapshots.filter((each) => each.height >= height)
}

/** Whether an L1 block's prevRandao is the entropy of a snapshot, so that the range must carry it. */
export function isEntropyBlock(block: number, consensus: { snapshotInterval: number; entropyDelay: number }): boolean {
  return (block - consensus.entropyDelay) % consensus.snapshotInterval === 0
}
