import { setTimeout as delay } from 'node:timers/promises'
import type { Hash } from '../core/types/hex.js'
import type { NodeStatus, Rotation } from '../node/index.js'
import { readRest } from './rest.js'

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
