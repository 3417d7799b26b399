import type { Worker } from 'node:worker_threads'
import { Exit, MetisSeqError, messageOf } from '../../../../core/errors/index.js'
import { reached } from '../../../../core/faultPoints.js'
import type { DatabaseAddress } from '../../../../core/ports/database.js'
import type { Block } from '../../../../core/ports/execution.js'
import { startThread } from '../../../../engines/thread.js'
import { fromHex } from '../hex.js'
import { Sweep, type SweepOptions } from './sweep.js'
import type { PruneMessage, PruneTask } from './worker.js'

/** Blocks between two prunes, as a part of those whose state is kept; and not fewer than `MIN_STEP`. */
const STEP = 1 / 8
const MIN_STEP = 32
const REST = 9

/** Which states a node keeps, and who hears of those that go. */
export interface KeptStates {
  /** Of how many blocks, the latest ones, the state is kept; at least 1. */
  keep: number
  /** Number of a block whose state and those after it are kept in any case. */
  keepFrom?: (() => number) | undefined
  /** Blocks between two prunes (default: an eighth of `keep`, at least 32). */
  step?: number | undefined
  /** After a prune none begins for so many times as long as it took (default 9: at most a tenth of one thread). */
  rest?: number | undefined
  onPruned?: ((report: PruneReport) => void) | undefined
  onFailed?: ((error: Error) => void) | undefined
}

export interface PruneOptions extends KeptStates, SweepOptions {}

interface Counts {
  /** Nodes of the oldest state that is kept. */
  nodes: number
  /** Nodes that were looked at, and that were removed. */
  read: number
  removed: number
  /** Bytes that the marks took. */
  memory: number
}

/** What one prune did. */
export interface PruneReport extends Counts {
  /** Number of the oldest block whose state is kept now. */
  oldest: number
  /** ms */
  milliseconds: number
}

/**
 * Removes state that only old blocks have. A thread marks every node of the oldest state that is kept; then it looks through
 * all nodes for those that are not marked and were not written after that block. Any younger state consists of marked nodes
 * and of nodes that its own block or one before it wrote after the oldest one. The removing itself goes through `exclusive` in
 * slices, and leaves alone what was written since the thread read it: a block may make a node again that was garbage.
 */
export class Pruner {
  readonly #options: PruneOptions
  #running: Promise<PruneReport | undefined> | undefined
  #worker: Worker | undefined
  #closed = false
  /** Whether there was a prune since the start: the first one is due as soon as it is worth its while. */
  #started = false
  #notBefore = 0

  constructor(options: PruneOptions) {
    this.#options = options
  }

  /** There is a new head: begins to prune when that is due. */
  wake(head: Block): void {
    if (this.#running !== undefined || this.#closed || performance.now() < this.#notBefore) return
    const { keep, store, step = Math.max(MIN_STEP, Math.ceil(keep * STEP)) } = this.#options
    if (this.#target(head) < store.oldestState() + (this.#started ? step : Math.min(step, MIN_STEP))) return
    this.#started = true
    this.prune().catch((error) =>
      this.#options.onFailed?.(error instanceof Error ? error : new Error(messageOf(error))),
    )
  }

  /** Prunes now, or waits for the prune that runs; undefined where nothing was due or it was closed meanwhile. */
  prune(): Promise<PruneReport | undefined> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  /** Ends a prune that runs. What it had not removed yet, the next one finds. */
  async close(): Promise<void> {
    this.#closed = true
    this.#worker?.postMessage('stop')
    await this.#running?.catch(() => undefined) // whoever began it was told
  }

  async #run(): Promise<PruneReport | undefined> {
    const started = performance.now()
    const { address } = this.#options.database
    if (address === undefined) throw notShared()
    const task = await this.#options.exclusive(() => this.#begin(address))
    if (task === undefined || this.#closed) return undefined
    try {
      const counts = await this.#work(task)
      if (counts === undefined) return undefined
      const report = { oldest: task.number, ...counts, milliseconds: performance.now() - started }
      this.#options.onPruned?.(report)
      return report
    } finally {
      const now = performance.now()
      this.#notBefore = now + (this.#options.rest ?? REST) * (now - started)
    }
  }

  /** Says first which states are gone, so that after a crash nobody reads what is half removed. */
  async #begin(address: DatabaseAddress): Promise<PruneTask | undefined> {
    const { store } = this.#options
    const headHash = store.headHash()
    const head = headHash && store.block(headHash)
    const number = head === undefined ? 0 : this.#target(head)
    if (number <= store.oldestState()) return undefined
    const hash = store.canonicalHash(number)
    const block = hash && store.block(hash)
    if (block === undefined) return undefined
    await store.forgetStates(number)
    reached('prune.marked')
    return { address, number, root: fromHex(block.stateRoot) }
  }

  #target(head: Block): number {
    const { keep, keepFrom } = this.#options
    return Math.min(head.number - keep + 1, keepFrom?.() ?? head.number)
  }

  async #work(task: PruneTask): Promise<Counts | undefined> {
    const worker = startThread('node/execution/embedded/prune/worker', { workerData: task })
    this.#worker = worker
    // Its reader is closed then: the database itself must not be closed before.
    const ended = new Promise((resolve) => worker.once('exit', resolve))
    const sweep = new Sweep(this.#options)
    const counts = { nodes: 0, read: 0, removed: 0, memory: 0 }
    let done = false
    try {
      await new Promise<void>((resolve, reject) => {
        worker.on('error', reject)
        worker.on('exit', () => resolve())
        worker.on('message', (message: PruneMessage) => {
          done = message.what === 'swept'
          this.#answer(message, counts, sweep).then((answer) => worker.postMessage(answer), reject)
        })
      })
    } finally {
      sweep.end()
      worker.postMessage('stop')
      await ended
      this.#worker = undefined
    }
    return done ? counts : undefined
  }

  async #answer(message: PruneMessage, counts: Counts, sweep: Sweep): Promise<'next' | 'stop'> {
    if (this.#closed) sweep.end()
    if (message.what === 'marked') {
      counts.nodes = message.nodes
      counts.memory = message.memory
      await sweep.begin()
    } else if (message.what === 'garbage') {
      counts.read += message.read
      counts.removed += await sweep.remove(message.hashes)
    }
    return this.#closed ? 'stop' : 'next'
  }
}

function notShared(): MetisSeqError {
  return new MetisSeqError('DATABASE_NOT_SHARED', 'The database was not opened for several threads.', {
    exit: Exit.bug,
    next: 'Open it with `shared`.',
  })
}
