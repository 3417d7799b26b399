import { type RewardBatch, rewardsCalldata } from '../chain/rewards.js'
import type { Genesis } from '../genesis/types.js'
import type { Address, Hash } from '../types/hex.js'
import { type CallOnL1, L1_GAS, l1Request } from './onL1.js'
import { requestSignature } from './signing.js'
import { sequencerEverSigning } from './staking.js'
import type { BatchContent, ConsensusState, Draft, Rewards } from './types.js'

/** Epochs that one payment has at least: LockingPool takes no single one. */
export const MIN_REWARD_EPOCHS = 2

/** Nothing to be paid for yet, from this epoch on; `due` epochs are asked for at a time. */
export function unpaidFrom(epoch: number, due: number, signers: Rewards['signers'] = {}): Rewards {
  return { from: epoch, to: epoch - 1, blocks: {}, signers, due, flight: null }
}

/** L1 has another signer of this sequencer, or none any more. */
export function noteSigner({ state: { rewards } }: Draft, id: number, signer: Address | null): void {
  if (rewards !== undefined) rewards.signers[id] = signer
}

/** L1 holds the blocks of this batch: those who made them are to be paid (rule B8). LockingPool counts epochs from 1. */
export function countBlocks({ state }: Draft, { first, last: end }: BatchContent): void {
  const { rewards, terms } = state
  if (rewards === undefined) return
  for (const { epoch, last, parentNumber, sequencer } of terms) {
    const isOfBatch = parentNumber + 1 >= first && last <= end
    if (epoch === 0 || last === parentNumber || !isOfBatch) continue
    rewards.to = epoch
    const id = sequencerEverSigning(state, sequencer)?.id
    if (id !== undefined) rewards.blocks[id] = (rewards.blocks[id] ?? 0) + last - parentNumber
  }
}

/** Asks the group to pay where enough epochs wait for it; nothing else of the group is on its way to L1 then (rule B2). */
export function payRewards(draft: Draft): void {
  const { context, state } = draft
  const { rewards } = state
  if (rewards === undefined) return
  const { from, to } = rewards
  const content = { batch: state.staking.batch + 1, from, to, paid: paidNow(state, rewards) }
  if (to - from + 1 < rewards.due || content.paid.length === 0) return
  const call = rewardsCall(context.genesis, content)
  const request = l1Request(draft, { kind: 'rewards', subject: content.batch, ...call })
  rewards.flight = { content, request: request.id }
  requestSignature(draft, request)
}

export function rewardsCall({ l1 }: Genesis, content: RewardBatch): CallOnL1 {
  const gasLimit = L1_GAS.rewards(content.paid.length)
  return { to: l1.lockingPool, data: rewardsCalldata(content), gasLimit }
}

/** By the signers that L1 has now. Who cheated is not paid, nor who is gone: L1 does not know it any more. */
function paidNow({ staking }: ConsensusState, { blocks, signers }: Rewards): RewardBatch['paid'] {
  return Object.values(staking.sequencers).flatMap(({ id, jailed, signer }) => {
    const address = signers[id] === undefined ? signer : signers[id]
    const count = blocks[id] ?? 0
    return count === 0 || jailed || address === null ? [] : [{ address, blocks: count }]
  })
}

/** The payment was mined. Where L1 refused it, the same epochs are asked for again when as many more as usual are there. */
export function settleRewards({ context, effects, state }: Draft, isPaid: boolean, transaction: Hash): void {
  const { rewards } = state
  if (rewards?.flight == null) return
  const { content } = rewards.flight
  const every = context.genesis.group.rewardEpochs ?? MIN_REWARD_EPOCHS
  rewards.flight = null
  rewards.due = content.to - content.from + 1 + every
  if (!isPaid) return
  state.rewards = unpaidFrom(content.to + 1, every, rewards.signers)
  effects.push({ type: 'rewardsPaid', content, transaction })
}
