import { Interface } from 'ethers'
import type { Signer } from '../core/ports/signer.js'
import { encodeTransfer } from '../core/staking/calls.js'
import type { Address, Hex } from '../core/types/hex.js'
import { lockingPoolAbi } from './abi/lockingPool.js'
import type { L1Client } from './client.js'
import { type SendOptions, type Sent, sendSteps } from './send.js'

const WHITELIST_GAS = 100_000n
const TRANSFER_GAS = 100_000n
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

/** Sends `metis` wei of METIS and `eth` wei of ETH to `to`, which a test network gives away. @throws MetisSeqError as `sendSteps` */
export async function giveFunds(
  client: L1Client,
  from: Signer,
  to: Address,
  { metis, eth }: { metis: bigint; eth: bigint },
  options: SendOptions,
): Promise<Sent[]> {
  const kind = 'transfer' as const
  const steps = [
    { kind, title: `send ETH to ${to}`, to, value: eth, data: '0x' as Hex, gasLimit: TRANSFER_GAS },
    {
      kind,
      title: `send METIS to ${to}`,
      to: client.network.contracts.metis,
      value: 0n,
      data: encodeTransfer(to, metis),
      gasLimit: TRANSFER_GAS,
    },
  ]
  return sendSteps(client, from, steps, options)
}
