import { checksumAddress } from '../../codec/index.js'
import type { Address } from '../../types/hex.js'
import { formatMetis } from '../amount.js'
import { type Precheck, precheck } from '../precheck.js'
import { BURNT_SIGNER_ID, type SequencerRecord, type StakingState, ZERO_ADDRESS } from '../types.js'

/** Modifier `whenNotPaused` of LockingPool. */
export function poolOpen({ pool }: StakingState): Precheck {
  const reason = 'LockingPool is paused by its owner.'
  return precheck('PAUSED', 'the pool is open', !pool.paused, reason, 'Wait until it is open again.')
}

/** Modifier `whitelistRequired` of LockingPool: it binds those who leave too. */
export function whitelisted({ account }: StakingState): Precheck {
  return precheck(
    'NOT_WHITELISTED',
    'the owner is whitelisted',
    account.whitelisted,
    `The owner ${account.address} is not on the whitelist of LockingPool.`,
    'Make the public record with `metis-seq register` and hand it in; on a devnet it whitelists at once.',
  )
}

/** There is such a sequencer, and `owner` owns it (`NotSeqOwner`). */
export function owned({ sequencer }: StakingState, id: bigint, owner: Address): Precheck[] {
  return [
    exists(sequencer, id),
    precheck(
      'NOT_OWNER',
      `the account owns sequencer ${id}`,
      sequencer === undefined || sequencer.owner === owner,
      `Sequencer ${id} belongs to ${checksumAddress(sequencer?.owner ?? ZERO_ADDRESS)}, not to ${checksumAddress(owner)}.`,
      'Name the owner with --from; `metis-seq status ID` shows who it is.',
    ),
  ]
}

export function exists(sequencer: SequencerRecord | undefined, id: bigint): Precheck {
  return precheck(
    'SEQUENCER_NOT_FOUND',
    `sequencer ${id} is there`,
    sequencer !== undefined && sequencer.status !== 'unavailable',
    `There is no sequencer ${id}.`,
    '`metis-seq status` lists all sequencers; --id names one.',
  )
}

/** Status `Active` (`SeqNotActive`). */
export function active({ sequencer }: StakingState): Precheck {
  const status = sequencer?.status ?? 'unavailable'
  const left = status === 'unlocked' ? 'It has left for good.' : 'It is leaving.'
  return precheck(
    'SEQUENCER_NOT_ACTIVE',
    'the sequencer is active',
    sequencer === undefined || status === 'active',
    `The sequencer is ${status}. ${left}`,
    status === 'inactive'
      ? '`metis-seq claim` takes the stake home once the exit delay is over.'
      : 'Lock anew with another signer.',
  )
}

/** Wanted by the contract even where no reward is due (`NoRewardRecipient`). */
export function recipientSet({ sequencer }: StakingState): Precheck {
  return precheck(
    'NO_REWARD_RECIPIENT',
    'a reward recipient is set',
    sequencer === undefined || sequencer.rewardRecipient !== ZERO_ADDRESS,
    'The sequencer has no reward recipient on L2 yet.',
    'Set it first with `metis-seq rewards recipient ADDRESS`.',
  )
}

/** The purse holds `amount` wei of METIS. */
export function enoughMetis({ account }: StakingState, amount: bigint): Precheck {
  return precheck(
    'INSUFFICIENT_METIS',
    `${formatMetis(amount)} METIS on the owner's account`,
    account.metis >= amount,
    `The owner ${account.address} has ${formatMetis(account.metis)} METIS on L1 and would lock ${formatMetis(amount)}.`,
    `Send ${formatMetis(amount - account.metis)} METIS more to ${account.address} on L1.`,
  )
}

/** A key that may become the signer: neither retired nor in use (`SignerExisted`). */
export function signerFree({ signerId }: StakingState, signer: Address): Precheck[] {
  const burnt = signerId === BURNT_SIGNER_ID
  return [
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
      burnt || signerId === 0n,
      `The signer ${signer} already serves sequencer ${signerId}.`,
      'Use another key; `metis-seq keys new` makes one.',
    ),
  ]
}
