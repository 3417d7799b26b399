const ELASTICITY = 2n
const MAX_CHANGE = 8n

/** What EIP-1559 reads of a parent block; amounts in gas and wei. */
export interface FeeHistory {
  gasLimit: bigint
  gasUsed: bigint
  baseFee: bigint
}

/** Base fee of the block after `parent`, in wei a gas (EIP-1559). */
export function nextBaseFee({ gasLimit, gasUsed, baseFee }: FeeHistory): bigint {
  const target = gasLimit / ELASTICITY
  if (gasUsed === target) return baseFee
  if (gasUsed < target) return baseFee - (baseFee * (target - gasUsed)) / target / MAX_CHANGE
  const rise = (baseFee * (gasUsed - target)) / target / MAX_CHANGE
  return baseFee + (rise > 0n ? rise : 1n)
}
