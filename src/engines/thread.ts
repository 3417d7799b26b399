import { Worker, type WorkerOptions } from 'node:worker_threads'

/**
 * Starts a file of `src`, such as `node/threshold/worker`, in a thread of its own. Where the program runs from its sources (tests,
 * benchmarks) the thread gets the loader that reads TypeScript; what is built needs none.
 */
export function startThread(name: string, options: WorkerOptions): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL(`../${name}.js`, import.meta.url), options)
  const loader = new URL('../../scripts/typescript.mjs', import.meta.url).href
  return new Worker(new URL(`../${name}.ts`, import.meta.url), { ...options, execArgv: ['--import', loader] })
}
