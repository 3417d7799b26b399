import { Network as ChainNetwork, FetchRequest, JsonRpcProvider } from 'ethers'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import type { Network } from './addressBook.js'
import { redactUrl } from './url.js'

const REQUEST_TIMEOUT_MS = 15_000
const MAX_REASON = 200

/** A connection to the L1 of `network`, whose chain and contracts were looked at. Close it, or the process lingers. */
export interface L1Client {
  readonly network: Network
  readonly provider: JsonRpcProvider
  /** The endpoint without credentials. */
  readonly url: string
  close(): void
}

/**
 * Connects to an L1 endpoint, and makes sure before anything is read or signed that it is the right chain and that the
 * contracts are there.
 * @throws MetisSeqError `RPC_URL_INVALID` (exit 2), `RPC_UNREACHABLE`, `WRONG_CHAIN`, `CONTRACT_MISSING` (exit 6)
 */
export async function connectL1(network: Network, url: string): Promise<L1Client> {
  const provider = new JsonRpcProvider(requestTo(url), ChainNetwork.from(network.l1ChainId), {
    staticNetwork: true, // the chain is checked below; ethers would ask again for ever
    cacheTimeout: -1, // a repeated read is a new read
    batchMaxCount: 20,
  })
  const client: L1Client = { network, provider, url: redactUrl(url), close: () => provider.destroy() }
  try {
    await assertChain(client)
    await assertContracts(client)
    return client
  } catch (error) {
    client.close()
    throw error
  }
}

/** Turns a failure of the endpoint into `RPC_UNREACHABLE` (exit 6); errors of ours pass through. */
export async function asking<T>(client: L1Client, what: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof MetisSeqError) throw error
    throw new MetisSeqError(
      'RPC_UNREACHABLE',
      `The L1 endpoint ${client.url} did not give ${what}: ${reason(error)}.`,
      {
        exit: Exit.network,
        severity: 'temporary',
        next: 'Check the endpoint and your connection, or name another one with --rpc-url.',
        details: { url: client.url },
      },
    )
  }
}

/** A request to an endpoint, bounded in time. @throws MetisSeqError `RPC_URL_INVALID` (exit 2) */
export function requestTo(url: string): FetchRequest {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new MetisSeqError('RPC_URL_INVALID', `"${redactUrl(url)}" is not an http or https URL.`, {
      exit: Exit.usage,
      next: 'Give the L1 endpoint as --rpc-url https://...',
    })
  }
  const fetch = new FetchRequest(url)
  fetch.timeout = REQUEST_TIMEOUT_MS
  fetch.setThrottleParams({ maxAttempts: 3 })
  return fetch
}

async function assertChain(client: L1Client): Promise<void> {
  const chainId = BigInt(await asking<string>(client, 'its chain id', client.provider.send('eth_chainId', [])))
  const { l1ChainId, name } = client.network
  if (chainId === l1ChainId) return
  throw new MetisSeqError(
    'WRONG_CHAIN',
    `${client.url} is chain ${chainId}; the L1 of ${name} is chain ${l1ChainId}. Nothing was sent.`,
    {
      exit: Exit.network,
      next: `Name an endpoint of chain ${l1ChainId} with --rpc-url, or another --network.`,
      details: { url: client.url, chainId, expected: l1ChainId },
    },
  )
}

async function assertContracts(client: L1Client): Promise<void> {
  const { metis, lockingInfo, lockingPool } = client.network.contracts
  const named = Object.entries({ METIS: metis, LockingInfo: lockingInfo, LockingPool: lockingPool })
  await Promise.all(
    named.map(async ([name, address]) => {
      const code = await asking(client, `the code of ${name}`, client.provider.getCode(address))
      if (code !== '0x') return
      throw new MetisSeqError('CONTRACT_MISSING', `${client.url} has no ${name} at ${address}. Nothing was sent.`, {
        exit: Exit.network,
        next: 'The endpoint is not synchronised, or it is another chain with the same id.',
        details: { contract: name, address },
      })
    }),
  )
}

/**
 * What the endpoint itself said when it refused a request, in JSON-RPC's `error`; undefined where it gave no answer.
 * ethers keeps it in one of two places, and in neither for a failure of the connection. An endpoint may repeat a key, so
 * long words are left out.
 */
export function refusalOf(error: unknown): string | undefined {
  const { error: bare, info } = error as { error?: unknown; info?: { error?: unknown } }
  const { message } = (bare ?? info?.error ?? {}) as { message?: unknown }
  if (typeof message !== 'string' || message === '') return undefined
  return short(message)
    .replace(/[\w-]{20,}/g, '***')
    .replace(/\.$/, '')
}

/** The cause in a few words: what the endpoint said, else ethers, whose own messages carry the whole request, URL and credentials included. */
function reason(error: unknown): string {
  const { code, shortMessage } = error as { code?: unknown; shortMessage?: unknown }
  const refusal = refusalOf(error)
  if (refusal !== undefined) return refusal
  const text = short(typeof shortMessage === 'string' ? shortMessage : messageOf(error))
  return typeof code === 'string' && !text.includes(code) ? `${text} (${code})` : text
}

function short(text: string): string {
  return text.replace(/https?:\/\/\S+/g, redactUrl).slice(0, MAX_REASON)
}
