import { Flags } from '@oclif/core'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { DevnetDescriptor } from '../devnet/descriptor.js'
import type { Network } from '../l1/addressBook.js'
import type { L1Client } from '../l1/client.js'
import { findNetwork } from './networks.js'

/** Flags of every command that talks to the L1 contracts. */
export const networkFlags = {
  network: Flags.string({
    description: 'Network: devnet, andromeda, sepolia, or one that you added.',
    env: 'METIS_SEQ_NETWORK',
    default: 'devnet',
  }),
  'rpc-url': Flags.string({ description: 'L1 endpoint.', env: 'METIS_SEQ_RPC_URL', helpValue: 'URL' }),
  'data-dir': Flags.string({
    description: 'Folder of the devnet that is meant; without it the one started last.',
    env: 'METIS_SEQ_DATA_DIR',
    helpValue: 'DIR',
  }),
}

export interface NetworkChoice {
  readonly network: string
  readonly 'rpc-url'?: string | undefined
  readonly 'data-dir'?: string | undefined
}

/** A connected network; `devnet` where it is one of ours on this machine. */
export interface OpenNetwork {
  readonly client: L1Client
  readonly devnet?: DevnetDescriptor
}

/**
 * Connects to the network that the flags choose, runs `work` and disconnects.
 * @throws MetisSeqError `RPC_URL_MISSING`, `NETWORK_UNKNOWN` (exit 2), `DEVNET_NOT_FOUND`, and as `connectL1`
 */
export async function onNetwork<T>(choice: NetworkChoice, work: (open: OpenNetwork) => Promise<T>): Promise<T> {
  const { connectL1 } = await import('../l1/client.js')
  const { network, url, devnet } = await chosen(choice)
  const client = await connectL1(network, url)
  try {
    return await work(devnet === undefined ? { client } : { client, devnet })
  } finally {
    client.close()
  }
}

/** The network that the flags choose and its endpoint, not connected yet. */
export async function chosen(
  choice: NetworkChoice,
): Promise<{ network: Network; url: string; devnet?: DevnetDescriptor }> {
  const name = choice.network
  if (name === 'devnet') {
    const { readDescriptor } = await import('../devnet/descriptor.js')
    const devnet = await readDescriptor(choice['data-dir'])
    return { network: devnetNetwork(devnet), url: choice['rpc-url'] ?? devnet.l1.url, devnet }
  }
  const network = await findNetwork(name)
  const url = choice['rpc-url'] ?? network.endpoints.rpcUrl
  if (url !== null) return { network, url }
  throw new MetisSeqError('RPC_URL_MISSING', `The L1 endpoint of ${name} is not known.`, {
    exit: Exit.usage,
    next: `Keep yours with \`metis-seq networks use ${name} --rpc-url URL\`, or name it with --rpc-url or METIS_SEQ_RPC_URL (chain ${network.l1ChainId}).`,
  })
}

/** The devnet as a network. */
export function devnetNetwork({ l1, l2, contracts }: DevnetDescriptor): Network {
  const { metis, lockingInfo, lockingPool, bridge } = contracts
  return {
    name: 'devnet',
    l1ChainId: BigInt(l1.chainId),
    l2ChainId: BigInt(l2.chainId),
    contracts: { metis, lockingInfo, lockingPool, bridge },
  }
}
