import { JsonRpcProvider, Wallet } from 'ethers'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import type { Hash } from '../core/types/hex.js'
import type { DevnetDescriptor } from './descriptor.js'

const TRANSFER_GAS = 21_000n
const TIMEOUT = 60_000

export interface TrafficResult {
  sent: number
  from: string
  hashes: Hash[]
  /** L2 block of the last transfer. */
  lastBlock: number
}

/**
 * Sends `count` transfers of 1 gwei from the first funded account to a running node (or node `index`) and waits for them.
 * @throws MetisSeqError `NODE_NOT_RUNNING` (exit 6), `TRAFFIC_FAILED` (exit 6), `TRAFFIC_UNCONFIRMED` (exit 8)
 */
export async function sendTraffic(devnet: DevnetDescriptor, count: number, index?: number): Promise<TrafficResult> {
  const node = devnet.nodes.find((each) => each.state === 'running' && (index === undefined || each.index === index))
  const [from, to] = devnet.accounts
  if (node === undefined || from === undefined || to === undefined) {
    throw new MetisSeqError('NODE_NOT_RUNNING', index === undefined ? 'No node runs.' : `Node ${index} does not run.`, {
      exit: Exit.network,
      next: 'Start one with `metis-seq devnet start N`.',
    })
  }
  const options = { staticNetwork: true, cacheTimeout: -1, pollingInterval: 250 }
  const provider = new JsonRpcProvider(node.rpc, devnet.l2.chainId, options)
  try {
    const wallet = new Wallet(from.privateKey, provider)
    const first = await wallet.getNonce('pending')
    const { maxFeePerGas, maxPriorityFeePerGas } = await provider.getFeeData()
    const hashes: Hash[] = []
    for (let i = 0; i < count; i++) {
      const { hash } = await wallet.sendTransaction({
        to: to.address,
        value: 10n ** 9n,
        gasLimit: TRANSFER_GAS,
        nonce: first + i,
        type: 2,
        maxFeePerGas: (maxFeePerGas ?? 10n ** 9n) * 2n,
        maxPriorityFeePerGas: maxPriorityFeePerGas ?? 0n,
      })
      hashes.push(hash as Hash)
    }
    const last = hashes.at(-1)
    const receipt = last === undefined ? null : await provider.waitForTransaction(last, 1, TIMEOUT)
    return { sent: hashes.length, from: from.address, hashes, lastBlock: receipt?.blockNumber ?? 0 }
  } catch (error) {
    const isLate = (error as { code?: string }).code === 'TIMEOUT'
    throw new MetisSeqError(
      isLate ? 'TRAFFIC_UNCONFIRMED' : 'TRAFFIC_FAILED',
      `Sending to ${node.rpc}: ${messageOf(error)}.`,
      {
        exit: isLate ? Exit.unconfirmed : Exit.network,
        next: 'See with `metis-seq rotation` whether the network produces blocks.',
        cause: error,
      },
    )
  } finally {
    provider.destroy()
  }
}
