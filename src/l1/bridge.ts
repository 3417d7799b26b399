import { Contract } from 'ethers'
import type { StakingState } from '../core/staking/types.js'
import { addressManagerAbi } from './abi/addressManager.js'
import { bridgeAbi } from './abi/bridge.js'
import { discountOracleAbi } from './abi/discountOracle.js'
import { asking, type L1Client } from './client.js'
import type { Reader } from './staking.js'

/** What ethers says of a contract that lacks the function, or answers with something else. */
const SILENT: readonly unknown[] = ['CALL_EXCEPTION', 'BAD_DATA']

/**
 * What the bridge wants for a deposit (MVM_DiscountOracle, found by the bridge's Lib_AddressManager); null where it does
 * not tell.
 * @throws MetisSeqError `RPC_UNREACHABLE` (exit 6)
 */
export async function readBridgeFee(client: L1Client, { info, block }: Reader): Promise<StakingState['bridge']> {
  const read = <T>(address: string, abi: readonly string[], method: string, ...values: unknown[]): Promise<T> =>
    new Contract(address, abi, client.provider).getFunction(method).staticCall(...values, { blockTag: block.number })
  const bridge = await info<string>('bridge')
  try {
    const manager = await read<string>(bridge, bridgeAbi, 'addressmgr')
    const oracle = await read<string>(manager, addressManagerAbi, 'getAddress', 'MVM_DiscountOracle')
    const [minL2Gas, discount] = await Promise.all([
      read<bigint>(oracle, discountOracleAbi, 'getMinL2Gas'),
      read<bigint>(oracle, discountOracleAbi, 'getDiscount'),
    ])
    return { minL2Gas, discount }
  } catch (error) {
    if (SILENT.includes((error as { code?: unknown }).code)) return null
    return asking(client, "the bridge's fee", Promise.reject(error))
  }
}
