import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { engineModule } from '../../../src/engines/module.js'
import { startThread } from '../../../src/engines/thread.js'
import { EnvelopeReader } from '../../../src/node/execution/embedded/senders/envelopes.js'
import { Senders } from '../../../src/node/execution/embedded/senders/senders.js'
import { SenderThreads } from '../../../src/node/execution/embedded/senders/threads.js'

/** Asks a thread for the senders of what has none; answers how many messages went to it. */
export async function recoverOnThread(): Promise<number> {
  const workerData = await engineModule('evm')
  const workers: Worker[] = []
  let posted = 0
  const threads = new SenderThreads(1, () => {
    const worker = startThread('node/execution/embedded/senders/worker', { workerData })
    const post = worker.postMessage.bind(worker)
    worker.postMessage = (...message: Parameters<Worker['postMessage']>) => {
      posted += 1
      post(...message)
    }
    workers.push(worker)
    return worker
  })
  threads.prepare()
  for (const worker of workers) {
    // Nothing else keeps this process alive until the thread is ready.
    worker.ref()
    await once(worker, 'message')
    worker.unref()
  }
  const senders = new Senders(new EnvelopeReader(workerData), threads)
  await senders.recover(
    1,
    Array.from({ length: 8 }, (_, i) => Uint8Array.of(2, 0xc0, i)),
  )
  return posted
}
