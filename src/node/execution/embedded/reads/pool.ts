import { availableParallelism } from 'node:os'
import type { Worker } from 'node:worker_threads'
import type { MetisSeqError } from '../../../../core/errors/index.js'
import { startThread } from '../../../../engines/thread.js'
import { readsBusy, readsClosed } from './errors.js'
import { READ_LIMITS, type ReadTask } from './task.js'
import { type ReadJob, ReadThread } from './thread.js'

export interface ReadPoolOptions {
  /** Threads at most. */
  size: number
  /** A thread that runs `reads/worker.ts`. */
  start: () => Worker
  /** Jobs that may wait, by weight. */
  waiting?: { light: number; heavy: number }
  /** ms after which a job that still waits is turned away */
  patience?: number
  /** Light jobs that one thread has at most. */
  ahead?: number
}

interface Waiting extends ReadJob {
  timer: NodeJS.Timeout
}

/** A thread that had to wait for the next job until this thread has a moment would read a few times a block and no more. */
const AHEAD = 16
/** After so many light jobs in a row a heavy one has its turn. */
const LIGHT_IN_A_ROW = 8

/**
 * The threads in which all nodes of this process read. They are started when they are needed. Light jobs go first, and
 * heavy ones leave a thread to them where there is more than one; both wait in lines of bounded length and for a bounded time.
 */
export class ReadPool {
  readonly #options: Required<ReadPoolOptions>
  readonly #light: Waiting[] = []
  readonly #heavy: Waiting[] = []
  readonly #threads = new Set<ReadThread>()
  /** Threads that end: they may hold a database until they have. */
  readonly #ending = new Set<Promise<unknown>>()
  /** Chains that are on their way out. */
  readonly #leaving = new Set<number>()
  #inARow = 0

  constructor(options: ReadPoolOptions) {
    this.#options = { waiting: { light: 256, heavy: 64 }, patience: 10_000, ahead: AHEAD, ...options }
  }

  /**
   * The answer to `task`, which may take `time` ms.
   * @throws MetisSeqError `READS_BUSY`, `EXECUTION_TIMEOUT`, `READ_FAILED`, `READS_CLOSED`, and what the read itself throws
   */
  run(task: ReadTask, time: number): Promise<Uint8Array> {
    const { heavy } = READ_LIMITS[task.kind]
    const line = heavy ? this.#heavy : this.#light
    const most = heavy ? this.#options.waiting.heavy : this.#options.waiting.light
    return new Promise((resolve, reject) => {
      if (line.length >= most) return reject(readsBusy(`${line.length} reads wait already`))
      line.push(this.#waiting({ task, time, heavy, resolve, reject }))
      this.#advance()
    })
  }

  #waiting(job: ReadJob): Waiting {
    const waiting: Waiting = { ...job, timer: setTimeout(() => this.#giveUp(waiting), this.#options.patience) }
    return waiting
  }

  /** Ends the reads of a chain, and has all threads close its database: whoever owns it may close it then. */
  async leave(chain: number): Promise<void> {
    this.#leaving.add(chain)
    for (const job of [...this.#light, ...this.#heavy]) {
      if (job.task.chain.id === chain) this.#remove(job)?.reject(readsClosed())
    }
    for (const thread of this.#threads) if (thread.job?.task.chain.id === chain) thread.stop(readsClosed())
    await Promise.all([...this.#threads].map((thread) => thread.leave(chain)))
    await Promise.all(this.#ending)
    this.#leaving.delete(chain)
  }

  #giveUp(job: Waiting): void {
    this.#remove(job)?.reject(readsBusy(`the read waited ${this.#options.patience / 1000} s for its turn`))
  }

  #remove(job: Waiting): Waiting | undefined {
    clearTimeout(job.timer)
    const line = job.heavy ? this.#heavy : this.#light
    const at = line.indexOf(job)
    return at < 0 ? undefined : line.splice(at, 1)[0]
  }

  /** Gives jobs to threads that have room, and starts a thread where a job is left. */
  #advance(): void {
    for (let job = this.#next(); job !== undefined; job = this.#next()) {
      const thread = this.#free(job)
      if (thread === undefined || thread.load > 0) this.#grow()
      if (thread === undefined) return
      this.#remove(job)
      this.#inARow = job.heavy ? 0 : this.#inARow + 1
      thread.run(job)
    }
  }

  #next(): Waiting | undefined {
    const running = [...this.#threads].filter(({ job }) => job?.heavy === true).length
    const heavy = running < Math.max(1, this.#options.size - 1) ? this.#heavy[0] : undefined
    return heavy !== undefined && this.#inARow >= LIGHT_IN_A_ROW ? heavy : (this.#light[0] ?? heavy)
  }

  /** The one with the least to do, and of those one that has the chain open already. */
  #free({ task, heavy }: Waiting): ReadThread | undefined {
    const free = [...this.#threads].filter((thread) => thread.hasRoom(heavy, this.#options.ahead))
    const least = Math.min(...free.map(({ load }) => load))
    const best = free.filter(({ load }) => load === least)
    return best.find((thread) => thread.hasOpen(task.chain.id)) ?? best[0]
  }

  /** One thread at a time is started; when it is ready, another may be wanted. */
  #grow(): void {
    const starting = [...this.#threads].some(({ ready }) => !ready)
    if (starting || this.#threads.size >= this.#options.size) return
    const thread: ReadThread = new ReadThread(this.#options.start(), {
      onRoom: () => this.#advance(),
      onEnd: (error, left) => this.#forget(thread, error, left),
    })
    this.#threads.add(thread)
  }

  #forget(thread: ReadThread, error: MetisSeqError, left: readonly ReadJob[]): void {
    this.#threads.delete(thread)
    for (const job of left) if (this.#leaving.has(job.task.chain.id)) job.reject(readsClosed())
    const kept = left.filter(({ task }) => !this.#leaving.has(task.chain.id))
    this.#light.unshift(...kept.map((job) => this.#waiting(job)))
    const ending = thread.gone.finally(() => this.#ending.delete(ending))
    this.#ending.add(ending)
    // What keeps a thread from starting keeps the next one too: somebody must be told.
    const [first] = this.#light.length > 0 ? this.#light : this.#heavy
    if (!thread.ready && first !== undefined) this.#remove(first)?.reject(error)
    this.#advance()
  }
}

/** More threads than this gain little. */
const MAX_THREADS = 4
/** MB of a thread's own objects; what the engine holds is bounded by itself. */
const MAX_HEAP = 512

let pool: ReadPool | undefined

/** The pool of this process: a thread for each core but the first, which seals and imports blocks. */
export function sharedReadPool(): ReadPool {
  pool ??= new ReadPool({
    size: Math.max(1, Math.min(MAX_THREADS, availableParallelism() - 1)),
    start: () =>
      startThread('node/execution/embedded/reads/worker', { resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP } }),
  })
  return pool
}
