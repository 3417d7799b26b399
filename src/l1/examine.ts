import type { Address, Hex } from '../core/types/hex.js'
import { lockingPoolAbi } from './abi/lockingPool.js'
import type { Network } from './addressBook.js'
import { askRpc, quantity, unreachable } from './probe.js'

/** Blocks behind the lower head whose hash two endpoints must agree on: deeper than any reorganisation of a healthy Ethereum. */
const SETTLED = 32n
/** Blocks behind the lower head at which the state is read: still held by an endpoint that prunes, and settled enough. */
const RECENT = 3n

/** Times in seconds since 1970. */
export interface Head {
  readonly number: bigint
  readonly timestamp: number
  /** The server's own clock; null where it does not say. */
  readonly serverTime: number | null
}

/** The newest block of an endpoint. @throws MetisSeqError `RPC_UNREACHABLE` (exit 6) */
export async function readHead(url: string): Promise<Head> {
  const { result, serverTime } = await askRpc(url, 'eth_getBlockByNumber', ['latest', false])
  const { number, timestamp } = (result ?? {}) as Record<string, unknown>
  return {
    number: quantity(number, url, 'the newest block'),
    timestamp: Number(quantity(timestamp, url, 'the newest block')),
    serverTime,
  }
}

/** How far an endpoint is that still synchronises; undefined when it is done. */
export async function readSyncing(url: string): Promise<{ current: bigint; highest: bigint } | undefined> {
  const { result } = await askRpc(url, 'eth_syncing')
  if (result === false) return undefined
  const { currentBlock, highestBlock } = (result ?? {}) as Record<string, unknown>
  return { current: quantity(currentBlock, url, 'eth_syncing'), highest: quantity(highestBlock, url, 'eth_syncing') }
}

/** The contracts of a network that have no code at an endpoint, by name. */
export async function missingContracts(url: string, contracts: Network['contracts']): Promise<string[]> {
  const { metis, lockingInfo, lockingPool, bridge } = contracts
  const named = Object.entries({ METIS: metis, LockingInfo: lockingInfo, LockingPool: lockingPool, bridge })
  const found = await Promise.all(
    named.map(async ([name, address]) => {
      const { result } = await askRpc(url, 'eth_getCode', [address, 'latest'])
      return typeof result === 'string' && /^0x[0-9a-f]{2,}$/i.test(result) ? [] : [`${name} at ${address}`]
    }),
  )
  return found.flat()
}

/** What two endpoints say of the same chain. */
export interface Comparison {
  readonly chains: readonly [bigint, bigint]
  readonly heads: readonly [bigint, bigint]
  /** The block whose hash was compared. */
  readonly block: bigint
  readonly sameHash: boolean
  /** The same state of LockingPool: batch, sequencers, pause. */
  readonly sameState: boolean
}

/** Compares two endpoints. @throws MetisSeqError `RPC_UNREACHABLE` (exit 6), naming the one that failed */
export async function compareEndpoints(first: string, second: string, pool: Address): Promise<Comparison> {
  const both = async <T>(read: (url: string) => Promise<T>): Promise<readonly [T, T]> =>
    Promise.all([read(first), read(second)])
  const chains = await both(async (url) => quantity((await askRpc(url, 'eth_chainId')).result, url, 'eth_chainId'))
  const heads = await both(async (url) => (await readHead(url)).number)
  const [lower = 0n] = [...heads].sort((a, b) => (a < b ? -1 : 1))
  const block = below(lower, SETTLED)
  const hashes = await both((url) => readHash(url, block))
  const states = await both((url) => readPoolState(url, pool, below(lower, RECENT)))
  return { chains, heads, block, sameHash: hashes[0] === hashes[1], sameState: states[0] === states[1] }
}

function below(block: bigint, by: bigint): bigint {
  return block > by ? block - by : 0n
}

async function readHash(url: string, block: bigint): Promise<string> {
  const { result } = await askRpc(url, 'eth_getBlockByNumber', [tag(block), false])
  const { hash } = (result ?? {}) as { hash?: unknown }
  return `0x${quantity(hash, url, `the hash of block ${block}`).toString(16)}`
}

/** The raw answers, for they are only compared. */
async function readPoolState(url: string, pool: Address, block: bigint): Promise<string> {
  const { Interface } = await import('ethers')
  const pooled = new Interface(lockingPoolAbi)
  const calls = ['curBatchState', 'totalSequencers', 'paused'].map((name) => pooled.encodeFunctionData(name) as Hex)
  const answers = await Promise.all(
    calls.map((data) =>
      askRpc(url, 'eth_call', [{ to: pool, data }, tag(block)]).then(({ result }) => textOf(result, url)),
    ),
  )
  return answers.join(' ').toLowerCase()
}

/** @throws MetisSeqError `RPC_UNREACHABLE` (exit 6) */
function textOf(result: unknown, url: string): string {
  if (typeof result === 'string') return result
  throw unreachable(url, 'eth_call', new Error('the answer is no data'))
}

function tag(block: bigint): Hex {
  return `0x${block.toString(16)}`
}
