import type { Hex } from '../../types/hex.js'
import { formatMetis } from '../amount.js'
import { encodeApprove } from '../calls.js'
import type { Precheck } from '../precheck.js'
import type { Snapshot, StakingContracts, StakingState, Step, Wish } from '../types.js'

/** What one action decides for itself; `planWish` adds what all have in common. */
export interface Draft {
  title: string
  prechecks: Precheck[]
  steps: Step[]
  /** What the steps change. */
  after: Partial<Snapshot>
  notes: string[]
}

export type WishOf<A extends Wish['action']> = Extract<Wish, { action: A }>

/** Gas that a call takes at most: what was measured on the contracts, and room for proxies and other tokens. */
export const GAS: Readonly<Record<Step['kind'], bigint>> = {
  approve: 80_000n,
  lock: 600_000n,
  relock: 300_000n,
  withdraw: 300_000n,
  unlock: 600_000n,
  unlockClaim: 600_000n,
  withdrawRewards: 450_000n,
  setSequencerRewardRecipient: 120_000n,
  updateSigner: 400_000n,
  setSequencerOwner: 160_000n,
  whitelist: 100_000n,
}

/** A call of LockingPool; `value` in wei of ETH. */
export function poolStep(kind: Step['kind'], title: string, contracts: StakingContracts, data: Hex, value = 0n): Step {
  return { kind, title, to: contracts.lockingPool, value, data, gasLimit: GAS[kind] }
}

/**
 * The approval of exactly `amount` wei for LockingInfo, which pulls the tokens (LockingInfo.newSequencer, increaseLocked);
 * none where nothing is taken or exactly that is allowed already.
 */
export function approveSteps(
  { account }: StakingState,
  amount: bigint,
  { metis, lockingInfo }: StakingContracts,
): Step[] {
  if (amount === 0n || account.allowance === amount) return []
  const title = `allow LockingInfo to take exactly ${formatMetis(amount)} METIS`
  return [
    { kind: 'approve', title, to: metis, value: 0n, data: encodeApprove(lockingInfo, amount), gasLimit: GAS.approve },
  ]
}

/** Says so where an allowance of another size is replaced. */
export function approvalNotes({ account }: StakingState, amount: bigint): string[] {
  if (amount === 0n || account.allowance === 0n || account.allowance === amount) return []
  return [`The allowance of ${formatMetis(account.allowance)} METIS that is there is replaced.`]
}
