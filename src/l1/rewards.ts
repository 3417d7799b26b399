import { Interface } from 'ethers'
import { isHex, normaliseHex } from '../core/codec/index.js'
import { messageOf } from '../core/errors/index.js'
import { type L1Log, parseL1Logs, quantity } from '../core/l1/answers.js'
import { answered, nextRange, rangeRefused, searchedAll, startSearch } from '../core/l1/logSearch.js'
import type { Address, Hash } from '../core/types/hex.js'
import { lockingPoolAbi } from './abi/lockingPool.js'
import { asking, type L1Client } from './client.js'

/** A reward batch as LockingPool paid it (event DistributeReward); amounts in wei of METIS. */
export interface RewardBatch {
  id: bigint
  startEpoch: bigint
  endEpoch: bigint
  /** To all sequencers together. */
  amount: bigint
  /** For a block. */
  rewardPerBlock: bigint
  blockNumber: number
  /** Seconds since 1970 of that block. */
  timestamp: bigint
  transaction: Hash
}

export interface RewardHistory {
  /** The newest, in the order of time. */
  batches: RewardBatch[]
  /** Why there may be more in the time that was looked at, a whole sentence; null where all of it was seen. */
  gap: string | null
}

/** A batch more than the payments that a rate is measured by. */
const MAX_BATCHES = 31
const MAX_MS = 20_000

const pool = new Interface(lockingPoolAbi)
const distributed = pool.getEvent('DistributeReward')?.topicHash

/**
 * The newest reward batches up to block `head`, at most 31 of about 30 days. Asks backwards, at most 30 times and for 20
 * seconds: an endpoint that refuses does not fail it, but is named in `gap`.
 */
export async function readRewardHistory(client: L1Client, head: number): Promise<RewardHistory> {
  const until = performance.now() + MAX_MS
  let batches: RewardBatch[] = []
  let search = startSearch(head)
  let problem = ''
  for (let range = nextRange(search); range !== undefined && batches.length < MAX_BATCHES; range = nextRange(search)) {
    if (performance.now() > until) {
      problem = `The endpoint took longer than ${MAX_MS / 1000} s.`
      break
    }
    try {
      batches = [...(await readBatches(client, range)), ...batches].slice(-MAX_BATCHES)
      search = answered(search)
    } catch (error) {
      problem = messageOf(error)
      search = rangeRefused(search)
    }
  }
  const all = searchedAll(search) || batches.length >= MAX_BATCHES
  return { batches, gap: all ? null : gapOf(head - search.upTo, problem) }
}

async function readBatches(client: L1Client, { from, to }: { from: number; to: number }): Promise<RewardBatch[]> {
  const { lockingPool } = client.network.contracts
  const [fromBlock, toBlock] = [from, to].map((number) => `0x${number.toString(16)}`)
  const filter = { address: lockingPool, topics: [distributed], fromBlock, toBlock }
  const answer = await asking<unknown>(client, 'its logs', client.provider.send('eth_getLogs', [filter]))
  const logs = parseL1Logs(answer)
  const hashes = (answer as { transactionHash?: unknown }[]).map(({ transactionHash }) => transactionHash)
  const found = logs
    .flatMap((log, i) => batchOf(log, hashes[i]) ?? [])
    .filter(({ blockNumber }) => blockNumber >= from && blockNumber <= to)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  return Promise.all(found.slice(-MAX_BATCHES).map((batch) => withTime(client, batch)))
}

function batchOf(log: L1Log, transaction: unknown): Omit<RewardBatch, 'timestamp'> | undefined {
  const event = pool.parseLog(log)
  if (event?.name !== 'DistributeReward' || typeof transaction !== 'string' || !isHex(transaction, 32)) return undefined
  const [id, startEpoch, endEpoch, amount, rewardPerBlock] = event.args as unknown as bigint[]
  return {
    id: id ?? 0n,
    startEpoch: startEpoch ?? 0n,
    endEpoch: endEpoch ?? 0n,
    amount: amount ?? 0n,
    rewardPerBlock: rewardPerBlock ?? 0n,
    blockNumber: log.blockNumber,
    transaction: normaliseHex(transaction, 32),
  }
}

async function withTime(client: L1Client, batch: Omit<RewardBatch, 'timestamp'>): Promise<RewardBatch> {
  const number = `0x${batch.blockNumber.toString(16)}`
  const what = `block ${batch.blockNumber}`
  const block = await asking<{ timestamp?: unknown } | null>(
    client,
    what,
    client.provider.send('eth_getBlockByNumber', [number, false]),
  )
  return { ...batch, timestamp: BigInt(quantity(block?.timestamp, `timestamp of ${what}`)) }
}

function gapOf(blocks: number, problem: string): string {
  const seen = `Only the newest ${blocks} L1 blocks could be searched for reward batches.`
  return problem === '' ? `${seen} The endpoint allows short ranges of blocks alone.` : `${seen} ${problem}`
}

/** What one sequencer got of a batch. */
export interface BatchShare {
  /** Blocks that it was paid for. */
  blocks: bigint
  /** wei of METIS */
  reward: bigint
}

/**
 * What `signer` got of each batch, from the call that paid it; null where that call is hidden in another transaction, or the
 * endpoint has it no more.
 */
export function readBatchShares(
  client: L1Client,
  batches: readonly RewardBatch[],
  signer: Address,
): Promise<(BatchShare | null)[]> {
  return Promise.all(
    batches.map(async (batch) => {
      const answer = client.provider.send('eth_getTransactionByHash', [batch.transaction])
      const transaction = await asking<unknown>(client, `transaction ${batch.transaction}`, answer)
      return shareOf(transaction, batch, signer)
    }),
  )
}

function shareOf(transaction: unknown, { id, rewardPerBlock }: RewardBatch, signer: Address): BatchShare | null {
  const { input } = (transaction ?? {}) as { input?: unknown }
  if (typeof input !== 'string' || !isHex(input)) return null
  const call = parseCall(input)
  if (call?.name !== 'batchSubmitRewards' || call.args[0] !== id) return null
  const [, , , signers, blocks] = call.args as unknown as [bigint, bigint, bigint, string[], bigint[]]
  const mine = signers.map((each, i) => (each.toLowerCase() === signer ? (blocks[i] ?? 0n) : 0n))
  const total = mine.reduce((sum, each) => sum + each, 0n)
  return { blocks: total, reward: total * rewardPerBlock }
}

function parseCall(data: string) {
  try {
    return pool.parseTransaction({ data })
  } catch {
    return null // arguments that don't fit: it is another call
  }
}
