import { addressOfPublicKey } from '../../consensus/crypto.js'
import { formatMetis } from '../amount.js'
import { encodeLockFor, encodeLockWithRewardRecipient } from '../calls.js'
import { type Precheck, precheck } from '../precheck.js'
import { type StakingContracts, type StakingState, ZERO_ADDRESS } from '../types.js'
import { enoughMetis, poolOpen, signerFree, whitelisted } from './checks.js'
import { approvalNotes, approveSteps, type Draft, poolStep, type WishOf } from './draft.js'

const NO_RECIPIENT =
  'No reward recipient is named: until you set one with `metis-seq rewards recipient`, rewards cannot be claimed and the sequencer cannot leave.'

/** LockingPool.lockFor, or lockWithRewardRecipient where one is named. */
export function draftLock(state: StakingState, wish: WishOf<'lock'>, contracts: StakingContracts): Draft {
  const { amount, pubkey, owner, rewardRecipient } = wish
  const signer = addressOfPublicKey(pubkey)
  const title = `lock ${formatMetis(amount)} METIS for the signer ${signer}`
  const data =
    rewardRecipient === undefined
      ? encodeLockFor(signer, amount, pubkey)
      : encodeLockWithRewardRecipient(signer, rewardRecipient, amount, pubkey)
  return {
    title,
    prechecks: [
      ...amountChecks(state, amount),
      whitelisted(state),
      ...identityChecks(state, wish, signer),
      enoughMetis(state, amount),
    ],
    steps: [...approveSteps(state, amount, contracts), poolStep('lock', title, contracts, data)],
    after: {
      metis: state.account.metis - amount,
      stake: amount,
      totalLocked: state.pool.totalLocked + amount,
      status: 'active',
      owner,
      signer,
      rewardRecipient: rewardRecipient ?? ZERO_ADDRESS,
    },
    notes: [...approvalNotes(state, amount), ...(rewardRecipient === undefined ? [NO_RECIPIENT] : [])],
  }
}

function amountChecks(state: StakingState, amount: bigint): Precheck[] {
  const { minLock, maxLock } = state.pool
  const [min, max, given] = [minLock, maxLock, amount].map(formatMetis)
  return [
    poolOpen(state),
    precheck(
      'LOCK_BELOW_MINIMUM',
      `at least ${min} METIS`,
      amount >= minLock,
      `${given} METIS is below the minimum of ${min} METIS.`,
      `Lock at least ${min} METIS.`,
    ),
    precheck(
      'LOCK_ABOVE_MAXIMUM',
      `at most ${max} METIS`,
      amount <= maxLock,
      `${given} METIS is above the maximum of ${max} METIS.`,
      `Lock at most ${max} METIS.`,
    ),
  ]
}

function identityChecks(state: StakingState, wish: WishOf<'lock'>, signer: WishOf<'lock'>['owner']): Precheck[] {
  const { ownerId } = state.account
  return [
    precheck(
      'OWNER_HAS_SEQUENCER',
      'the owner has no sequencer yet',
      ownerId === 0n,
      `The owner ${wish.owner} already has sequencer ${ownerId}; an owner has one at most.`,
      'Lock from another account, or raise the lock that is there with `metis-seq topup`.',
    ),
    precheck(
      'PUBKEY_MISMATCH',
      'the public key belongs to the signer',
      wish.signer === undefined || wish.signer === signer,
      `The public key belongs to ${signer}, not to ${wish.signer}.`,
      '`metis-seq keys show NAME` prints address and public key of one key.',
    ),
    ...signerFree(state, signer),
    precheck(
      'NULL_REWARD_RECIPIENT',
      'the reward recipient is an account',
      wish.rewardRecipient !== ZERO_ADDRESS,
      'The reward recipient is the zero address; rewards could not be claimed.',
      'Name an account of yours on L2, or leave the recipient out and set it later.',
    ),
  ]
}
