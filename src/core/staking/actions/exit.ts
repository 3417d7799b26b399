import { formatMetis } from '../amount.js'
import { encodeUnlock, encodeUnlockClaim, encodeWithdrawRewards } from '../calls.js'
import { precheck } from '../precheck.js'
import { dateOf, spanOf } from '../time.js'
import { type SequencerRecord, type StakingContracts, type StakingState, ZERO_ADDRESS } from '../types.js'
import { crossingNotes, feeKnown, feeToSend } from './bridge.js'
import { active, owned, poolOpen, recipientSet, whitelisted } from './checks.js'
import { type Draft, poolStep, type WishOf } from './draft.js'

/** LockingPool.withdrawRewards: all rewards go over the bridge to the recipient on L2. */
export function draftClaimRewards(
  state: StakingState,
  wish: WishOf<'claimRewards'>,
  contracts: StakingContracts,
): Draft {
  const reward = state.sequencer?.reward ?? 0n
  const crossing = { ...wish, reward }
  const title = `claim ${formatMetis(reward)} METIS of rewards of sequencer ${wish.id}`
  return {
    title,
    prechecks: [
      poolOpen(state),
      ...owned(state, wish.id, wish.owner),
      whitelisted(state),
      active(state),
      recipientSet(state),
      precheck(
        'REWARD_NOTHING',
        'there are rewards',
        reward > 0n,
        'There are no unclaimed rewards; the call would do nothing.',
        'Rewards come with each reward batch; `metis-seq rewards show` has them.',
      ),
      ...feeKnown(state, crossing),
    ],
    steps: [poolStep('withdrawRewards', title, contracts, encodeWithdrawRewards(wish.id), feeToSend(state, crossing))],
    after: { reward: 0n },
    notes: crossingNotes(state, crossing, recipientOf(state.sequencer)),
  }
}

/** LockingPool.unlock: the sequencer stops at once; the stake can be claimed when the exit delay is over. */
export function draftUnlock(state: StakingState, wish: WishOf<'unlock'>, contracts: StakingContracts): Draft {
  const { pool, sequencer } = state
  const crossing = { ...wish, reward: sequencer?.reward ?? 0n }
  const title = `leave with sequencer ${wish.id}`
  const claimable = pool.block.timestamp + pool.exitDelay
  return {
    title,
    prechecks: [
      poolOpen(state),
      ...owned(state, wish.id, wish.owner),
      whitelisted(state),
      active(state),
      recipientSet(state),
      ...feeKnown(state, crossing),
    ],
    steps: [poolStep('unlock', title, contracts, encodeUnlock(wish.id), feeToSend(state, crossing))],
    after: { reward: 0n, status: 'inactive', unlockClaimTime: claimable },
    notes: [
      `It cannot be taken back. The sequencer stops, and its ${formatMetis(sequencer?.amount ?? 0n)} METIS can be claimed from about ${dateOf(claimable)} on (${spanOf(pool.exitDelay)}).`,
      ...crossingNotes(state, crossing, recipientOf(sequencer)),
    ],
  }
}

/** LockingPool.unlockClaim: the stake goes home to the owner on L1; the signer is burnt. */
export function draftClaim(state: StakingState, wish: WishOf<'claim'>, contracts: StakingContracts): Draft {
  const { pool, account, sequencer } = state
  const stake = sequencer?.amount ?? 0n
  const crossing = { ...wish, reward: sequencer?.reward ?? 0n }
  const title = `claim the ${formatMetis(stake)} METIS of sequencer ${wish.id}`
  return {
    title,
    prechecks: [
      poolOpen(state),
      ...owned(state, wish.id, wish.owner),
      whitelisted(state),
      recipientSet(state),
      leaving(sequencer),
      delayOver(state),
      ...feeKnown(state, crossing),
    ],
    steps: [poolStep('unlockClaim', title, contracts, encodeUnlockClaim(wish.id), feeToSend(state, crossing))],
    after: {
      metis: account.metis + stake,
      stake: 0n,
      reward: 0n,
      totalLocked: pool.totalLocked - stake,
      status: 'unlocked',
    },
    notes: [
      `The signer ${sequencer?.signer ?? ZERO_ADDRESS} can never be used again.`,
      ...crossingNotes(state, crossing, recipientOf(sequencer)),
    ],
  }
}

function leaving(sequencer: SequencerRecord | undefined) {
  const status = sequencer?.status ?? 'unavailable'
  return precheck(
    'NOT_LEAVING',
    'the sequencer is leaving',
    sequencer === undefined || status === 'inactive',
    `The sequencer is ${status}, so there is no stake to claim.`,
    status === 'active'
      ? 'Begin with `metis-seq unlock`; the stake can be claimed when the exit delay is over.'
      : 'Nothing is left to do.',
  )
}

function delayOver({ pool, sequencer }: StakingState) {
  const time = sequencer?.unlockClaimTime ?? 0n
  const now = pool.block.timestamp
  return precheck(
    'EXIT_DELAY',
    'the exit delay is over',
    sequencer?.status !== 'inactive' || now >= time,
    `The exit delay ends on ${dateOf(time)}, in ${spanOf(time > now ? time - now : 0n)}.`,
    'Run `metis-seq claim` again after that.',
  )
}

function recipientOf(sequencer: SequencerRecord | undefined) {
  return sequencer?.rewardRecipient ?? ZERO_ADDRESS
}
