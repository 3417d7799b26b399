import { DEFAULT_STATE_HISTORY } from '../core/chain/stateHistory.js'
import { bytesToHex } from '../core/codec/index.js'
import { signDigest } from '../core/consensus/crypto.js'
import { attestationDigest, networkIdOf } from '../core/consensus/digest.js'
import { memberOf } from '../core/consensus/power.js'
import type { Effect } from '../core/consensus/types.js'
import { MetisSeqError, messageOf } from '../core/errors/index.js'
import { type GuardRecord, guardProblem, maySeal } from '../core/guard/guard.js'
import { authoritiesOf } from '../core/mempool/authorities.js'
import { TransactionPool } from '../core/mempool/pool.js'
import type { ExecutionEngine, Transaction } from '../core/ports/execution.js'
import type { Network } from '../core/ports/network.js'
import { openApi } from './api.js'
import { Batcher } from './batcher/batcher.js'
import { BlobStore } from './batcher/blobStore.js'
import { ConsensusDriver } from './consensus/driver.js'
import { recoverNative } from './consensus/recover.js'
import { eventsOf } from './events.js'
import { createEmbeddedEngine, type PruneReport } from './execution/embedded/index.js'
import { type KeyLock, lockKey } from './keyLock.js'
import { Attester } from './sequencer/attester.js'
import type { NodeContext } from './sequencer/context.js'
import { Duties } from './sequencer/duties.js'
import { bringGuardForward, readGuard } from './sequencer/guard.js'
import { ChainKeeper } from './sequencer/keeper.js'
import { Producer } from './sequencer/producer.js'
import { openSealGuard, openSealStore } from './sequencer/seals.js'
import { Submissions } from './sequencer/submissions.js'
import { openStores, type Stores } from './stores.js'
import type { NodeNews, NodeOptions, SequencerNode } from './types.js'
import { rotationOf, statusOf } from './views.js'

/** ms between two looks at what is due; everything urgent is woken by an event. */
const TICK = 100

/** Wires one node out of its parts, starts it, and returns what its owner needs: the one place where adapters meet. */
export async function createNode(options: NodeOptions): Promise<SequencerNode> {
  const { genesis, key, keyLocks, now } = options
  const lock = await lockKey(keyLocks, { networkId: networkIdOf(genesis), address: key.address, now })
  try {
    return await openNode(options, lock)
  } catch (error) {
    await lock.release()
    throw error
  }
}

async function openNode(options: NodeOptions, lock: KeyLock): Promise<SequencerNode> {
  const { directory, genesis, stateHistory = DEFAULT_STATE_HISTORY } = options
  const stores = await openStores(directory)
  await bringGuardForward(stores.guard, networkIdOf(genesis), options.key.address)
  let node: RunningNode | undefined
  const pruning = (keep: number) => ({
    keep,
    keepFrom: () => node?.finalized ?? 0,
    onPruned: (report: PruneReport) => node?.pruned(report),
    onFailed: (error: Error) => node?.pruningFailed(error),
  })
  const chain = await createEmbeddedEngine({
    database: stores.chain,
    genesis: genesis.l2,
    // The other half of the time between two blocks is for those that execute it again.
    buildBudget: genesis.consensus.blockTime / 2,
    stateHistory: stateHistory === 'all' ? undefined : pruning(stateHistory),
  })
  node = new RunningNode(options, stores, chain, lock)
  return node.start()
}

class RunningNode implements SequencerNode {
  readonly address
  readonly #options: NodeOptions
  readonly #stores: Stores
  readonly #lock: KeyLock
  readonly #guard: GuardRecord | undefined
  readonly #chain: ExecutionEngine
  readonly #driver: ConsensusDriver
  readonly #network: Network
  readonly #context: NodeContext
  readonly #keeper: ChainKeeper
  readonly #producer: Producer
  readonly #attester: Attester
  readonly #duties: Duties
  readonly #batcher: Batcher
  readonly #submissions: Submissions
  #api: Awaited<ReturnType<typeof openApi>> | undefined
  #timer: NodeJS.Timeout | undefined
  #pruned: PruneReport | undefined
  #closing: Promise<void> | undefined
  readonly #running = new Set<Promise<unknown>>()
  /** Where the record stood at the start. Until consensus is there its state is old: acting on it would undo final blocks. */
  readonly #recorded: number

  constructor(options: NodeOptions, stores: Stores, chain: ExecutionEngine, lock: KeyLock) {
    const { genesis, key, engine, hub } = options
    this.#options = options
    this.#stores = stores
    this.#chain = chain
    this.#lock = lock
    this.address = key.address
    this.#recorded = engine.status().height
    const networkId = networkIdOf(genesis)
    this.#guard = readGuard(stores.guard, networkId)
    this.#driver = new ConsensusDriver({
      context: { genesis, networkId, recover: recoverNative },
      database: stores.consensus,
      engine,
      onDecided: async (effects, refusals) => this.#decided(effects, refusals),
      onFatal: (error) => this.#fatal(error),
    })
    const { chainId, gasLimit } = genesis.l2
    const authorities = (transaction: Transaction) => authoritiesOf(transaction, chainId, recoverNative)
    const pool = new TransactionPool({ chainId, blockGasLimit: BigInt(gasLimit), authoritiesOf: authorities })
    const seals = openSealStore(stores.seals)
    this.#network = hub.join(key.address, {
      onBlock: (_from, block) => this.#keeper.receive(block),
      onTransaction: (_from, raw) => this.#spawn(this.#submissions.receive(raw)),
      onBatch: (from, batch) => this.#spawn(this.#batcher.receive(from, batch)),
      serveBlock: async (hash) => {
        const [block, record] = [await chain.blockByHash(hash), seals.get(hash)]
        return block === undefined || record?.seal == null ? undefined : { encoded: block.encoded, seal: record.seal }
      },
    })
    this.#context = {
      genesis,
      networkId,
      address: key.address,
      chain,
      pool,
      network: this.#network,
      consensus: this.#driver,
      seals,
      attest: async (content) => {
        const signature = bytesToHex(signDigest(attestationDigest(networkId, content), key.privateKey))
        await this.#driver.submit({ type: 'attestation', member: key.address, content, signature })
      },
      seal: openSealGuard(stores.guard, networkId, key.privateKey),
      recover: recoverNative,
      now: options.now,
      warn: (message) => this.#emit({ event: 'warning', message }),
      refused: (what, reason) => this.#emit({ event: 'refused', what, reason }),
      produced: ({ number, hash, transactions }, own, term) =>
        this.#emit({ event: 'block', number, hash, transactions: transactions.length, own, term }),
      fatal: (error) => this.#fatal(error),
    }
    this.#keeper = new ChainKeeper(this.#context, () => this.#isCurrent())
    this.#producer = new Producer(this.#context, this.#keeper)
    this.#attester = new Attester(this.#context, options.l1)
    this.#submissions = new Submissions(this.#context)
    const blobs = new BlobStore(stores.blobs)
    this.#batcher = new Batcher(
      {
        genesis,
        address: key.address,
        chain,
        consensus: this.#driver,
        network: this.#network,
        sealOf: (hash) => seals.get(hash)?.seal ?? null,
        isMember: () => memberOf(this.#driver.state.committee, key.address) !== undefined,
        vote: this.#context.attest,
        now: options.now,
        refused: this.#context.refused,
      },
      options.kzg,
      blobs,
    )
    this.#duties = new Duties(this.#context, options.group, options.sender, (hashes) => blobs.get(hashes))
  }

  async start(): Promise<this> {
    this.#api = await openApi({
      context: this.#context,
      submit: (raw) => this.#submissions.submit(raw),
      onPending: (listener) => this.#submissions.onPending(listener),
      rotation: () => this.rotation(),
      status: () => this.status(),
      pruned: () => this.#pruned,
      api: this.#options.api,
    })
    const problem = guardProblem(this.#guard, this.address)
    if (problem !== undefined) this.#emit({ event: 'warning', message: `${problem.message} ${problem.next}` })
    this.#driver.start()
    this.#chain.onHead(() => this.#wake())
    this.#timer = setInterval(() => this.#wake(), TICK)
    this.#wake()
    return this
  }

  get url() {
    if (this.#api === undefined)
      throw new MetisSeqError('NODE_NOT_STARTED', 'The node has no address before its start.')
    return this.#api.url
  }

  status() {
    return statusOf(this.#context, { height: this.#driver.height, appHash: this.#driver.appHash })
  }

  rotation() {
    return rotationOf(this.#context)
  }

  /** Last block whose batch L1 holds. */
  get finalized(): number {
    return this.#driver.state.batch.finalized
  }

  pruned(report: PruneReport): void {
    this.#pruned = report
    const { oldest, removed, milliseconds } = report
    this.#emit({ event: 'pruned', oldest, removed, milliseconds: Math.round(milliseconds) })
  }

  /** Nothing is lost by it but space; a disk that fails shows at the next block. */
  pruningFailed(error: Error): void {
    this.#emit({ event: 'warning', message: `old states could not be removed: ${error.message}` })
  }

  #isCurrent(): boolean {
    return this.#driver.height >= this.#recorded
  }

  /** Whether the guard lets the key seal in the current term: where not, no block is built for nothing. */
  #maySeal(): boolean {
    const { term, endBlock } = this.#driver.state.term
    return maySeal(this.#guard, this.address, { term, number: endBlock })
  }

  #wake(): void {
    if (this.#closing !== undefined || !this.#isCurrent()) return
    this.#keeper.wake()
    if (this.#maySeal()) this.#spawn(this.#producer.tick())
    this.#spawn(this.#attester.tick())
    this.#spawn(this.#duties.tick())
    this.#spawn(this.#batcher.tick())
    this.#spawn(this.#submissions.tick())
  }

  /** Runs to its end in the background; close waits for it, and a failure stops the node. */
  #spawn(work: Promise<unknown>): void {
    const settled = work
      .catch((error) => {
        if (this.#closing === undefined) this.#fatal(error)
      })
      .finally(() => this.#running.delete(settled))
    this.#running.add(settled)
  }

  #decided(effects: readonly Effect[], refusals: readonly string[]): void {
    // What was in the record before the start is no news.
    if (this.#driver.height <= this.#recorded) return this.#wake()
    for (const reason of refusals) if (!isExpected(reason)) this.#emit({ event: 'refused', what: 'message', reason })
    for (const event of eventsOf(effects)) this.#emit(event)
    this.#wake()
  }

  #emit(news: NodeNews): void {
    this.#options.onEvent({ node: this.address, ...news })
  }

  #fatal(error: unknown): void {
    if (this.#closing !== undefined) return
    this.#options.onFatal(error instanceof Error ? error : new Error(messageOf(error)))
    void this.close()
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** No new work, then the doors, then consensus, then the chain, then the files. */
  async #close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#api?.close()
    this.#network.close()
    await Promise.all(this.#running)
    await this.#driver.close()
    await this.#keeper.exclusive(async () => undefined)
    await this.#chain.close()
    const { consensus, seals, guard, blobs } = this.#stores
    for (const store of [consensus, seals, guard, blobs]) await store.close()
    await this.#lock.release()
  }
}

/** Several members do the same work now and then; the record keeps the first, and that is no news. */
function isExpected(reason: string): boolean {
  return /^(VOTE_|CHECKPOINT_|TERM_|RANGE_|REQUEST_|STALL_|BATCH_|EVIDENCE_KNOWN|GROUP_GENERATION|NOT_A_MEMBER)/.test(
    reason,
  )
}

export { createKzg } from './batcher/kzg.js'
export { createL1Sender } from './bridge/sender.js'
export { createL1View } from './bridge/view.js'
export { openEmbeddedLog } from './consensus/embedded.js'
export { type AuditOptions, auditChain } from './derive.js'
export { makeGenesisBlock } from './execution/embedded/index.js'
export {
  beginLostGuard,
  beginNodeGuard,
  exportGuard,
  type GuardPlace,
  type GuardView,
  importGuard,
  lookAtGuard,
  termLow,
} from './guard.js'
export { LocalHub } from './p2p/hub.js'
export {
  type ExportOptions,
  exportSnapshot,
  type ImportOptions,
  importSnapshot,
  lookAtSnapshot,
  type SnapshotContent,
} from './snapshot.js'
export { openDatabase } from './storage/level.js'
export { createDevGroupSigner } from './threshold/dev.js'
export type { NodeEvent, NodeOptions, NodeStatus, Rotation, SequencerNode } from './types.js'
