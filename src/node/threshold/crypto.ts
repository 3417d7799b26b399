import type { Worker } from 'node:worker_threads'
import { Exit, MetisSeqError, messageOf } from '../../core/errors/index.js'
import type { Ceremony, ThresholdCrypto } from '../../core/ports/threshold.js'
import { engineModule } from '../../engines/module.js'
import { startThread } from '../../engines/thread.js'
import type { ThresholdFunction } from './instance.js'
import { readBegun, readEnd, shareRequest, signRequest, stepRequest } from './wire.js'
import type { ThresholdAnswer, ThresholdTask } from './worker.js'

interface Waiting {
  resolve: (answer: ThresholdAnswer) => void
  reject: (error: MetisSeqError) => void
}

/**
 * The threshold engine on a thread of its own. A thread that dies takes its ceremonies with it, and no more: what is under way
 * fails with `THRESHOLD_CRASHED`, and the next ceremony begins on a new one.
 * Nothing is loaded and no thread runs before the first ceremony, which throws MetisSeqError `ENGINE_UNREADABLE` (exit 9).
 */
export function createThresholdCrypto(): ThresholdCrypto {
  let thread: Thread | undefined
  let closed = false
  const begin = async (name: 'share' | 'sign', request: Uint8Array): Promise<Ceremony> => {
    const module = await engineModule('threshold')
    if (closed) throw refused(name, 'it is closed')
    if (thread === undefined || thread.dead)
      thread = new Thread(startThread('node/threshold/worker', { workerData: module }))
    const on = thread
    const { handle, first } = readBegun(await on.ask(name, request))
    return {
      first,
      step: async (incoming) => readEnd(await on.ask('step', stepRequest(handle, incoming))),
      forget: () => on.forget(handle),
    }
  }
  return {
    share: (request) => begin('share', shareRequest(request)),
    sign: (request) => begin('sign', signRequest(request)),
    async close() {
      closed = true
      await thread?.close()
    },
  }
}

/** Tasks of one thread, one after the other. */
class Thread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #end: string | undefined
  #last = 0

  constructor(worker: Worker) {
    this.#worker = worker
    worker.on('message', (answer: ThresholdAnswer) => {
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

  async ask(name: ThresholdFunction, request: Uint8Array): Promise<Uint8Array> {
    if (this.#end !== undefined) throw crashed(this.#end)
    const id = ++this.#last
    const { reply, refusal } = await new Promise<ThresholdAnswer>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.ref()
      this.#worker.postMessage({ id, name, request } satisfies ThresholdTask)
    })
    if (reply === undefined) throw refused(name, refusal ?? 'it says nothing')
    return reply
  }

  forget(handle: number): void {
    if (!this.dead) this.#worker.postMessage({ id: 0, name: 'forget', handle } satisfies ThresholdTask)
  }

  async close(): Promise<void> {
    this.#ended('it was closed')
    await this.#worker.terminate()
  }

  #ended(reason: string): void {
    this.#end ??= reason
    for (const { reject } of this.#waiting.values()) reject(crashed(this.#end))
    this.#waiting.clear()
  }
}

function crashed(reason: string): MetisSeqError {
  return new MetisSeqError('THRESHOLD_CRASHED', `The threshold engine broke off: ${reason}.`, {
    exit: Exit.bug,
    severity: 'temporary',
    next: 'What it was doing is begun again. Where this comes often, report it with this message.',
  })
}

function refused(name: string, reason: string): MetisSeqError {
  return new MetisSeqError('THRESHOLD_REFUSED', `The threshold engine refuses "${name}": ${reason}.`, {
    exit: Exit.bug,
    next: 'This is an error of the program: report it with this message.',
  })
}
