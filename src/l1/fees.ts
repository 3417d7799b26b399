import type { Fees } from '../core/staking/types.js'
import { asking, type L1Client } from './client.js'

const MIN_TIP = 1_000_000n
const DEFAULT_TIP = 1_500_000_000n

/** EIP-1559 fees in wei that stay valid while the base fee doubles (six full blocks). */
export async function readFees(client: L1Client): Promise<Fees> {
  const block = await asking(client, 'its newest block', client.provider.getBlock('latest'))
  const tip = await suggestedTip(client)
  return { maxPriorityFeePerGas: tip, maxFeePerGas: 2n * (block?.baseFeePerGas ?? 0n) + tip }
}

/** Not every endpoint knows the method; a usual tip does then. */
async function suggestedTip(client: L1Client): Promise<bigint> {
  try {
    const tip = BigInt(await client.provider.send('eth_maxPriorityFeePerGas', []))
    return tip > MIN_TIP ? tip : MIN_TIP
  } catch {
    return DEFAULT_TIP
  }
}
