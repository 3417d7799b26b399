import { setTimeout as elapse } from 'node:timers/promises'
import type { Attack } from './attacks.js'
import { HANDLES, type Target } from './target.js'

/** Bytes of heap that may be left: what was compiled, and the chain that has grown. */
const GROWTH = 32 * 1024 * 1024
/** ms of the chain without an attack, with which it is compared */
const CALM = 3000
const TRIES = 3
/** ms by which a busy machine may be late */
const NOISE = 500

export interface Siege {
  ms: number
  scale: number
  /** ms within which all is given back */
  patience: number
}

/**
 * Runs an attack and looks at what the node does meanwhile and afterwards.
 * @throws Error where a block came more than one block time later than without it, something is not given back, or a node stopped
 */
export async function besiege(target: Target, attack: Attack, { ms, scale, patience }: Siege) {
  const before = await target.memory()
  const calm = await target.longestGap(() => elapse(CALM))
  const most = calm + target.blockTime + NOISE
  let seen = { opened: 0, ended: 0 }
  let gap = Number.POSITIVE_INFINITY
  // Others take the processor too, and the attackers themselves: what delays the chain delays it every time.
  for (let tries = 0; tries < TRIES && gap > most; tries++) {
    gap = await target.longestGap(async () => {
      seen = await attack.run(target, ms, scale)
    })
  }
  const { processor, held } = await target.memory()
  const after = await target.settled(before, GROWTH, patience)
  const row = {
    attack: attack.name,
    connections: seen.opened,
    'of these ended': seen.ended,
    'longest gap, calm ms': Math.round(calm),
    'longest gap ms': Math.round(gap),
    'processor ms': Math.round(processor),
    'longest round ms': Math.round(held),
    'heap MB before': Math.round(before.heap / 1e6),
    'heap MB after': Math.round(after.heap / 1e6),
    'rss MB after': Math.round(after.rss / 1e6),
    'handles before': before.handles,
    'handles after': after.handles,
  }
  const faults = [
    gap > most && 'sequencing was delayed',
    after.heap > before.heap + GROWTH && 'memory is not given back',
    after.handles > before.handles + HANDLES && 'connections are not given back',
    after.fatal.length > 0 && `a node stopped: ${after.fatal.join()}`,
    after.warnings.some((each) => !each.startsWith('L1:')) &&
      `bugs: ${after.warnings
        .filter((each) => !each.startsWith('L1:'))
        .join('\n')
        .slice(0, 2000)}`,
  ].filter((each) => each !== false)
  if (faults.length > 0) throw new Error(`${attack.name}: ${faults.join('; ')}\n${JSON.stringify(row)}`)
  return row
}
