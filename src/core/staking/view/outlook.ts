import type { Address } from '../../types/hex.js'
import { feeToSend } from '../actions/bridge.js'
import { formatShare } from '../amount.js'
import { BURNT_SIGNER_ID, type PoolState, type SequencerRecord, type StakingState } from '../types.js'

/** What L1 says of one sequencer and of its owner, read at one block; amounts in wei. */
export interface SequencerView {
  pool: PoolState
  record: SequencerRecord
  /** Of all sequencers. */
  totals: SetTotals
  owner: OwnerView
  /** Id under which LockingPool knows the signer; 2^256 - 1 for one that is burnt. */
  signerId: bigint
  bridge: StakingState['bridge']
}

/** The owner's account on L1. */
export interface OwnerView {
  whitelisted: boolean
  /** wei of METIS that are not locked */
  metis: bigint
  /** wei of ETH */
  eth: bigint
  /** wei of METIS that LockingInfo may still take; nothing is left over where an approval was used up. */
  allowanceInfo: bigint
  /** wei of METIS that LockingPool may take, which never takes any: somebody approved the wrong contract. */
  allowancePool: bigint
}

/** From which reward batch on something may be done again. */
export interface Throttle {
  fromBatch: bigint
  possible: boolean
}

/** What follows from a view. Amounts in wei, times in seconds. */
export interface Outlook {
  /** Percentage of the stakes of all active sequencers; "0.00" of one that is not active. */
  shareOfSet: string
  /** Percentage of all that is locked, also by those that are leaving. */
  shareOfLocked: string
  /** Epochs of a hundred that it can expect, for draws are weighted by stake. */
  expectedTurns: string
  /** METIS above the minimum. */
  free: bigint
  /** L2 gas that bridging the unclaimed rewards takes; 0 where there are none; null where the bridge gave no answer. */
  bridgeGas: bigint | null
  /** ETH that `rewards claim`, `unlock` or `claim` would have to send to the bridge now. */
  bridgeFee: bigint | null
  signerBurnt: boolean
  /** LockingPool.updateSigner; null unless it is active. */
  signerChange: Throttle | null
  /** LockingPool.withdraw; null unless it is active. */
  withdraw: Throttle | null
  /** Between `unlock` and `claim`. */
  exitDelay: bigint
  /** Since 1970; null unless it is leaving. */
  claimFrom: bigint | null
  /** Seconds until then, 0 when it is reached; null unless it is leaving. */
  claimIn: bigint | null
}

/** Shares, throttles, dates and the bridge's price of one sequencer. */
export function outlookOf({ pool, record, totals, signerId, bridge }: SequencerView): Outlook {
  const active = record.status === 'active'
  const share = shareOfSet(record, totals)
  const bridgeGas = bridge && (record.reward > 0n ? bridge.minL2Gas : 0n)
  const claimFrom = record.status === 'inactive' ? record.unlockClaimTime : null
  const throttle = (fromBatch: bigint) => (active ? { fromBatch, possible: pool.currentBatch >= fromBatch } : null)
  return {
    shareOfSet: share,
    shareOfLocked: formatShare(record.amount, pool.totalLocked),
    expectedTurns: share,
    free: record.amount > pool.minLock ? record.amount - pool.minLock : 0n,
    bridgeGas,
    bridgeFee: bridge && feeToSend({ bridge }, record),
    signerBurnt: signerId === BURNT_SIGNER_ID,
    signerChange: throttle(record.updatedBatch + pool.signerUpdateThrottle),
    withdraw: throttle(record.updatedBatch + 1n),
    exitDelay: pool.exitDelay,
    claimFrom,
    claimIn: claimFrom === null ? null : later(claimFrom, pool.block.timestamp),
  }
}

/** What all sequencers are together; amounts in wei. */
export interface SetTotals {
  sequencers: number
  active: number
  /** Stakes of the active ones. */
  activeStake: bigint
  /** Stakes of all, also of those that are leaving. */
  stake: bigint
  /** Unclaimed. */
  reward: bigint
}

export function totalsOf(sequencers: readonly SequencerRecord[]): SetTotals {
  const active = sequencers.filter(({ status }) => status === 'active')
  const sum = (of: readonly SequencerRecord[], field: 'amount' | 'reward') =>
    of.reduce((total, each) => total + each[field], 0n)
  return {
    sequencers: sequencers.length,
    active: active.length,
    activeStake: sum(active, 'amount'),
    stake: sum(sequencers, 'amount'),
    reward: sum(sequencers, 'reward'),
  }
}

/** Percentage of the stakes of all active sequencers. */
export function shareOfSet({ status, amount }: SequencerRecord, { activeStake }: SetTotals): string {
  return formatShare(status === 'active' ? amount : 0n, activeStake)
}

/** Turns of one sequencer among the last terms of which a node tells. */
export interface Turns {
  /** Terms that were looked at. */
  of: number
  had: number
  /** L2 blocks in them. */
  blocks: number
}

export function turnsOf(history: readonly { sequencer: Address; blocks: number }[], signer: Address): Turns {
  const mine = history.filter(({ sequencer }) => sequencer === signer)
  return { of: history.length, had: mine.length, blocks: mine.reduce((sum, { blocks }) => sum + blocks, 0) }
}

function later(time: bigint, now: bigint): bigint {
  return time > now ? time - now : 0n
}
