import { largest } from '../core/bigint.js'
import type { FeeChoices, Fees, Speed } from '../core/staking/types.js'
import { asking, type L1Client } from './client.js'

const MIN_TIP = 1_000_000n
const DEFAULT_TIP = 1_500_000_000n
const BLOCKS = 10

/** EIP-1559 fees in wei that stay valid while the base fee doubles (six full blocks). */
export async function readFees(client: L1Client, speed: Speed = 'normal'): Promise<Fees> {
  return (await readFeeChoices(client))[speed]
}

/**
 * Fees at three speeds: tips at the 10th, 50th and 90th percentile of the newest blocks, over a base fee that may fall,
 * double, or triple before the transaction is mined.
 */
export async function readFeeChoices(client: L1Client): Promise<FeeChoices> {
  const block = await asking(client, 'its newest block', client.provider.getBlock('latest'))
  const base = block?.baseFeePerGas ?? 0n
  const [slow, normal, fast] = await recentTips(client)
  return { slow: fees((base * 5n) / 4n, slow), normal: fees(2n * base, normal), fast: fees(3n * base, fast) }
}

function fees(base: bigint, tip: bigint): Fees {
  return { maxPriorityFeePerGas: tip, maxFeePerGas: base + tip }
}

/** Not every endpoint knows the method, and a young chain has no history; a usual tip does then. */
async function recentTips({ provider }: L1Client): Promise<[bigint, bigint, bigint]> {
  try {
    const { reward } = await provider.send('eth_feeHistory', [`0x${BLOCKS.toString(16)}`, 'latest', [10, 50, 90]])
    const column = (i: number) => middleOf((reward as string[][]).map((tips) => BigInt(tips[i] ?? 0)))
    const slow = largest(column(0), MIN_TIP)
    const normal = largest(column(1), slow)
    return [slow, normal, largest(column(2), normal)]
  } catch {
    return [DEFAULT_TIP, DEFAULT_TIP, DEFAULT_TIP]
  }
}

function middleOf(values: bigint[]): bigint {
  const sorted = values.sort((a, b) => (a < b ? -1 : 1))
  return sorted[sorted.length >> 1] ?? 0n
}
