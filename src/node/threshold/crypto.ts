import { Exit, MetisSeqError } from '../../core/errors/index.js'
import type { Ceremony, ThresholdCrypto } from '../../core/ports/threshold.js'
import { engineModule } from '../../engines/module.js'
import { startThread, TaskThread } from '../../engines/thread.js'
import type { ThresholdFunction } from './instance.js'
import { readBegun, readEnd, shareRequest, signRequest, stepRequest } from './wire.js'
import type { ForgetTask, ThresholdAnswer, ThresholdTask } from './worker.js'

type Thread = TaskThread<ThresholdTask, ThresholdAnswer>

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
      thread = new TaskThread(startThread('node/threshold/worker', { workerData: module }), crashed)
    const on = thread
    const { handle, first } = readBegun(await ask(on, name, request))
    return {
      first,
      step: async (incoming) => readEnd(await ask(on, 'step', stepRequest(handle, incoming))),
      forget: () => on.tell({ id: 0, name: 'forget', handle } satisfies ForgetTask),
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

async function ask(thread: Thread, name: ThresholdFunction, request: Uint8Array): Promise<Uint8Array> {
  const { reply, refusal } = await thread.ask({ name, request })
  if (reply === undefined) throw refused(name, refusal ?? 'it says nothing')
  return reply
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
