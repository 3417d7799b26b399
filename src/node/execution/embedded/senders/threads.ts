import type { Worker } from 'node:worker_threads'
import { messageOf } from '../../../../core/errors/index.js'
import type { Recovered } from './envelopes.js'

/** What a thread is asked: the senders of an RLP list of envelopes. */
export interface RecoveryTask {
  id: number
  chainId: number
  envelopes: Uint8Array
}

export type RecoveryAnswer = { id: number } & ({ recovered: Recovered; error?: never } | { error: string })

interface Thread {
  worker: Worker
  ready: boolean
  tasks: Map<number, { resolve: (recovered: Recovered) => void; reject: (error: Error) => void }>
}

/** After so many that died before they gave an answer no further thread is started: something keeps threads from running here. */
const MAX_FAILURES = 5

/**
 * Threads that recover senders: started when there is work for them, up to `size`, and never what keeps the process alive but while
 * they are at work. One that dies fails its tasks, and another takes its place with the next one.
 */
export class SenderThreads {
  readonly #size: number
  readonly #start: () => Worker
  readonly #threads = new Set<Thread>()
  #failures = 0
  #lastId = 0

  constructor(size: number, start: () => Worker) {
    this.#size = size
    this.#start = start
  }

  /** Whether some task is under way. */
  get busy(): boolean {
    return this.#ready().some(({ tasks }) => tasks.size > 0)
  }

  /** Whether a task would begin. Where none would, or all threads have work, another one is started. */
  prepare(): boolean {
    const ready = this.#ready()
    const starting = this.#threads.size > ready.length
    const wanted = ready.every(({ tasks }) => tasks.size > 0)
    if (wanted && !starting && this.#threads.size < this.#size && this.#failures < MAX_FAILURES) this.#add()
    return ready.length > 0
  }

  /** Gives a task to the thread with the fewest; it fails where none is ready, and where the thread ends before it answers. */
  async run(chainId: number, envelopes: Uint8Array): Promise<Recovered> {
    const [first, ...others] = this.#ready()
    if (first === undefined) throw new Error('no thread is ready')
    const thread = others.reduce((least, each) => (each.tasks.size < least.tasks.size ? each : least), first)
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      thread.tasks.set(id, { resolve, reject })
      thread.worker.ref()
      const task: RecoveryTask = { id, chainId, envelopes }
      thread.worker.postMessage(task, [envelopes.buffer as ArrayBuffer])
    })
  }

  /** Ends all threads; what was under way fails. */
  async close(): Promise<void> {
    this.#failures = MAX_FAILURES
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()))
  }

  #ready(): Thread[] {
    return [...this.#threads].filter(({ ready }) => ready)
  }

  #add(): void {
    const worker = this.#start()
    const thread: Thread = { worker, ready: false, tasks: new Map() }
    this.#threads.add(thread)
    worker.on('message', (message: RecoveryAnswer | 'ready') => this.#hear(thread, message))
    worker.on('error', (error) => this.#end(thread, messageOf(error)))
    worker.on('exit', (code) => this.#end(thread, `its thread ended with code ${code}`))
    // After the listeners: one for messages keeps the process alive anew.
    worker.unref()
  }

  #hear(thread: Thread, message: RecoveryAnswer | 'ready'): void {
    if (message === 'ready') {
      thread.ready = true
      return
    }
    this.#failures = 0
    const task = thread.tasks.get(message.id)
    thread.tasks.delete(message.id)
    if (thread.tasks.size === 0) thread.worker.unref()
    if (message.error === undefined) task?.resolve(message.recovered)
    else task?.reject(new Error(message.error))
  }

  #end(thread: Thread, reason: string): void {
    if (!this.#threads.delete(thread)) return
    this.#failures += 1
    for (const { reject } of thread.tasks.values()) reject(new Error(reason))
  }
}
