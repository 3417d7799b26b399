import { formatMetis } from './amount.js'
import type { StakingState, Wish } from './types.js'

/** When and how far a lock is to be raised; amounts in wei of METIS. Exactly one of `amount`, `target`, or `fromRewards` alone. */
export interface TopupWant {
  /** Add this much of the purse. */
  amount?: bigint
  /** Raise the stake to this much. */
  target?: bigint
  /** Use the unclaimed reward, first and wholly. */
  fromRewards?: boolean
  /** Only while the stake is below this. */
  whenBelow?: bigint
  /** Not for less than this: a transaction has to be worth its fee. */
  atLeast?: bigint
}

export type TopupDecision = { due: true; wish: Extract<Wish, { action: 'topup' }> } | { due: false; reason: string }

/**
 * Whether a top-up is due on the chain as it is, and of how much. It looks at the stake alone, so that asking again after
 * it was done, or after a run that was killed, gives nothing twice.
 */
export function decideTopup({ account, sequencer }: StakingState, id: bigint, want: TopupWant): TopupDecision {
  const { amount: stake, reward } = sequencer ?? { amount: 0n, reward: 0n }
  const withReward = want.fromRewards === true && reward > 0n
  const fromReward = withReward ? reward : 0n
  const missing = want.target === undefined ? (want.amount ?? 0n) : want.target - stake - fromReward
  const amount = missing > 0n ? missing : 0n
  const wish = { action: 'topup', owner: account.address, id, amount, withReward } as const
  // That nothing is due would hide that nothing can be done: the prechecks say why.
  if (sequencer?.owner !== account.address || sequencer.status !== 'active') return { due: true, wish }
  if (want.whenBelow !== undefined && stake >= want.whenBelow) {
    return {
      due: false,
      reason: `The stake of ${formatMetis(stake)} METIS is not below ${formatMetis(want.whenBelow)} METIS.`,
    }
  }
  if (want.target !== undefined && stake >= want.target) {
    return {
      due: false,
      reason: `The stake of ${formatMetis(stake)} METIS has reached ${formatMetis(want.target)} METIS.`,
    }
  }
  const added = amount + fromReward
  if (added === 0n) return { due: false, reason: 'There are no unclaimed rewards to relock.' }
  if (added < (want.atLeast ?? 0n)) {
    return {
      due: false,
      reason: `${formatMetis(added)} METIS is less than the ${formatMetis(want.atLeast ?? 0n)} METIS that are worth a transaction.`,
    }
  }
  return { due: true, wish }
}
