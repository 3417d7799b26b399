import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { Exit, MetisSeqError, messageOf } from '../../core/errors/index.js'
import type { Kzg } from '../../core/ports/l1.js'
import { type KzgAnswer, type KzgTask, kzgWorkerSource } from './kzgWorker.js'

interface Waiting {
  resolve: (answer: KzgAnswer) => void
  reject: (error: MetisSeqError) => void
}

const BLOB_BYTES = 131_072

/**
 * KZG of blobs on a thread of its own, whose set-up (2 s) begins at once. A thread that dies fails what was under way
 * with `KZG_FAILED` (temporary); the next call starts another.
 */
export function createKzg(): Kzg {
  const waiting = new Map<number, Waiting>()
  let worker: Worker | undefined
  let closed = false
  let lastId = 0

  const start = (): Worker => {
    const library = createRequire(import.meta.url).resolve('@crate-crypto/node-eth-kzg')
    const started = new Worker(kzgWorkerSource, { eval: true, workerData: { library } })
    started.on('message', (answer: KzgAnswer) => {
      const job = waiting.get(answer.id)
      waiting.delete(answer.id)
      if (waiting.size === 0) started.unref()
      job?.resolve(answer)
    })
    started.on('error', (error) => end(started, messageOf(error)))
    started.on('exit', (code) => end(started, `its thread ended with code ${code}`))
    // After the listeners: one for messages keeps the process alive anew.
    started.unref()
    return started
  }
  const end = (ended: Worker, reason: string) => {
    if (worker !== ended) return
    worker = undefined
    for (const { reject } of waiting.values()) reject(failed(reason, 'temporary'))
    waiting.clear()
  }
  const run = async (kind: KzgTask['kind'], blobs: readonly Uint8Array[]): Promise<KzgAnswer> => {
    if (closed) throw failed('it is closed', 'refused')
    const odd = blobs.find(({ length }) => length !== BLOB_BYTES)
    if (odd !== undefined) throw failed(`a blob has ${odd.length} bytes instead of ${BLOB_BYTES}`, 'refused')
    worker ??= start()
    const on = worker
    const id = ++lastId
    const answer = await new Promise<KzgAnswer>((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      on.ref()
      on.postMessage({ id, kind, blobs } satisfies KzgTask)
    })
    if (answer.error !== undefined) throw failed(answer.error, 'refused')
    return answer
  }

  worker = start()
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
      const last = worker
      if (last === undefined) return
      end(last, 'it was closed')
      await last.terminate()
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
