import { parentPort } from 'node:worker_threads'
import { engineModule } from '../../../../engines/module.js'
import { ReadEngines } from './engines.js'
import { postedError } from './errors.js'
import type { FromThread, ReadTask, ToThread } from './task.js'
import { ReadWork } from './work.js'

/** The thread behind `ReadThread`: one task after the other, each answered or refused. */
const work = new ReadWork(new ReadEngines(await engineModule('evm')))
let last: Promise<void> = Promise.resolve()

parentPort?.on('message', (message: ToThread) => {
  last = last.then(() => ('read' in message ? read(message.read) : close(message.close)))
})
tell({ ready: true })

async function read(task: ReadTask): Promise<void> {
  try {
    const answer = await work.read(task)
    tell({ answer }, [answer.buffer as ArrayBuffer])
  } catch (error) {
    tell({ error: postedError(error) })
  }
}

/** A database that cannot be closed cannot be left open either: the thread ends, and it with it. */
async function close(chain: number): Promise<void> {
  await work.close(chain)
  tell({ closed: chain })
}

function tell(message: FromThread, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer)
}
