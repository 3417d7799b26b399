import { Interface } from 'ethers'
import type { Signer } from '../core/ports/signer.js'
import type { Address, Hex } from '../core/types/hex.js'
import { lockingPoolAbi } from './abi/lockingPool.js'
import type { L1Client } from './client.js'
import { type SendOptions, type Sent, sendSteps } from './send/index.js'

const WHITELIST_GAS = 100_000n
const pool = new Interface(lockingPoolAbi)

/**
 * Puts `owner` on the whitelist (contract: LockingPool.setWhitelist); `admin` must be the contract's owner or whitelist admin.
 * @throws MetisSeqError as `sendSteps`
 */
export async function whitelistOwner(
  client: L1Client,
  admin: Signer,
  owner: Address,
  options: SendOptions,
): Promise<Sent | undefined> {
  const data = pool.encodeFunctionData('setWhitelist', [owner, true]) as Hex
  const step = {
    kind: 'whitelist' as const,
    title: `whitelist ${owner}`,
    to: client.network.contracts.lockingPool,
    value: 0n,
    data,
    gasLimit: WHITELIST_GAS,
  }
  return (await sendSteps(client, admin, [step], options))[0]
}
