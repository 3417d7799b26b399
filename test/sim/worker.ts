import { parentPort } from 'node:worker_threads'
import { generate } from './generate.js'
import { simulate } from './simulation.js'

/** A thread that runs the schedule of each seed that it is told, and tells what came of it. */
parentPort?.on('message', async (seed: number) => {
  const { figures, outside, violation } = await simulate(generate(seed))
  parentPort?.postMessage({ figures, outside, violation: violation?.message })
})
