import { formatMetis } from '../core/staking/amount.js'
import { dateOf, spanOf } from '../core/staking/time.js'
import type { Outlook } from '../core/staking/view/outlook.js'
import { type RewardRate, rewardRate } from '../core/staking/view/rate.js'
import type { L1Client } from '../l1/client.js'
import type { RewardHistory } from '../l1/rewards.js'
import type { Progress } from './progress.js'

/** A rate, and why it may rest on too little. */
export interface MeasuredRate extends RewardRate {
  /** What could not be searched; null where all was. */
  readonly gap: string | null
}

/** The last reward batches; it may take a while, so that `progress` says what is going on. */
export async function searchBatches(client: L1Client, head: number, progress: Progress): Promise<RewardHistory> {
  const { readRewardHistory } = await import('../l1/index.js')
  progress.step('Looking for reward batches of the last 30 days')
  return readRewardHistory(client, head)
}

/** What the whole set earned of late, at today's stakes. */
export function rateOf({ batches, gap }: RewardHistory, activeStake: bigint): MeasuredRate {
  return { ...rewardRate(batches, activeStake), gap }
}

/** A rate for a person, with the span over which it was measured. */
export function renderRate({ percent, reason, batches, from, to, gap }: MeasuredRate): string {
  const limits = gap === null ? '' : ` ${gap}`
  if (percent === null || from === null || to === null) return `not known. ${reason ?? ''}${limits}`
  const span = `measured over ${spanOf(to - from)}, from ${dateOf(from)} to ${dateOf(to)}, by ${batches} reward batches`
  return `${percent} % a year, ${span}.${limits}`
}

/** The bridge's price for a person. */
export function renderBridge({ bridgeFee, bridgeGas }: Outlook): string {
  if (bridgeFee === null) return 'its price could not be read'
  if (bridgeFee === 0n) return 'nothing to pay, as there are no rewards to bridge'
  return `${formatMetis(bridgeFee)} ETH to claim the rewards or to leave, for ${bridgeGas} gas on L2`
}
