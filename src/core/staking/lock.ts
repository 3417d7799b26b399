import { addressOfPublicKey } from '../consensus/crypto.js'
import type { Address, Hex } from '../types/hex.js'
import { formatMetis, formatShare } from './amount.js'
import { encodeApprove, encodeLockFor, encodeLockWithRewardRecipient } from './calls.js'
import { type Precheck, precheck } from './precheck.js'
import { BURNT_SIGNER_ID, type Fees, type PoolState, type StakingContracts, type Step, ZERO_ADDRESS } from './types.js'

/** Gas that the two calls take at most; measured at 46 and 420 thousand, the rest is for other tokens and growth. */
const APPROVE_GAS = 80_000n
const LOCK_GAS = 600_000n

export interface LockWish {
  owner: Address
  /** Where the caller named the signer; it must be the public key's address. */
  signer?: Address
  /** 64 bytes */
  pubkey: Hex
  /** wei of METIS */
  amount: bigint
  /** Gets the rewards on L2; it can be set later too. */
  rewardRecipient?: Address
}

/** What the chain says, read at one block; amounts in wei. */
export interface LockState {
  pool: PoolState
  whitelisted: boolean
  /** Id of the sequencer that the owner already has; 0 for none. */
  ownerId: bigint
  /** Id under which the signer is known; 0 for none, 2^256 - 1 for one that is burnt. */
  signerId: bigint
  metis: bigint
  eth: bigint
  /** METIS that LockingInfo may take from the owner. */
  allowance: bigint
  fees: Fees
}

export interface LockPlan {
  signer: Address
  prechecks: Precheck[]
  steps: Step[]
  /** Most that the steps cost together, in wei of ETH. */
  maxFee: bigint
  before: Balances
  /** After all steps, fees left out. */
  after: Balances
}

interface Balances {
  metis: bigint
  stake: bigint
  totalLocked: bigint
  /** Percentage of all that is locked. */
  share: string
}

/** What locking needs and would do (contract: LockingPool.lockFor and lockWithRewardRecipient). Decides, sends nothing. */
export function planLock(state: LockState, wish: LockWish, contracts: StakingContracts): LockPlan {
  const signer = addressOfPublicKey(wish.pubkey)
  const steps = lockSteps(state, wish, contracts, signer)
  const maxFee = steps.reduce((sum, { gasLimit }) => sum + gasLimit * state.fees.maxFeePerGas, 0n)
  const { totalLocked } = state.pool
  const locked = totalLocked + wish.amount
  return {
    signer,
    prechecks: [
      ...amountChecks(state, wish),
      ...identityChecks(state, wish, signer),
      ...fundChecks(state, wish, maxFee),
    ],
    steps,
    maxFee,
    before: { metis: state.metis, stake: 0n, totalLocked, share: formatShare(0n, totalLocked) },
    after: {
      metis: state.metis - wish.amount,
      stake: wish.amount,
      totalLocked: locked,
      share: formatShare(wish.amount, locked),
    },
  }
}

function lockSteps(state: LockState, wish: LockWish, contracts: StakingContracts, signer: Address): Step[] {
  const { amount, pubkey, rewardRecipient } = wish
  const lock: Step = {
    kind: 'lock',
    title: `lock ${formatMetis(amount)} METIS for the signer ${signer}`,
    to: contracts.lockingPool,
    value: 0n,
    data:
      rewardRecipient === undefined
        ? encodeLockFor(signer, amount, pubkey)
        : encodeLockWithRewardRecipient(signer, rewardRecipient, amount, pubkey),
    gasLimit: LOCK_GAS,
  }
  if (state.allowance === amount) return [lock]
  const approve: Step = {
    kind: 'approve',
    title: `allow LockingInfo to take exactly ${formatMetis(amount)} METIS`,
    to: contracts.metis,
    value: 0n,
    data: encodeApprove(contracts.lockingInfo, amount),
    gasLimit: APPROVE_GAS,
  }
  return [approve, lock]
}

function amountChecks({ pool }: LockState, { amount }: LockWish): Precheck[] {
  const [min, max, given] = [pool.minLock, pool.maxLock, amount].map(formatMetis)
  return [
    precheck(
      'PAUSED',
      'the pool is open',
      !pool.paused,
      'LockingPool is paused by its owner.',
      'Wait until it is open again.',
    ),
    precheck(
      'LOCK_BELOW_MINIMUM',
      `at least ${min} METIS`,
      amount >= pool.minLock,
      `${given} METIS is below the minimum of ${min} METIS.`,
      `Lock at least ${min} METIS.`,
    ),
    precheck(
      'LOCK_ABOVE_MAXIMUM',
      `at most ${max} METIS`,
      amount <= pool.maxLock,
      `${given} METIS is above the maximum of ${max} METIS.`,
      `Lock at most ${max} METIS.`,
    ),
  ]
}

function identityChecks(state: LockState, wish: LockWish, signer: Address): Precheck[] {
  const { owner } = wish
  const burnt = state.signerId === BURNT_SIGNER_ID
  return [
    precheck(
      'NOT_WHITELISTED',
      'the owner is whitelisted',
      state.whitelisted,
      `The owner ${owner} is not on the whitelist of LockingPool.`,
      'Make the public record with `metis-seq register` and hand it in; on a devnet it whitelists at once.',
    ),
    precheck(
      'OWNER_HAS_SEQUENCER',
      'the owner has no sequencer yet',
      state.ownerId === 0n,
      `The owner ${owner} already has sequencer ${state.ownerId}; an owner has one at most.`,
      'Lock from another account, or raise the lock of the one that is there.',
    ),
    precheck(
      'PUBKEY_MISMATCH',
      'the public key belongs to the signer',
      wish.signer === undefined || wish.signer === signer,
      `The public key belongs to ${signer}, not to ${wish.signer}.`,
      '`metis-seq keys show NAME` prints address and public key of one key.',
    ),
    precheck(
      'SIGNER_BURNT',
      'the signer was never retired',
      !burnt,
      `The signer ${signer} was replaced or has left before; it can never be used again.`,
      'Make a new key with `metis-seq keys new`.',
    ),
    precheck(
      'SIGNER_IN_USE',
      'the signer is free',
      burnt || state.signerId === 0n,
      `The signer ${signer} already serves sequencer ${state.signerId}.`,
      'Use another key; `metis-seq keys new` makes one.',
    ),
    precheck(
      'NULL_REWARD_RECIPIENT',
      'the reward recipient is an account',
      wish.rewardRecipient !== ZERO_ADDRESS,
      'The reward recipient is the zero address; rewards could not be claimed.',
      'Name an account of yours on L2, or leave the recipient out and set it later.',
    ),
  ]
}

function fundChecks(state: LockState, { owner, amount }: LockWish, maxFee: bigint): Precheck[] {
  return [
    precheck(
      'INSUFFICIENT_METIS',
      `${formatMetis(amount)} METIS on the owner's account`,
      state.metis >= amount,
      `The owner ${owner} has ${formatMetis(state.metis)} METIS on L1 and would lock ${formatMetis(amount)}.`,
      `Send ${formatMetis(amount - state.metis)} METIS more to ${owner} on L1.`,
    ),
    precheck(
      'INSUFFICIENT_ETH',
      `${formatMetis(maxFee)} ETH for gas`,
      state.eth >= maxFee,
      `The owner ${owner} has ${formatMetis(state.eth)} ETH; the transactions may cost up to ${formatMetis(maxFee)} ETH.`,
      `Send ETH to ${owner}, or wait for lower fees.`,
    ),
  ]
}
