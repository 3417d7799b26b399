import { Worker, type WorkerOptions } from 'node:worker_threads'
import { messageOf } from '../core/errors/index.js'

/**
 * Starts a file of `src`, such as `node/threshold/worker`, in a thread of its own. Where the program runs from its sources (tests,
 * benchmarks) the thread gets the loader that reads TypeScript; what is built needs none.
 */
export function startThread(name: string, options: WorkerOptions): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL(`../${name}.js`, import.meta.url), options)
  const loader = new URL('../../scripts/typescript.mjs', import.meta.url).href
  return new Worker(new URL(`../${name}.ts`, import.meta.url), { ...options, execArgv: ['--import', loader] })
}

/**
 * Tasks of one thread, which answers each under the task's id. A thread that ends fails what is under way, and takes nothing
 * more; it keeps the process alive only while it has something to do.
 */
export class TaskThread<Task extends { id: number }, Answer extends { id: number }> {
  readonly #worker: Worker
  readonly #failed: (reason: string) => Error
  readonly #waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>()
  #end: string | undefined
  #last = 0

  /** `failed` makes the error of what the thread did not come to answer. */
  constructor(worker: Worker, failed: (reason: string) => Error) {
    this.#worker = worker
    this.#failed = failed
    worker.on('message', (answer: Answer) => {
      const waiting = this.#waiting.get(answer.id)
      this.#waiting.delete(answer.id)
      if (this.#waiting.size === 0) worker.unref()
      waiting?.resolve(answer)
    })
    worker.on('error', (error) => this.#ended(messageOf(error)))
    worker.on('exit', (code) => this.#ended(`its thread ended with code ${code}`))
    // After the listeners: one for messages keeps the process alive anew.
    worker.unref()
  }

  get dead(): boolean {
    return this.#end !== undefined
  }

  async ask(task: Omit<Task, 'id'>): Promise<Answer> {
    if (this.#end !== undefined) throw this.#failed(this.#end)
    const id = ++this.#last
    return new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.ref()
      this.#worker.postMessage({ ...task, id })
    })
  }

  /** Without an answer. */
  tell(message: object): void {
    if (!this.dead) this.#worker.postMessage(message)
  }

  async close(): Promise<void> {
    this.#ended('it was closed')
    await this.#worker.terminate()
  }

  #ended(reason: string): void {
    this.#end ??= reason
    for (const { reject } of this.#waiting.values()) reject(this.#failed(this.#end))
    this.#waiting.clear()
  }
}
