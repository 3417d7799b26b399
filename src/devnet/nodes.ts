import type { StateHistory } from '../core/chain/stateHistory.js'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { Genesis } from '../core/genesis/types.js'
import { Serial } from '../core/serial.js'
import { createNode, type NodeOptions, type NodeStatus, type Rotation, type SequencerNode } from '../node/index.js'
import type { TestKey } from './accounts.js'
import type { DevnetNode } from './descriptor.js'
import { type DevnetEvent, type NodeState, onceEach } from './events.js'
import { keyLocksFolder } from './place.js'
import { HOST } from './ports.js'

/** What the nodes of a devnet share. */
export type SharedParts = Pick<NodeOptions, 'engine' | 'hub' | 'l1' | 'sender' | 'kzg'>

export interface NodesOptions {
  genesis: Genesis
  shared: SharedParts
  /** One a node; the last is the spare. */
  keys: readonly TestKey[]
  ports: readonly number[]
  directory: (index: number) => string
  /** Of each node, in the order of the keys. */
  passwords: readonly string[]
  stateHistory?: StateHistory | undefined
  now: () => number
  onEvent: (event: DevnetEvent) => void
  /** No sequencer runs any more, the last one because of this: nothing will go on. */
  onLost: (error: Error) => void
}

interface Slot {
  key: TestKey
  port: number
  state: NodeState
  node: SequencerNode | undefined
  /** Starts and stops of a node happen one after the other. */
  turn: Serial
}

/** The nodes of a devnet: each with its own folder and port, stopped and started alone. */
export class DevnetNodes {
  readonly #options: NodesOptions
  readonly #slots: Slot[]
  readonly #tell: ReturnType<typeof onceEach>

  constructor(options: NodesOptions) {
    this.#options = options
    this.#tell = onceEach(options.onEvent)
    this.#slots = options.keys.map((key, i) => ({
      key,
      port: options.ports[i] ?? 0,
      state: 'stopped',
      node: undefined,
      turn: new Serial(),
    }))
  }

  async startAll(): Promise<void> {
    // The first one alone: of two devnets with the same keys one gets them all, and not each some.
    await this.start(0)
    await Promise.all(this.#slots.map((_, i) => this.start(i)))
  }

  /** Starts node `index`; nothing when it runs. @throws MetisSeqError `NODE_UNKNOWN` (exit 2), or why it can't start */
  start(index: number): Promise<void> {
    const slot = this.#slot(index)
    return slot.turn.run(async () => {
      if (slot.node !== undefined && slot.state === 'running') return
      await slot.node?.close() // it failed, and may still be at its end
      slot.node = undefined
      const { genesis, shared, directory, passwords, stateHistory, now } = this.#options
      slot.node = await createNode({
        ...shared,
        genesis,
        directory: directory(index),
        key: slot.key,
        password: passwords[index] ?? '',
        keyLocks: keyLocksFolder(),
        api: { host: HOST, port: slot.port },
        stateHistory,
        now,
        onEvent: (event) => this.#tell({ ...event, nodeIndex: index }),
        onFatal: (error) => this.#failed(slot, index, error),
      })
      this.#set(slot, index, 'running')
    })
  }

  /** Stops node `index` in order; nothing when it is stopped. @throws MetisSeqError `NODE_UNKNOWN` (exit 2) */
  stop(index: number): Promise<void> {
    const slot = this.#slot(index)
    return slot.turn.run(async () => {
      const { node } = slot
      if (node === undefined) return
      slot.node = undefined
      await node.close()
      this.#set(slot, index, 'stopped')
    })
  }

  async closeAll(): Promise<void> {
    const results = await Promise.allSettled(this.#slots.map((_, i) => this.stop(i)))
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }

  /** Has the members of the group share their key anew. @throws MetisSeqError `GROUP_MEMBERS_MISSING` (exit 3): all have to be there */
  refreshGroup(): void {
    const members = this.look()?.status.committee.map(({ address }) => address) ?? []
    const nodes = this.#slots.filter(({ key }) => members.includes(key.address))
    const missing = nodes
      .filter(({ state }) => state !== 'running')
      .map(({ key }) => this.#slots.findIndex((slot) => slot.key === key))
    if (members.length === 0 || missing.length > 0) throw membersMissing(missing)
    for (const { node } of nodes) node?.refreshGroup()
  }

  /** As one running node sees the network; undefined when none runs. */
  look(): { rotation: Rotation; status: NodeStatus } | undefined {
    const nodes = this.#slots.flatMap(({ node, state }) => (node !== undefined && state === 'running' ? [node] : []))
    const best = nodes.map((node) => node.status()).sort((a, b) => b.head.number - a.head.number)[0]
    const node = nodes.find(({ address }) => address === best?.address)
    return best === undefined || node === undefined ? undefined : { rotation: node.rotation(), status: best }
  }

  describe(): DevnetNode[] {
    const known = this.look()?.status.sequencers ?? []
    return this.#slots.map(({ key, port, state }, index) => ({
      index,
      address: key.address,
      stake: known.find(({ address }) => address === key.address)?.stake ?? '0',
      state,
      ...urlsOf(port),
    }))
  }

  #slot(index: number): Slot {
    const slot = this.#slots[index]
    if (slot !== undefined) return slot
    throw new MetisSeqError('NODE_UNKNOWN', `The devnet has no node ${index}.`, {
      exit: Exit.usage,
      next: `Its nodes are 0 to ${this.#slots.length - 1}; \`metis-seq devnet nodes\` lists them.`,
    })
  }

  #failed(slot: Slot, index: number, error: Error): void {
    const code = error instanceof MetisSeqError ? error.code : 'INTERNAL'
    this.#options.onEvent({ event: 'failure', index, code, message: error.message })
    this.#set(slot, index, 'failed')
    const sequencers = this.#slots.slice(0, -1)
    if (sequencers.every(({ state }) => state !== 'running')) this.#options.onLost(error)
  }

  #set(slot: Slot, index: number, state: NodeState): void {
    slot.state = state
    this.#options.onEvent({ event: 'node', index, state })
  }
}

function membersMissing(missing: readonly number[]): MetisSeqError {
  const who =
    missing.length === 0
      ? 'No node runs'
      : `Of the group's members these are not running: node ${missing.join(', node ')}`
  return new MetisSeqError('GROUP_MEMBERS_MISSING', `${who}. All members take part in sharing the key.`, {
    exit: Exit.precheck,
    next: 'Start them with `metis-seq devnet start N`, then try again.',
    details: { missing },
  })
}

/** Everything a node serves shares one port. */
function urlsOf(port: number) {
  const http = `http://${HOST}:${port}`
  return { rpc: http, ws: `ws://${HOST}:${port}`, rest: `${http}/v1`, metrics: `${http}/metrics` }
}
