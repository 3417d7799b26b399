import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '../../../../core/errors/index.js'
import { EnvelopeReader } from './envelopes.js'
import type { RecoveryAnswer, RecoveryTask } from './threads.js'

/** The thread behind `SenderThreads`: recovers the senders of one list of envelopes after the other. */
const reader = new EnvelopeReader(workerData as WebAssembly.Module)

parentPort?.on('message', ({ id, chainId, envelopes }: RecoveryTask) => {
  try {
    const recovered = reader.recover(chainId, envelopes)
    answer({ id, recovered }, [recovered.hashes.buffer as ArrayBuffer, recovered.senders.buffer as ArrayBuffer])
  } catch (error) {
    answer({ id, error: messageOf(error) }, [])
  }
})
answer('ready', [])

function answer(message: RecoveryAnswer | 'ready', transfer: ArrayBuffer[]): void {
  parentPort?.postMessage(message, transfer)
}
