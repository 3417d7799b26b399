import { eventsRoot } from '../../core/consensus/digest.js'
import { MAX_RANGE_BLOCKS, MAX_RANGE_EVENTS } from '../../core/consensus/l1.js'
import type { L1Event, L1Range } from '../../core/consensus/types.js'
import { Exit, MetisSeqError } from '../../core/errors/index.js'
import type { Genesis } from '../../core/genesis/types.js'
import {
  type L1Block,
  type L1Log,
  type L1Transaction,
  parseL1Block,
  parseL1Logs,
  parseL1Receipt,
} from '../../core/l1/answers.js'
import { eventsOfBlock, L1_TOPICS } from '../../core/l1/events.js'
import type { L1View } from '../../core/ports/l1.js'
import type { Address } from '../../core/types/hex.js'
import { watchHeight } from './poll.js'
import { createJsonRpc, type JsonRpc } from './rpc.js'

export interface L1ViewOptions {
  /** JSON-RPC endpoint of an L1 node. */
  url: string
  genesis: Genesis
  /** ms between two looks at L1's head */
  pollMs: number
  /** ms for one answer */
  timeoutMs?: number
  /** Ends every call that is under way, when the node closes. */
  signal?: AbortSignal
}

/** Ranges kept: several nodes of one process ask for the same ones. */
const KEPT_RANGES = 32
const PARALLEL = 8

type Ranged = { range: L1Range; events: L1Event[] }

/** A view of L1 at the depth of the genesis document: `confirmations` blocks below the head, or the `finalized` tag at 0 (rule L1). */
export function createL1View({ url, genesis, pollMs, timeoutMs, signal }: L1ViewOptions): L1View {
  const rpc = createJsonRpc({ url, signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) })
  const { confirmations } = genesis.l1
  const cache = new Map<string, Ranged>()

  const finalHeight = async () => {
    const head = await readBlock(rpc, confirmations > 0 ? 'latest' : 'finalized')
    return Math.max(0, head.number - confirmations)
  }
  const watcher = watchHeight(finalHeight, pollMs)

  return {
    finalHeight,
    async range(from, to, group) {
      const last = Math.min(to, from + MAX_RANGE_BLOCKS - 1, await finalHeight())
      if (last < from) throw notFinal(from, last)
      // The hash of its last block says that a range is still what it was, with everything below it.
      const { hash } = await readBlock(rpc, last)
      const key = `${from} ${hash} ${group}`
      const known = cache.get(key)
      if (known !== undefined) return known
      const read = await readRange(rpc, genesis, from, last, group)
      cache.set(key, read)
      const oldest = cache.keys().next()
      if (cache.size > KEPT_RANGES && oldest.done !== true) cache.delete(oldest.value)
      return read
    },
    onBlock: watcher.onHeight,
    async close() {
      watcher.close()
    },
  }
}

async function readRange(rpc: JsonRpc, genesis: Genesis, from: number, to: number, group: Address): Promise<Ranged> {
  const blocks = await inParallel(to - from + 1, (i) => readBlock(rpc, from + i, group))
  const logs = await readLogs(rpc, genesis, blocks)
  const events: L1Event[] = []
  let end: L1Block | undefined
  for (const [i, block] of blocks.entries()) {
    const parent = blocks[i - 1]
    if (parent !== undefined && parent.hash !== block.parentHash) throw unsettled(block.number)
    const transactions = await Promise.all(block.transactions.map((each) => withReceipt(rpc, block, each)))
    const own = logs.filter(({ blockNumber }) => blockNumber === block.number)
    const found = eventsOfBlock(genesis, block, own, transactions)
    if (events.length + found.length > MAX_RANGE_EVENTS) break
    events.push(...found)
    end = block
  }
  const first = blocks[0]
  if (first === undefined || end === undefined) throw tooManyEvents(from)
  const ends = { to: end.number, toHash: end.hash, prevRandao: end.mixHash }
  return { range: { from, ...ends, prevToHash: first.parentHash, eventsRoot: eventsRoot(events) }, events }
}

async function readBlock(
  rpc: JsonRpc,
  at: number | 'latest' | 'finalized',
  from?: L1Transaction['from'],
): Promise<L1Block> {
  const tag = typeof at === 'number' ? `0x${at.toString(16)}` : at
  const answer = await rpc.call('eth_getBlockByNumber', [tag, from !== undefined])
  if (answer === null) throw notFinal(at, null)
  const block = parseL1Block(answer, from)
  if (typeof at === 'number' && block.number !== at) throw unsettled(at)
  return block
}

async function readLogs(rpc: JsonRpc, { l1 }: Genesis, blocks: readonly L1Block[]): Promise<L1Log[]> {
  const [first, last] = [blocks[0], blocks.at(-1)]
  if (first === undefined || last === undefined) return []
  const [fromBlock, toBlock] = [first, last].map(({ number }) => `0x${number.toString(16)}`)
  const filter = { fromBlock, toBlock, address: [l1.lockingInfo, l1.bridge], topics: [L1_TOPICS] }
  const logs = parseL1Logs(await rpc.call('eth_getLogs', [filter]))
  for (const { blockNumber, blockHash } of logs) {
    if (blocks[blockNumber - first.number]?.hash !== blockHash) throw unsettled(blockNumber)
  }
  return logs
}

async function withReceipt(rpc: JsonRpc, block: L1Block, transaction: L1Transaction) {
  const answer = await rpc.call('eth_getTransactionReceipt', [transaction.hash])
  if (answer === null) throw unsettled(block.number)
  const { success, blockHash } = parseL1Receipt(answer)
  if (blockHash !== block.hash) throw unsettled(block.number)
  return { ...transaction, success }
}

async function inParallel<T>(count: number, read: (i: number) => Promise<T>): Promise<T[]> {
  const out: T[] = []
  for (let start = 0; start < count; start += PARALLEL) {
    const size = Math.min(PARALLEL, count - start)
    out.push(...(await Promise.all(Array.from({ length: size }, (_, i) => read(start + i)))))
  }
  return out
}

function notFinal(block: number | string, final: number | null): MetisSeqError {
  const known = final === null ? '' : `; it is final up to ${final}`
  return new MetisSeqError('L1_NOT_FINAL', `L1 has no final block ${block} yet${known}.`, {
    exit: Exit.network,
    severity: 'temporary',
    next: 'Wait until L1 has gone on.',
  })
}

function unsettled(block: number): MetisSeqError {
  return new MetisSeqError('L1_UNSETTLED', `L1's answers about block ${block} contradict each other.`, {
    exit: Exit.network,
    severity: 'temporary',
    next: 'Ask again; if it stays so, the node behind the L1 address is broken or load-balanced between different chains.',
  })
}

function tooManyEvents(block: number): MetisSeqError {
  return new MetisSeqError('L1_TOO_MANY_EVENTS', `L1 block ${block} alone has more than ${MAX_RANGE_EVENTS} events.`, {
    exit: Exit.data,
    severity: 'critical',
    next: 'Raise the limit of events on all nodes at once.',
  })
}
