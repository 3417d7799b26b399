import { Flags } from '@oclif/core'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { Network } from '../l1/addressBook.js'
import { redactUrl } from '../l1/url.js'
import { type Endpoints, NO_ENDPOINTS } from './networks.js'

/** Endpoints that are kept with a network, beside the first one. */
export const moreEndpointFlags = {
  'second-rpc-url': Flags.string({
    description: 'Another L1 endpoint, of another provider; `doctor` compares the two.',
    helpValue: 'URL',
  }),
  'l2-rpc-url': Flags.string({ description: 'L2 endpoint.', helpValue: 'URL' }),
}

/** What the flags say. */
export function endpointsOf(flags: {
  readonly 'rpc-url'?: string | undefined
  readonly 'second-rpc-url'?: string | undefined
  readonly 'l2-rpc-url'?: string | undefined
}): Endpoints {
  return {
    ...NO_ENDPOINTS,
    rpcUrl: flags['rpc-url'] ?? null,
    secondRpcUrl: flags['second-rpc-url'] ?? null,
    l2RpcUrl: flags['l2-rpc-url'] ?? null,
  }
}

/** The same as they may be shown. */
export function shownEndpoints({ rpcUrl, secondRpcUrl, l2RpcUrl }: Endpoints): Endpoints {
  const shown = (url: string | null) => (url === null ? null : redactUrl(url))
  return { rpcUrl: shown(rpcUrl), secondRpcUrl: shown(secondRpcUrl), l2RpcUrl: shown(l2RpcUrl) }
}

/**
 * Asks each endpoint for its chain, and those of L1 for the code of the contracts.
 * @throws MetisSeqError `RPC_URL_INVALID` (exit 2), `RPC_UNREACHABLE`, `WRONG_CHAIN`, `CONTRACT_MISSING` (exit 6)
 */
export async function checkEndpoints(network: Network, endpoints: Endpoints): Promise<void> {
  const { connectL1 } = await import('../l1/client.js')
  for (const url of [endpoints.rpcUrl, endpoints.secondRpcUrl]) {
    if (url !== null) (await connectL1(network, url)).close()
  }
  if (endpoints.l2RpcUrl === null) return
  const { askChainId } = await import('../l1/probe.js')
  const { chainId } = await askChainId(endpoints.l2RpcUrl)
  if (chainId === network.l2ChainId) return
  const url = redactUrl(endpoints.l2RpcUrl)
  throw new MetisSeqError(
    'WRONG_CHAIN',
    `${url} is chain ${chainId}; the L2 of ${network.name} is ${network.l2ChainId}.`,
    {
      exit: Exit.network,
      next: 'Name an L2 endpoint of that chain with --l2-rpc-url.',
      details: { url, chainId, expected: network.l2ChainId },
    },
  )
}
