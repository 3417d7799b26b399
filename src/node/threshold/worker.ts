import { parentPort, workerData } from 'node:worker_threads'
import { Refused, type ThresholdFunction, ThresholdInstance } from './instance.js'

/** What the thread is asked; the answer has the same id, and a reply or why there is none. A trap ends the thread. */
export interface ThresholdTask {
  id: number
  name: ThresholdFunction
  request: Uint8Array
}

/** What it is told, without an answer. */
export interface ForgetTask {
  id: 0
  name: 'forget'
  handle: number
}

export interface ThresholdAnswer {
  id: number
  reply?: Uint8Array
  refusal?: string
}

const instance = new ThresholdInstance(workerData as WebAssembly.Module)

parentPort?.on('message', (task: ThresholdTask | ForgetTask) => {
  if (task.name === 'forget') instance.forget(task.handle)
  else parentPort?.postMessage(answer(task))
})

function answer({ id, name, request }: ThresholdTask): ThresholdAnswer {
  try {
    return { id, reply: instance.invoke(name, request) }
  } catch (error) {
    if (error instanceof Refused) return { id, refusal: error.message }
    throw error
  }
}
