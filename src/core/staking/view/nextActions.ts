import type { Address, Hex } from '../../types/hex.js'
import { formatMetis } from '../amount.js'
import { encodeApprove } from '../calls.js'
import { dateOf, spanOf } from '../time.js'
import { type StakingContracts, ZERO_ADDRESS } from '../types.js'
import type { SequencerView } from './outlook.js'

/** Something that makes sense now. */
export interface NextAction {
  /** A stable word. */
  code:
    | 'WAIT_UNTIL_OPEN'
    | 'WHITELIST'
    | 'CLAIM'
    | 'WAIT_EXIT_DELAY'
    | 'SET_RECIPIENT'
    | 'RAISE_STAKE'
    | 'CLEAR_ALLOWANCE'
    | 'RELOCK_REWARDS'
    | 'CLAIM_REWARDS'
  /** Why, with the values; a whole sentence. */
  reason: string
  /** Arguments of metis-seq that do it; null where no command does. */
  command: readonly string[] | null
  /** A call that the owner's wallet can send where no command does it. */
  call: { to: Address; data: Hex } | null
}

/** Rewards are worth a transaction from this part of the minimum lock on: 100 METIS where that is 20,000. */
const WORTH = 200n

/** What its owner should do with a sequencer, the most urgent first; none when nothing is due. */
export function nextActions(view: SequencerView, contracts: StakingContracts): NextAction[] {
  const { status } = view.record
  const blocked = status === 'unlocked' ? [] : [...whileClosed(view), ...whileNotWhitelisted(view)]
  const own = status === 'inactive' ? whileLeaving(view, blocked.length === 0) : []
  const duties = status === 'active' ? whileActive(view) : []
  return [...blocked, ...own, ...duties, ...leftOver(view, contracts)]
}

function whileClosed({ pool }: SequencerView): NextAction[] {
  return pool.paused ? [waiting('WAIT_UNTIL_OPEN', 'LockingPool is paused by its owner: wait until it is open.')] : []
}

/** The whitelist binds those who leave too (modifier `whitelistRequired`). */
function whileNotWhitelisted({ owner, record }: SequencerView): NextAction[] {
  if (owner.whitelisted) return []
  const reason = `The owner ${record.owner} is not on the whitelist: nothing can be sent for the sequencer, not even to leave.`
  return [waiting('WHITELIST', `${reason} Ask for it where the public record was handed in.`)]
}

function whileLeaving({ pool, record }: SequencerView, open: boolean): NextAction[] {
  const { unlockClaimTime: time, amount, owner } = record
  const now = pool.block.timestamp
  if (now < time) {
    return [waiting('WAIT_EXIT_DELAY', `The stake can be claimed from ${dateOf(time)} on, in ${spanOf(time - now)}.`)]
  }
  if (!open) return []
  return [command('CLAIM', `The ${formatMetis(amount)} METIS can be claimed now.`, 'claim', '--from', owner)]
}

function whileActive(view: SequencerView): NextAction[] {
  const { pool, record, owner } = view
  if (!owner.whitelisted) return []
  const recipient =
    record.rewardRecipient === ZERO_ADDRESS
      ? [
          command(
            'SET_RECIPIENT',
            'No reward recipient is set: rewards cannot be claimed, and nobody can leave without one.',
            'rewards',
            'recipient',
            'ADDRESS',
            '--from',
            record.owner,
          ),
        ]
      : []
  return pool.paused ? recipient : [...recipient, ...tooSmall(view), ...worthwhile(view)]
}

/** The minimum can be raised after the lock; LockingPool lets the sequencer stay, but gives nothing back until it is met. */
function tooSmall({ pool, record }: SequencerView): NextAction[] {
  if (record.amount >= pool.minLock) return []
  const minimum = formatMetis(pool.minLock)
  const reason = `The stake of ${formatMetis(record.amount)} METIS is below the minimum of ${minimum} METIS.`
  return [command('RAISE_STAKE', reason, 'topup', '--to', minimum, '--from', record.owner)]
}

function worthwhile({ pool, record }: SequencerView): NextAction[] {
  const { amount, reward, owner } = record
  if (reward === 0n || reward < pool.minLock / WORTH) return []
  const unclaimed = `${formatMetis(reward)} METIS of rewards are unclaimed`
  if (amount + reward <= pool.maxLock) {
    const reason = `${unclaimed}: relocked they raise the stake, at no fee of the bridge.`
    return [command('RELOCK_REWARDS', reason, 'topup', '--from-rewards', '--from', owner)]
  }
  if (record.rewardRecipient === ZERO_ADDRESS) return []
  const reason = `${unclaimed}, which would lift the stake above the maximum of ${formatMetis(pool.maxLock)} METIS.`
  return [command('CLAIM_REWARDS', reason, 'rewards', 'claim', '--from', owner)]
}

/** Both contracts can be changed by their owner, so that an allowance is a risk for as long as it stands. */
function leftOver({ owner }: SequencerView, { metis, lockingInfo, lockingPool }: StakingContracts): NextAction[] {
  const clear = (allowance: bigint, spender: Address, reason: string): NextAction[] => {
    const call = { to: metis, data: encodeApprove(spender, 0n) }
    return allowance === 0n ? [] : [{ code: 'CLEAR_ALLOWANCE', reason, command: null, call }]
  }
  const info = `LockingInfo may still take ${formatMetis(owner.allowanceInfo)} METIS from the owner.`
  const pool = `LockingPool may take ${formatMetis(owner.allowancePool)} METIS from the owner, and never needs any.`
  return [
    ...clear(owner.allowancePool, lockingPool, `${pool} Take it back with an approval of 0.`),
    ...clear(
      owner.allowanceInfo,
      lockingInfo,
      `${info} The next lock or topup replaces it; an approval of 0 takes it back.`,
    ),
  ]
}

function waiting(code: NextAction['code'], reason: string): NextAction {
  return { code, reason, command: null, call: null }
}

function command(code: NextAction['code'], reason: string, ...words: string[]): NextAction {
  return { code, reason, command: words, call: null }
}
