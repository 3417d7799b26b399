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

/**
 * Every node tells what it sees, which is the same five times over: passes on the first telling of what concerns the
 * network, a block by its producer alone, and what concerns one node always.
 */
export function onceEach(onEvent: (event: DevnetEvent) => void): (event: NodeEvent & { nodeIndex: number }) => void {
  const told = new Set<string>()
  return (event) => {
    if (event.event === 'block' && !event.own) return
    if (!OF_ONE_NODE.includes(event.event)) {
      const { node: _node, nodeIndex: _index, ...news } = event
      const text = JSON.stringify(news, (_, value) => (typeof value === 'bigint' ? value.toString() : value))
      if (told.has(text)) return
      told.add(text)
      const [oldest] = told
      if (told.size > REMEMBERED && oldest !== undefined) told.delete(oldest)
    }
    onEvent(event)
  }
}
