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
  /** It can take the next job. */
  onIdle: () => void
  /** It is over and takes no more jobs. */
  onEnd: (error: MetisSeqError) => void
}

/** One thread that reads: one job at a time, ended when that takes too long. It keeps the process alive only while it has work. */
export class ReadThread {
  readonly #worker: Worker
  readonly #events: ThreadEvents
  /** Ids of the chains that it may have open. */
  readonly #chains = new Set<number>()
  readonly #closing = new Map<number, () => void>()
  /** Resolves when nothing of it is left, and no database open in it. */
  readonly gone: Promise<unknown>
  #job: ReadJob | undefined
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

  get idle(): boolean {
    return this.#ready && !this.#over && this.#job === undefined
  }

  /** The job that it has, if any. */
  get job(): ReadJob | undefined {
    return this.#job
  }

  hasOpen(chain: number): boolean {
    return this.#chains.has(chain)
  }

  run(job: ReadJob): void {
    this.#job = job
    this.#chains.add(job.task.chain.id)
    this.#timer = setTimeout(() => this.stop(readTimeout(job.time)), job.time)
    this.#keepAlive()
    this.#post({ read: job.task }, [job.task.body.buffer as ArrayBuffer])
  }

  /** Ends it at once; its job fails with `error`. */
  stop(error: MetisSeqError): void {
    this.#end(error)
    void this.#worker.terminate()
  }

  /** Lets go of a chain, after the job that it has. Resolves when the chain's database is closed here. */
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
    this.#events.onIdle()
  }

  #end(error: MetisSeqError): void {
    if (this.#over) return
    this.#over = true
    this.#finish()?.reject(error)
    this.#events.onEnd(error)
  }

  #finish(): ReadJob | undefined {
    const job = this.#job
    this.#job = undefined
    clearTimeout(this.#timer)
    return job
  }

  #post(message: ToThread, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer)
  }

  /** A thread that is starting is wanted by somebody. */
  #keepAlive(): void {
    if (!this.#ready || this.#job !== undefined || this.#closing.size > 0) this.#worker.ref()
    else this.#worker.unref()
  }
}
