import { Network as ChainNetwork, Contract, type FetchRequest, JsonRpcProvider } from 'ethers'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { Address } from '../core/types/hex.js'
import { lockingInfoAbi } from './abi/lockingInfo.js'
import { lockingPoolAbi } from './abi/lockingPool.js'
import type { Network } from './addressBook.js'
import { asking, connectL1, type L1Client, requestTo } from './client.js'
import { redactUrl } from './url.js'

/** What a person knows of a network; LockingPool leads to the rest. */
export interface KnownContracts {
  lockingPool: Address
  lockingInfo?: Address
  metis?: Address
  bridge?: Address
  l1ChainId?: bigint
  l2ChainId?: bigint
}

/**
 * The network around a LockingPool, read from the chain and compared with what is known of it.
 * @throws MetisSeqError `NETWORK_MISMATCH` (exit 6): the chain says otherwise; and as `connectL1`
 */
export async function discoverNetwork(name: string, known: KnownContracts, url: string): Promise<Network> {
  const l1ChainId = await chainIdOf(url)
  agree('chain id', l1ChainId, known.l1ChainId)
  const network = await withProvider(name, url, l1ChainId, known)
  const client = await connectL1(network, url)
  client.close()
  return network
}

async function withProvider(name: string, url: string, l1ChainId: bigint, known: KnownContracts): Promise<Network> {
  const provider = new JsonRpcProvider(requestTo(url), ChainNetwork.from(l1ChainId), { staticNetwork: true })
  const client = { url: redactUrl(url), provider } as L1Client
  const read = async <T>(address: Address, abi: readonly string[], method: string): Promise<T> => {
    const answer = await asking(client, method, new Contract(address, abi, provider).getFunction(method).staticCall())
    return (typeof answer === 'string' ? answer.toLowerCase() : answer) as T
  }
  try {
    const { lockingPool } = known
    const lockingInfo = await read<Address>(lockingPool, lockingPoolAbi, 'escrow')
    const [metis, bridge, l2ChainId] = await Promise.all([
      read<Address>(lockingInfo, lockingInfoAbi, 'l1Token'),
      read<Address>(lockingInfo, lockingInfoAbi, 'bridge'),
      read<bigint>(lockingInfo, lockingInfoAbi, 'l2ChainId'),
    ])
    agree('LockingInfo', lockingInfo, known.lockingInfo)
    agree('METIS', metis, known.metis)
    agree('bridge', bridge, known.bridge)
    agree('L2 chain id', l2ChainId, known.l2ChainId)
    return { name, l1ChainId, l2ChainId, contracts: { metis, lockingInfo, lockingPool, bridge } }
  } finally {
    provider.destroy()
  }
}

/** Asked once and bare: a provider that does not know its chain asks for ever. */
async function chainIdOf(url: string): Promise<bigint> {
  const request: FetchRequest = requestTo(url)
  request.body = { jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] }
  const client = { url: redactUrl(url) } as L1Client
  const answer = (await asking(
    client,
    'its chain id',
    request.send().then((response) => response.bodyJson),
  )) as { result?: unknown } | null
  const result = answer?.result
  if (typeof result === 'string' && /^0x[0-9a-f]{1,16}$/i.test(result)) return BigInt(result)
  throw new MetisSeqError('RPC_UNREACHABLE', `${redactUrl(url)} does not answer like an Ethereum endpoint.`, {
    exit: Exit.network,
    next: 'Check the URL.',
  })
}

function agree(what: string, found: Address | bigint, expected: Address | bigint | undefined): void {
  if (expected === undefined || expected === found) return
  throw new MetisSeqError('NETWORK_MISMATCH', `The ${what} is ${found} on the chain, not ${expected}.`, {
    exit: Exit.network,
    next: 'Correct the file, or name the endpoint of the right chain with --rpc-url.',
  })
}
