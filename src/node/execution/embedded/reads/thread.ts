import type { Worker } from 'node:worker_threads'
import { type MetisSeqError, messageOf } from '../../../../core/errors/index.js'
import { readFailed, readTimeout, receivedError } from './errors.js'
import type { FromThread, ReadTask, ToThread } from './task.js'

/** A task, and who waits for its answer. */
export interface ReadJob {
  task: ReadTask
  /** ms */
  time: number
  heavy: boolean
  resolve: (answer: Uint8Array) => void
  reject: (error: MetisSeqError) => void
}

export interface ThreadEvents {
  /** It has answered a job. */
  onRoom: () => void
  /** It is over and takes no more jobs; those that it had not begun are left. */
  onEnd: (error: MetisSeqError, left: readonly ReadJob[]) => void
}

/**
 * One thread that reads: one job after the other, ended when one takes too long. Light jobs may be given to it ahead, so that it
 * need not wait for this thread between them. It keeps the process alive only while it has work.
 */
export class ReadThread {
  readonly #worker: Worker
  readonly #events: ThreadEvents
  /** Ids of the chains that it may have open. */
  readonly #chains = new Set<number>()
  readonly #closing = new Map<number, () => void>()
  /** Resolves when nothing of it is left, and no database open in it. */
  readonly gone: Promise<unknown>
  /** In the order in which they are done; the first one is under way. */
  #jobs: ReadJob[] = []
  #timer: NodeJS.Timeout | undefined
  #ready = false
  #over = false

  constructor(worker: Worker, events: ThreadEvents) {
    this.#worker = worker
    this.#events = events
    this.gone = new Promise((resolve) => worker.once('exit', resolve))
    worker.on('message', (message: FromThread) => this.#hear(message))
    worker.on('error', (error) => this.#end(readFailed(messageOf(error), error)))
    worker.on('exit', (code) => this.#end(readFailed(`its thread ended with code ${code}`)))
  }

  /** It has been able to work. */
  get ready(): boolean {
    return this.#ready
  }

  /** Whether it can take a job now, of which it has `most` at most: a heavy one stands alone. */
  hasRoom(heavy: boolean, most: number): boolean {
    if (!this.#ready || this.#over) return false
    return this.#jobs.length === 0 || (!heavy && this.#jobs.length < most && this.job?.heavy === false)
  }

  /** Jobs that it has. */
  get load(): number {
    return this.#jobs.length
  }

  /** The job that is under way, if any. */
  get job(): ReadJob | undefined {
    return this.#jobs[0]
  }

  hasOpen(chain: number): boolean {
    return this.#chains.has(chain)
  }

  run(job: ReadJob): void {
    this.#jobs.push(job)
    this.#chains.add(job.task.chain.id)
    if (this.#jobs.length === 1) this.#watch()
    this.#keepAlive()
    this.#post({ read: job.task })
  }

  /** Ends it at once; the job that is under way fails with `error`. */
  stop(error: MetisSeqError): void {
    this.#end(error)
    void this.#worker.terminate()
  }

  /** Lets go of a chain, after the jobs that it has. Resolves when the chain's database is closed here. */
  async leave(chain: number): Promise<void> {
    if (!this.#chains.delete(chain)) return
    const closed = new Promise<void>((resolve) => this.#closing.set(chain, resolve))
    this.#post({ close: chain })
    this.#keepAlive()
    await Promise.race([closed, this.gone])
  }

  #hear(message: FromThread): void {
    if (this.#over) return
    if ('closed' in message) {
      this.#closing.get(message.closed)?.()
      this.#closing.delete(message.closed)
      return this.#keepAlive()
    }
    this.#ready = true
    const job = this.#finish()
    if ('answer' in message) job?.resolve(message.answer)
    else if ('error' in message) job?.reject(receivedError(message.error))
    this.#keepAlive()
    this.#events.onRoom()
  }

  #end(error: MetisSeqError): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#timer)
    this.#jobs.shift()?.reject(error)
    this.#events.onEnd(error, this.#jobs.splice(0))
  }

  /** The job that is done; the time of the next one begins. */
  #finish(): ReadJob | undefined {
    clearTimeout(this.#timer)
    const job = this.#jobs.shift()
    this.#watch()
    return job
  }

  #watch(): void {
    const { job } = this
    if (job !== undefined) this.#timer = setTimeout(() => this.stop(readTimeout(job.time)), job.time)
  }

  /** What is posted is copied: a job that is left over is posted again. */
  #post(message: ToThread): void {
    this.#worker.postMessage(message)
  }

  /** A thread that is starting is wanted by somebody. */
  #keepAlive(): void {
    if (!this.#ready || this.#jobs.length > 0 || this.#closing.size > 0) this.#worker.ref()
    else this.#worker.unref()
  }
}
