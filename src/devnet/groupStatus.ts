import { setTimeout as delay } from 'node:timers/promises'
import type { Malformed } from '../core/codec/index.js'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { GroupView } from '../node/index.js'
import { groupShape } from './groupShape.js'
import { readRest } from './rest.js'

const POLL_MS = 500

const fail: Malformed = (reason) => new MetisSeqError('GROUP_STATUS_MALFORMED', `its answer is no group: ${reason}`)

/** The group as the node behind `rest` (`http://host:port/v1`) sees it. @throws MetisSeqError `NODE_UNREACHABLE` (exit 6) */
export function readGroup(rest: string, signal?: AbortSignal): Promise<GroupView> {
  return readRest(rest, 'group', signal, (answer) => groupShape(answer, 'group', fail))
}

/**
 * Resolves when the key is shared anew after `generation`, with the group as it is then; `onSharing` hears where that stands.
 * @throws MetisSeqError `GROUP_REFRESH_PENDING` (exit 8) after `timeout` ms; the reason of `signal`
 */
export async function newShares(
  rest: string,
  generation: number,
  options: { timeout: number; signal: AbortSignal; onSharing: (sharing: GroupView['sharing']) => void },
): Promise<GroupView> {
  const { timeout, signal, onSharing } = options
  const end = performance.now() + timeout
  while (performance.now() < end) {
    const now = await readGroup(rest, signal)
    if (now.generation > generation) return now
    onSharing(now.sharing)
    await delay(POLL_MS, undefined, { signal })
  }
  throw new MetisSeqError('GROUP_REFRESH_PENDING', `The key is not shared anew after ${timeout / 1000} s.`, {
    exit: Exit.unconfirmed,
    next: 'It goes on by itself: look with `metis-seq group show`.',
    details: { generation },
  })
}
