import { monitorEventLoopDelay } from 'node:perf_hooks'
import { makeGenesis, TestNetwork } from '../../unit/node/network.js'

/** What the attacked process tells, over IPC. */
export type Told =
  | { type: 'ready'; rpc: string; ws: string; port: number }
  | { type: 'block'; number: number; at: number }
  | {
      type: 'memory'
      heap: number
      rss: number
      handles: number
      /** ms of the processor since the last look, and the longest time that the event loop took for a round. */
      processor: number
      held: number
      fatal: string[]
      warnings: string[]
    }

/** Four real nodes with an L1 that is silent; the first one's doors are attacked, and blocks are told as the last one has them. */
export async function serve(blockTime: number): Promise<void> {
  const tell = (told: Told) => process.connected && process.send?.(told)
  const network = await TestNetwork.start(await makeGenesis({ blockTime, epochLength: 8, stallTimeout: 30_000 }))
  const observer = network.node(3).address
  let last = 0
  const warnings: string[] = []
  const look = () => {
    for (const event of network.events.splice(0)) {
      if (event.event === 'warning') warnings.push(event.message)
      if (event.event !== 'block' || event.node !== observer || event.number <= last) continue
      last = event.number
      tell({ type: 'block', number: event.number, at: performance.now() })
    }
    return false
  }
  void network.until(look).catch((error: Error) => warnings.push(error.message))
  const { rpc, ws } = network.node(0).url
  tell({ type: 'ready', rpc, ws, port: Number(new URL(rpc).port) })
  const rounds = monitorEventLoopDelay({ resolution: 10 })
  rounds.enable()
  let used = process.cpuUsage()
  process.on('message', (word) => {
    if (word === 'memory') {
      const { user, system } = process.cpuUsage(used)
      used = process.cpuUsage()
      const held = rounds.max / 1e6
      globalThis.gc?.()
      rounds.reset()
      const { heapUsed, rss } = process.memoryUsage()
      const handles = process.getActiveResourcesInfo().length
      const fatal = network.fatal.map(({ message }) => message)
      tell({
        type: 'memory',
        heap: heapUsed,
        rss,
        handles,
        processor: (user + system) / 1000,
        held,
        fatal,
        warnings: warnings.splice(0),
      })
    }
  })
  process.once('disconnect', () => void network.close().finally(() => process.exit(0)))
}
