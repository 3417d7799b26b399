import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { Exit, MetisSeqError } from '../../core/errors/index.js'
import type { Kzg } from '../../core/ports/l1.js'
import { TaskThread } from '../../engines/thread.js'
import { type KzgAnswer, type KzgTask, kzgWorkerSource } from './kzgWorker.js'

const BLOB_BYTES = 131_072

/**
 * KZG of blobs on a thread of its own, whose set-up (2 s) begins at once. A thread that dies fails what was under way
 * with `KZG_FAILED` (temporary); the next call starts another.
 */
export function createKzg(): Kzg {
  let thread: TaskThread<KzgTask, KzgAnswer> | undefined
  let closed = false

  const start = () => {
    const library = createRequire(import.meta.url).resolve('@crate-crypto/node-eth-kzg')
    const worker = new Worker(kzgWorkerSource, { eval: true, workerData: { library } })
    return new TaskThread<KzgTask, KzgAnswer>(worker, (reason) => failed(reason, 'temporary'))
  }
  const run = async (kind: KzgTask['kind'], blobs: readonly Uint8Array[]): Promise<KzgAnswer> => {
    if (closed) throw failed('it is closed', 'refused')
    const odd = blobs.find(({ length }) => length !== BLOB_BYTES)
    if (odd !== undefined) throw failed(`a blob has ${odd.length} bytes instead of ${BLOB_BYTES}`, 'refused')
    if (thread === undefined || thread.dead) thread = start()
    const answer = await thread.ask({ kind, blobs })
    if (answer.error !== undefined) throw failed(answer.error, 'refused')
    return answer
  }

  thread = start()
  return {
    async commitments(blobs) {
      return (await run('commitments', blobs)).commitments
    },
    async sidecar(blobs) {
      const { commitments, cellProofs } = await run('sidecar', blobs)
      return { commitments, cellProofs }
    },
    async close() {
      closed = true
      await thread?.close()
    },
  }
}

function failed(reason: string, severity: 'temporary' | 'refused'): MetisSeqError {
  return new MetisSeqError('KZG_FAILED', `KZG of blobs failed: ${reason}.`, {
    exit: Exit.bug,
    severity,
    next: severity === 'temporary' ? 'Try again.' : 'Give blobs of 4096 field elements to an open instance.',
  })
}
