import { formatMetis } from '../amount.js'
import { encodeRelock, encodeWithdraw } from '../calls.js'
import { type Precheck, precheck } from '../precheck.js'
import type { StakingContracts, StakingState } from '../types.js'
import { active, enoughMetis, owned, poolOpen, whitelisted } from './checks.js'
import { approvalNotes, approveSteps, type Draft, poolStep, type WishOf } from './draft.js'

/** LockingPool.relock: adds `amount` of the purse, and all of the reward where that is wished. */
export function draftTopup(state: StakingState, wish: WishOf<'topup'>, contracts: StakingContracts): Draft {
  const { id, amount, withReward, owner } = wish
  const { pool, account, sequencer } = state
  const reward = withReward ? (sequencer?.reward ?? 0n) : 0n
  const added = amount + reward
  const stake = (sequencer?.amount ?? 0n) + added
  const parts = withReward
    ? `${formatMetis(amount)} METIS and ${formatMetis(reward)} METIS of rewards`
    : `${formatMetis(amount)} METIS`
  const title = `add ${parts} to the lock of sequencer ${id}`
  const [max, grown] = [pool.maxLock, stake].map(formatMetis)
  return {
    title,
    prechecks: [
      poolOpen(state),
      ...owned(state, id, owner),
      whitelisted(state),
      active(state),
      precheck(
        'TOPUP_NOTHING',
        'something is added',
        added > 0n,
        'Nothing would be added to the lock.',
        'Name an --amount, or wait for rewards.',
      ),
      precheck(
        'TOPUP_ABOVE_MAXIMUM',
        `at most ${max} METIS in all`,
        stake <= pool.maxLock,
        `The lock would be ${grown} METIS, above the maximum of ${max} METIS.`,
        mendAbove(pool.maxLock - (stake - amount), reward),
      ),
      enoughMetis(state, amount),
    ],
    steps: [
      ...approveSteps(state, amount, contracts),
      poolStep('relock', title, contracts, encodeRelock(id, amount, withReward)),
    ],
    after: {
      metis: account.metis - amount,
      stake,
      reward: (sequencer?.reward ?? 0n) - reward,
      totalLocked: pool.totalLocked + added,
    },
    notes: approvalNotes(state, amount),
  }
}

/** `room` in wei is what the maximum leaves beside the stake and the `reward` that is relocked. */
function mendAbove(room: bigint, reward: bigint): string {
  if (room >= 0n) return `Add at most ${formatMetis(room)} METIS of your own.`
  if (reward === 0n) return 'Nothing can be added; the stake stays as it is.'
  return 'Send the rewards to L2 with `metis-seq rewards claim`: they are relocked as a whole or not at all.'
}

/** LockingPool.withdraw: takes a part of the stake home at once; the minimum stays. */
export function draftWithdraw(state: StakingState, wish: WishOf<'withdraw'>, contracts: StakingContracts): Draft {
  const { id, amount, owner } = wish
  const { pool, account, sequencer } = state
  const stake = sequencer?.amount ?? 0n
  const title = `withdraw ${formatMetis(amount)} METIS from the lock of sequencer ${id}`
  return {
    title,
    prechecks: [
      poolOpen(state),
      ...owned(state, id, owner),
      whitelisted(state),
      active(state),
      ...withdrawChecks(state, stake, amount),
    ],
    steps: [poolStep('withdraw', title, contracts, encodeWithdraw(id, amount))],
    after: { metis: account.metis + amount, stake: stake - amount, totalLocked: pool.totalLocked - amount },
    notes: ['The signer cannot be changed, and nothing more withdrawn, until the next reward batch.'],
  }
}

function withdrawChecks({ pool, sequencer }: StakingState, stake: bigint, amount: bigint): Precheck[] {
  const { minLock, currentBatch } = pool
  const free = stake > minLock ? stake - minLock : 0n
  const updated = sequencer?.updatedBatch ?? 0n
  return [
    precheck(
      'WITHDRAW_THROTTLE',
      'the lock was not changed in this reward batch',
      sequencer === undefined || currentBatch > updated,
      `The lock or the signer was changed in reward batch ${updated}, which is still running.`,
      `Try again when batch ${updated + 1n} has begun; \`metis-seq status\` shows it.`,
    ),
    precheck(
      'WITHDRAW_NOTHING',
      'something is withdrawn',
      amount > 0n,
      'The amount is 0 METIS.',
      'Name the METIS to take home.',
    ),
    precheck(
      'WITHDRAW_BELOW_MINIMUM',
      `at least ${formatMetis(minLock)} METIS stay`,
      stake - amount >= minLock,
      `Of ${formatMetis(stake)} METIS, ${formatMetis(minLock)} have to stay locked.`,
      `Withdraw at most ${formatMetis(free)} METIS, or leave with \`metis-seq unlock\`.`,
    ),
  ]
}
