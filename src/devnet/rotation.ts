import { setTimeout as delay } from 'node:timers/promises'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import type { Hash } from '../core/types/hex.js'
import { boundedText } from '../l1/boundedText.js'
import type { NodeStatus, Rotation } from '../node/index.js'

const TIMEOUT = 10_000
const MAX_BYTES = 4 * 1024 * 1024
const WATCH_MS = 1000

/** The rotation as the node behind `rest` (`http://host:port/v1`) sees it. @throws MetisSeqError `NODE_UNREACHABLE` (exit 6) */
export async function readRotation(rest: string, signal?: AbortSignal): Promise<Rotation> {
  return readRest(rest, 'rotation', signal, (answer) => {
    const rotation = answer as Partial<Rotation>
    if (typeof rotation.head !== 'number' || rotation.current === undefined || !Array.isArray(rotation.history)) {
      throw new Error('its answer is no rotation')
    }
    return rotation as Rotation
  })
}

/** The term that runs now, as the node behind `rest` knows it. @throws MetisSeqError `NODE_UNREACHABLE` (exit 6), also for a node of another network */
export async function readTerm(rest: string, networkId: Hash, signal?: AbortSignal): Promise<number> {
  return readRest(rest, 'status', signal, (answer) => {
    const status = answer as Partial<NodeStatus>
    const term = status.term?.term
    if (status.networkId !== networkId) throw new Error('it is a node of another network')
    if (!Number.isSafeInteger(term) || term === undefined || term < 0) throw new Error('its answer tells no term')
    return term
  })
}

async function readRest<T>(
  rest: string,
  what: 'rotation' | 'status',
  signal: AbortSignal | undefined,
  read: (answer: object) => T,
): Promise<T> {
  const url = `${rest.replace(/\/+$/, '')}/${what}`
  const limits = [AbortSignal.timeout(TIMEOUT), ...(signal === undefined ? [] : [signal])]
  try {
    const response = await fetch(url, { signal: AbortSignal.any(limits) })
    if (!response.ok) throw new Error(`it answered ${response.status}`)
    return read((JSON.parse(await boundedText(response, MAX_BYTES)) ?? {}) as object)
  } catch (error) {
    if (signal?.aborted) throw error
    throw new MetisSeqError('NODE_UNREACHABLE', `No ${what} from ${url}: ${messageOf(error)}.`, {
      exit: Exit.network,
      next: 'Check the address, and with `metis-seq devnet nodes` which nodes run.',
      cause: error,
    })
  }
}

/** The rotation again whenever its term or what comes next has changed, until `signal`. */
export async function* watchRotation(rest: string, signal: AbortSignal): AsyncGenerator<Rotation> {
  let before = ''
  while (!signal.aborted) {
    const rotation = await readRotation(rest, signal)
    const now = JSON.stringify([rotation.current, rotation.next])
    if (now !== before) yield rotation
    before = now
    await delay(WATCH_MS, undefined, { signal }).catch(() => undefined)
  }
}
