import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { build } from 'vite'
import type { Outcome } from './simulation.js'

/** What a thread tells of one schedule. */
export interface Told {
  figures: Outcome['figures']
  outside: boolean
  violation: string | undefined
}

/** MB for what a schedule throws away at once, so that it need not be collected all the time. */
const YOUNG = 64

/** Threads that run schedules, one each at a time; what a seed gives does not depend on which of them runs it. */
export class Crew {
  readonly #folder: string
  readonly #all: Worker[]
  readonly #free: Worker[]
  readonly #running = new Set<Promise<void>>()
  #failure: { error: unknown } | undefined

  private constructor(folder: string, threads: number) {
    this.#folder = folder
    const limits = { resourceLimits: { maxYoungGenerationSizeMb: YOUNG } }
    this.#all = Array.from({ length: threads }, () => new Worker(`${folder}/worker.mjs`, limits))
    this.#free = [...this.#all]
  }

  /** The simulator is bundled for them; packages are found from where the bundle lies. */
  static async gather(threads: number): Promise<Crew> {
    const folder = await mkdtemp(fileURLToPath(new URL('../../node_modules/.sim-', import.meta.url)))
    await build({
      configFile: false,
      logLevel: 'error',
      build: {
        ssr: fileURLToPath(new URL('worker.ts', import.meta.url)),
        outDir: folder,
        target: 'node20',
        minify: false,
        rollupOptions: { output: { entryFileNames: 'worker.mjs' } },
      },
    })
    return new Crew(folder, threads)
  }

  /** Resolves once a thread began with this seed; `heard` gets what came of it. @throws what went wrong with one before */
  async run(seed: number, heard: (told: Told) => void): Promise<void> {
    while (this.#free.length === 0) await Promise.race(this.#running)
    if (this.#failure !== undefined) throw this.#failure.error
    const worker = this.#free.pop()
    if (worker === undefined) throw new Error('a free thread is gone')
    const running = this.#one(worker, seed)
      .then(heard)
      .catch((error) => {
        this.#failure ??= { error }
      })
      .then(() => {
        this.#free.push(worker)
        this.#running.delete(running)
      })
    this.#running.add(running)
  }

  async #one(worker: Worker, seed: number): Promise<Told> {
    const answer = once(worker, 'message') // or its error
    worker.postMessage(seed)
    const [told] = await answer
    return told
  }

  /** Waits for what still runs. @throws what went wrong with one of them */
  async done(): Promise<void> {
    await Promise.all(this.#running)
    if (this.#failure !== undefined) throw this.#failure.error
  }

  async leave(): Promise<void> {
    await Promise.all(this.#all.map((worker) => worker.terminate()))
    await rm(this.#folder, { recursive: true, force: true })
  }
}
