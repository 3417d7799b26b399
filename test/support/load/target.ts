import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as elapse } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Told } from './node.js'

const program = fileURLToPath(new URL('node.mjs', import.meta.url))

/** ms between two looks at the memory */
const LOOK = 700
/** Timers and the like that come and go with blocks. */
export const HANDLES = 6

export type Memory = Extract<Told, { type: 'memory' }>

/** A process with real nodes, whose blocks and memory are watched from outside. */
export class Target {
  readonly rpc: string
  readonly ws: string
  readonly port: number
  readonly blockTime: number
  /** When each block was there, in ms of the child's own clock. */
  readonly blocks: number[] = []
  readonly #child: ChildProcess
  readonly #listeners = new Set<(told: Told) => void>()

  private constructor(child: ChildProcess, { rpc, ws, port }: Extract<Told, { type: 'ready' }>, blockTime: number) {
    this.#child = child
    this.rpc = rpc
    this.ws = ws
    this.port = port
    this.blockTime = blockTime
    child.on('message', (told: Told) => {
      if (told.type === 'block') this.blocks.push(told.at)
      for (const listener of this.#listeners) listener(told)
    })
  }

  /** @param blockTime ms */
  static async start(blockTime: number): Promise<Target> {
    const child = fork(program, [String(blockTime)], {
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const ready = new Promise<Target>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the process ended with ${code}`)))
      child.on('message', (told: Told) => {
        if (told.type === 'ready') resolve(new Target(child, told, blockTime))
      })
    })
    return ready
  }

  /** Resolves with the next thing of that type that the process tells. */
  next<T extends Told['type']>(type: T): Promise<Extract<Told, { type: T }>> {
    return new Promise((resolve, reject) => {
      const gone = () => reject(new Error('the process ended'))
      this.#child.once('exit', gone)
      const listener = (told: Told) => {
        if (told.type !== type) return
        this.#listeners.delete(listener)
        this.#child.off('exit', gone)
        resolve(told as Extract<Told, { type: T }>)
      }
      this.#listeners.add(listener)
    })
  }

  /** After a collection of garbage. */
  async memory(): Promise<Memory> {
    const told = this.next('memory')
    this.#child.send('memory')
    return told
  }

  /** The longest time without a block while `work` runs, in ms, that after the last one and the next one included. */
  async longestGap(work: () => Promise<void>): Promise<number> {
    await this.next('block')
    const from = this.blocks.length - 1
    await work()
    await this.next('block')
    const times = this.blocks.slice(from)
    return Math.max(...times.slice(1).map((at, i) => at - (times[i] ?? at)))
  }

  /** Until about as much is open and held as before (`growth` bytes more at most), or `ms` are over. */
  async settled(before: Memory, growth: number, ms: number): Promise<Memory> {
    const until = performance.now() + ms
    let memory = await this.memory()
    const settled = () => memory.handles <= before.handles + HANDLES && memory.heap <= before.heap + growth
    while (!settled() && performance.now() < until) {
      // Each look collects garbage, for which all else waits.
      await elapse(LOOK)
      memory = await this.memory()
    }
    return memory
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit')
    this.#child.disconnect()
    await exited
  }
}
