import type { Address } from '../types/hex.js'
import type { Draft } from './actions/draft.js'
import { draftClaim, draftClaimRewards, draftUnlock } from './actions/exit.js'
import { draftLock } from './actions/lock.js'
import { draftSetRewardRecipient, draftTransferOwner, draftUpdateSigner } from './actions/roles.js'
import { draftTopup, draftWithdraw } from './actions/stake.js'
import { formatMetis, formatShare } from './amount.js'
import { type Precheck, precheck } from './precheck.js'
import {
  type Plan,
  type Snapshot,
  SPEEDS,
  type Speed,
  type StakingContracts,
  type StakingState,
  type Wish,
  ZERO_ADDRESS,
} from './types.js'

/** What a wish needs and would do, on the chain as `state` has it, paid for at `speed`. Decides, sends nothing. */
export function planWish(state: StakingState, wish: Wish, contracts: StakingContracts, speed: Speed = 'normal'): Plan {
  const { title, prechecks, steps, after, notes } = draftOf(state, wish, contracts)
  const bridgeFee = steps.reduce((sum, { value }) => sum + value, 0n)
  const gas = steps.reduce((sum, { gasLimit }) => sum + gasLimit, 0n)
  const maxFees = Object.fromEntries(SPEEDS.map((speed) => [speed, gas * state.fees[speed].maxFeePerGas])) as Record<
    Speed,
    bigint
  >
  const before = snapshotOf(state)
  const needed = maxFees[speed] + bridgeFee
  const later = { ...before, ...after, eth: before.eth > needed ? before.eth - needed : 0n }
  return {
    wish,
    from: senderOf(wish),
    title,
    prechecks: [...prechecks, enoughEth(state, needed)],
    steps,
    bridgeFee,
    maxFees,
    before,
    after: { ...later, share: formatShare(later.stake, later.totalLocked) },
    notes,
  }
}

/** The account that has to send what is wished. */
export function senderOf(wish: Wish): Address {
  return wish.action === 'updateSigner' ? wish.signer : wish.owner
}

/**
 * What the chain shows after the steps, where it is not what the plan said; whole sentences. A reward batch that came in
 * between makes a stake larger that takes the rewards in.
 */
export function outcomeProblems(plan: Plan, now: StakingState): string[] {
  const seen = snapshotOf(now)
  const { wish, after } = plan
  const grown = wish.action === 'topup' && wish.withReward && seen.stake > after.stake
  const compared = ['stake', 'status', 'owner', 'signer', 'rewardRecipient'] as const
  const problems = compared
    .filter((field) => seen[field] !== after[field] && !(field === 'stake' && grown))
    .map((field) => `The ${field} is ${shown(seen[field])}; planned was ${shown(after[field])}.`)
  const leftOver = plan.steps.some(({ kind }) => kind === 'approve') && now.account.allowance !== 0n
  return leftOver ? [...problems, `LockingInfo may still take ${formatMetis(now.account.allowance)} METIS.`] : problems
}

function draftOf(state: StakingState, wish: Wish, contracts: StakingContracts): Draft {
  switch (wish.action) {
    case 'lock':
      return draftLock(state, wish, contracts)
    case 'topup':
      return draftTopup(state, wish, contracts)
    case 'withdraw':
      return draftWithdraw(state, wish, contracts)
    case 'unlock':
      return draftUnlock(state, wish, contracts)
    case 'claim':
      return draftClaim(state, wish, contracts)
    case 'claimRewards':
      return draftClaimRewards(state, wish, contracts)
    case 'setRewardRecipient':
      return draftSetRewardRecipient(state, wish, contracts)
    case 'updateSigner':
      return draftUpdateSigner(state, wish, contracts)
    case 'transferOwner':
      return draftTransferOwner(state, wish, contracts)
  }
}

function snapshotOf({ pool, account, sequencer }: StakingState): Snapshot {
  const stake = sequencer?.amount ?? 0n
  return {
    metis: account.metis,
    eth: account.eth,
    stake,
    reward: sequencer?.reward ?? 0n,
    totalLocked: pool.totalLocked,
    share: formatShare(stake, pool.totalLocked),
    status: sequencer?.status ?? 'none',
    owner: sequencer?.owner ?? ZERO_ADDRESS,
    signer: sequencer?.signer ?? ZERO_ADDRESS,
    rewardRecipient: sequencer?.rewardRecipient ?? ZERO_ADDRESS,
    unlockClaimTime: sequencer?.unlockClaimTime ?? 0n,
  }
}

function enoughEth({ account }: StakingState, needed: bigint): Precheck {
  return precheck(
    'INSUFFICIENT_ETH',
    `${formatMetis(needed)} ETH for gas and the bridge`,
    account.eth >= needed,
    `The account ${account.address} has ${formatMetis(account.eth)} ETH; the transactions may cost up to ${formatMetis(needed)} ETH.`,
    `Send ETH to ${account.address}, or wait for lower fees.`,
  )
}

function shown(value: string | bigint): string {
  return typeof value === 'bigint' ? `${formatMetis(value)} METIS` : value
}
