import type { Address } from '../types/hex.js'

const WEI_PER_GWEI = 10n ** 9n

/**
 * Credits a deposit of `amount` wei: whole gwei go to L2, and what is below is kept in `dust` for the recipient's next
 * deposit (rule L2).
 * @returns gwei to credit now
 */
export function creditDust(dust: Record<Address, bigint>, to: Address, amount: bigint): bigint {
  const total = amount + (dust[to] ?? 0n)
  const rest = total % WEI_PER_GWEI
  if (rest === 0n) delete dust[to]
  else dust[to] = rest
  return total / WEI_PER_GWEI
}
