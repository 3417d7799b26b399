import type { NodeEvent } from '../node/index.js'
import type { DevnetDescriptor } from './descriptor.js'

/** What a devnet tells while it starts and runs. */
export type DevnetEvent =
  | { event: 'step'; text: string }
  | ({ event: 'ready' } & DevnetDescriptor)
  | { event: 'node'; index: number; state: NodeState }
  | { event: 'failure'; index: number | null; code: string; message: string }
  | { event: 'closing' }
  | (NodeEvent & { nodeIndex: number })

export type NodeState = 'running' | 'stopped' | 'failed'

const REMEMBERED = 512
/** Events that say nothing of the network, and are told each time. */
const OF_ONE_NODE: readonly NodeEvent['event'][] = ['block', 'rewound', 'refused', 'pruned']
/** What comes again in the same words: what a node tells for the second time is the second one. */
const RECURRING: readonly NodeEvent['event'][] = ['committee', 'sequencer']

/**
 * Every node tells what it sees, which is the same five times over: passes on the first telling of what concerns the
 * network, a block by its producer alone, and what concerns one node always.
 */
export function onceEach(onEvent: (event: DevnetEvent) => void): (event: NodeEvent & { nodeIndex: number }) => void {
  const told = new Map<string, true>()
  const timesTold = new Map<string, number>()
  /** By node and text. */
  const timesBy = new Map<string, number>()
  return (event) => {
    if (event.event === 'block' && !event.own) return
    if (!OF_ONE_NODE.includes(event.event)) {
      const { node, nodeIndex: _index, ...news } = event
      const text = JSON.stringify(news, (_, value) => (typeof value === 'bigint' ? value.toString() : value))
      if (RECURRING.includes(event.event)) {
        const times = (timesBy.get(node + text) ?? 0) + 1
        remember(timesBy, node + text, times)
        if (times <= (timesTold.get(text) ?? 0)) return
        remember(timesTold, text, times)
      } else {
        if (told.has(text)) return
        remember(told, text, true)
      }
    }
    onEvent(event)
  }
}

/** As the newest; the oldest goes where there are too many. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > REMEMBERED && oldest !== undefined) map.delete(oldest)
}
