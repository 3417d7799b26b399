import { DEFAULT_STATE_HISTORY } from '../core/chain/stateHistory.js'
import { networkIdOf } from '../core/consensus/digest.js'
import { MetisSeqError, messageOf } from '../core/errors/index.js'
import type { ExecutionEngine } from '../core/ports/execution.js'
import type { ShareBox } from '../core/ports/group.js'
import type { ThresholdCrypto } from '../core/ports/threshold.js'
import { openApi } from './api.js'
import { recoverNative } from './consensus/recover.js'
import { createEmbeddedEngine, type PruneReport } from './execution/embedded/index.js'
import { groupOf } from './groupView.js'
import { type KeyLock, lockKey } from './keyLock.js'
import { Line } from './line.js'
import { bringGuardForward } from './sequencer/guard.js'
import { sealKeyOf } from './sequencer/seals.js'
import { openStores, type Stores } from './stores.js'
import { openShareBox } from './threshold/box.js'
import { createThresholdCrypto } from './threshold/crypto.js'
import { createMessageSeal } from './threshold/envelope.js'
import { Shares } from './threshold/shares.js'
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
  const box = await readableBox(options, stores)
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
  node = new RunningNode(options, { stores, chain, lock, box })
  return node.start()
}

/** What encrypts the shares, once it is seen that what is stored can be read with it. @throws MetisSeqError `SHARE_UNREADABLE` (exit 9) */
async function readableBox({ key, password }: NodeOptions, stores: Stores): Promise<ShareBox> {
  try {
    const box = await openShareBox(password, stores.shares)
    await new Shares(stores.shares, box, key.address).check()
    return box
  } catch (error) {
    // All of them: with another password the node may be started again in this process.
    for (const store of Object.values(stores)) await store.close()
    throw error
  }
}

interface Opened {
  stores: Stores
  chain: ExecutionEngine
  lock: KeyLock
  box: ShareBox
}

class RunningNode implements SequencerNode {
  readonly address
  readonly #options: NodeOptions
  readonly #stores: Stores
  readonly #line: Line
  readonly #lock: KeyLock
  readonly #crypto: { sign: ThresholdCrypto; share: ThresholdCrypto }
  #api: Awaited<ReturnType<typeof openApi>> | undefined
  #timer: NodeJS.Timeout | undefined
  #pruned: PruneReport | undefined
  #closing: Promise<void> | undefined

  constructor(options: NodeOptions, { stores, chain, lock, box }: Opened) {
    const { genesis, key, engine, hub, kzg, l1, now, sender } = options
    this.#options = options
    this.#stores = stores
    this.#lock = lock
    this.#crypto = { sign: createThresholdCrypto(), share: createThresholdCrypto() }
    this.address = key.address
    this.#line = new Line({
      genesis,
      key: sealKeyOf(key.privateKey),
      stores,
      chain,
      engine,
      join: (handlers) => hub.join(key.address, handlers),
      group: { crypto: this.#crypto, seal: createMessageSeal(key), box },
      l1,
      sender,
      kzg,
      recover: recoverNative,
      now,
      emit: (news) => this.#emit(news),
      fatal: (error) => this.#fatal(error),
    })
  }

  async start(): Promise<this> {
    const { context, submissions } = this.#line
    this.#api = await openApi({
      context,
      submit: (raw) => submissions.submit(raw),
      onPending: (listener) => submissions.onPending(listener),
      rotation: () => this.rotation(),
      status: () => this.status(),
      group: () => this.group(),
      pruned: () => this.#pruned,
      api: this.#options.api,
    })
    this.#timer = setInterval(() => this.#line.wake(), TICK)
    this.#line.start()
    return this
  }

  get url() {
    if (this.#api === undefined)
      throw new MetisSeqError('NODE_NOT_STARTED', 'The node has no address before its start.')
    return this.#api.url
  }

  status() {
    const { context, driver } = this.#line
    return statusOf(context, { height: driver.height, appHash: driver.appHash })
  }

  group() {
    return groupOf(this.#line.context)
  }

  refreshGroup(): void {
    this.#line.refreshGroup()
  }

  rotation() {
    return rotationOf(this.#line.context)
  }

  /** Last block whose batch L1 holds. */
  get finalized(): number {
    return this.#line.driver.state.batch.finalized
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
    this.#line.leave()
    await this.#api?.close()
    await this.#line.close()
    await Promise.all([this.#crypto.sign.close(), this.#crypto.share.close()])
    const { consensus, seals, guard, blobs, shares } = this.#stores
    for (const store of [consensus, seals, guard, blobs, shares]) await store.close()
    await this.#lock.release()
  }
}

export { createKzg } from './batcher/kzg.js'
export { createL1Sender } from './bridge/sender.js'
export { createL1View } from './bridge/view.js'
export { openEmbeddedLog } from './consensus/embedded.js'
export { type AuditOptions, auditChain } from './derive.js'
export { makeGenesisBlock } from './execution/embedded/index.js'
export { type Founder, foundGroup } from './founding.js'
export type { GroupMemberView, GroupRequestView, GroupView } from './groupView.js'
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
export type { NodeEvent, NodeOptions, NodeStatus, Rotation, SequencerNode } from './types.js'
