import { formatShare } from '../amount.js'

/** METIS that a reward batch paid, in wei, and the second since 1970 at which L1 took it. */
export interface Payment {
  timestamp: bigint
  amount: bigint
}

/** What stakes earn, as payments showed it. */
export interface RewardRate {
  /** METIS a year for 100 METIS of stake, two decimals, rounded down; null where it cannot be told. */
  percent: string | null
  /** Why it cannot be told; a whole sentence. */
  reason: string | null
  /** Payments that count. */
  batches: number
  /** wei of METIS that they paid */
  paid: bigint
  /** Seconds since 1970 between which the blocks lie that they paid for. */
  from: bigint | null
  to: bigint | null
}

const YEAR_SECONDS = 31_536_000n

/**
 * The yearly rate of `stake` wei by payments in the order of time. The first only says when the time of the next began:
 * what it paid itself was earned before.
 */
export function rewardRate(payments: readonly Payment[], stake: bigint): RewardRate {
  const [first, last] = [payments[0], payments.at(-1)]
  const unknown = { percent: null, batches: 0, paid: 0n, from: null, to: null }
  if (stake === 0n) return { ...unknown, reason: 'Nothing is staked.' }
  if (first === undefined || last === undefined || first === last) {
    const found = payments.length === 0 ? 'no reward batch was' : 'one reward batch was'
    return { ...unknown, reason: `At least two reward batches are needed; ${found} found.` }
  }
  const span = last.timestamp - first.timestamp
  if (span <= 0n) return { ...unknown, reason: 'The reward batches that were found lie in the same second.' }
  const paid = payments.slice(1).reduce((sum, { amount }) => sum + amount, 0n)
  return {
    percent: formatShare(paid * YEAR_SECONDS, span * stake),
    reason: null,
    batches: payments.length - 1,
    paid,
    from: first.timestamp,
    to: last.timestamp,
  }
}
