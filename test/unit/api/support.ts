import { nextBaseFee } from '../../../src/core/chain/baseFee.js'
import type { Genesis } from '../../../src/core/genesis/types.js'
import { TransactionPool } from '../../../src/core/mempool/pool.js'
import type { Block, ExecutionEngine } from '../../../src/core/ports/execution.js'
import type { Address, Hash } from '../../../src/core/types/hex.js'
import {
  type ApiOptions,
  type ApiServer,
  type RpcContext,
  type SyncProgress,
  startApi,
} from '../../../src/node/api/index.js'
import { CHAIN_ID, next, openRig, type Rig } from '../execution/support.js'

/** A node's API on a real engine, with a sequencer as small as it can be. */
export interface ApiRig {
  api: ApiServer
  engine: ExecutionEngine
  pool: TransactionPool
  context: RpcContext
  /** Bugs the server met. */
  errors: unknown[]
  progress: { value: false | SyncProgress }
  tags: { safe: number; finalized: number }
  /** Puts what waits in the pool into a block. */
  seal(): Promise<Block>
  close(): Promise<void>
}

export async function openApi(options: Partial<ApiOptions> = {}, genesis?: Genesis['l2']): Promise<ApiRig> {
  const rig: Rig = await openRig(genesis)
  const { engine } = rig
  const gasLimit = engine.head().gasLimit
  const pool = new TransactionPool({ chainId: CHAIN_ID, blockGasLimit: gasLimit })
  const pending = new Set<(hash: Hash) => void>()
  const progress: ApiRig['progress'] = { value: false }
  const tags = { safe: 0, finalized: 0 }
  const context: RpcContext = {
    chain: engine,
    tags: () => tags,
    pool,
    submit: async (raw) => {
      const tx = engine.decodeTransaction(raw)
      const head = engine.head()
      const account = {
        nonce: await engine.nonce(tx.from, head.hash),
        balance: await engine.balance(tx.from, head.hash),
      }
      pool.add(tx, account, nextBaseFee(head))
      for (const listener of pending) listener(tx.hash)
      return tx.hash
    },
    onHead: (listener) => engine.onHead(listener),
    onPending: (listener) => {
      pending.add(listener)
      return () => pending.delete(listener)
    },
    syncing: () => progress.value,
    peers: () => 3,
    sequencerSet: rig.genesis.sequencerSet,
    clientVersion: 'metis-seq/test',
    gasLimit,
  }
  const seal = async () => {
    const txs = pool.select({ gasLimit, baseFee: nextBaseFee(engine.head()) })
    const { block, rejected } = await engine.execute(
      txs.map(({ raw }) => raw),
      next(engine),
    )
    const nonces = new Map<Address, number>()
    for (const { from } of txs) nonces.set(from, await engine.nonce(from, block.hash))
    pool.dropStale(nonces)
    pool.remove(rejected.filter(({ stale }) => stale).map(({ hash }) => hash))
    return block
  }
  const errors: unknown[] = []
  const api = await startApi({ context, port: 0, onError: (error) => errors.push(error), ...options })
  const close = async () => {
    await api.close()
    await rig.remove()
  }
  return { api, engine, pool, context, errors, progress, tags, seal, close }
}

/** Posts `body` as it is and reads the answer. */
export async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) }
}

/** Calls one method and gives the whole answer. */
export async function rpc(url: string, method: string, ...params: unknown[]) {
  const { json } = await post(url, { jsonrpc: '2.0', id: 1, method, params })
  return json() as { result?: unknown; error?: { code: number; message: string; data?: string } }
}

/** The result of a call. @throws Error where it is answered with an error */
export async function resultOf(url: string, method: string, ...params: unknown[]) {
  const { result, error } = await rpc(url, method, ...params)
  if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`)
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  return result as any
}
