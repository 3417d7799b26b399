import { MetisSeqError } from '../../../../core/errors/index.js'
import type { Block, BlockAttributes, Rejected } from '../../../../core/ports/execution.js'
import type { Hash } from '../../../../core/types/hex.js'
import { fromHex } from '../hex.js'
import { blockUnknown } from '../reads/ancestors.js'
import type { Senders } from '../senders/senders.js'
import type { Lap } from '../stopwatch.js'
import { Building, type BuildOptions, type Executed } from './building.js'
import type { Host, Instance, StateSource } from './instance.js'
import { type ChainRules, openRequest } from './wire.js'

/** What executing needs of an instance. */
export type Evm = Pick<Instance, 'invoke' | 'size'>

export interface ExecutorOptions {
  rules: ChainRules
  senders: Senders
  state: StateSource
  /** Hash of the block with a number on the branch that ends with `head`. */
  ancestorHash(head: Block, number: number): Hash | undefined
  /** Makes what executes; a test may break it. */
  instantiate(host: Host): Evm
}

/** Memory of an instance never shrinks: one that has grown beyond this makes room for a new one. */
const MAX_INSTANCE_BYTES = 768 * 1024 * 1024
/** Transactions on which the engine breaks off and that a block is built without. */
const MAX_TRAPS = 4

/** Executes blocks on a chain's head with an instance that goes on from block to block. */
export class Executor {
  readonly #options: ExecutorOptions
  /** On the state of the head, or ahead of it; undefined when it has to be made anew. */
  #instance: Evm | undefined
  #head: Block | undefined

  constructor(options: ExecutorOptions) {
    this.#options = options
  }

  /** Forgets what is in memory: the next block begins with the state of its head as it is on disk. */
  drop(): void {
    this.#instance = undefined
  }

  /** What was executed last is on disk now and the head. */
  settle(): void {
    if ((this.#instance?.size ?? 0) > MAX_INSTANCE_BYTES) this.drop()
  }

  /** Executes a whole block on `head`; `reject` hears of what can not be in it, and may throw. */
  async run(
    head: Block,
    transactions: readonly Uint8Array[],
    attributes: BlockAttributes,
    reject: BuildOptions['reject'],
    lap: Lap,
  ): Promise<Executed> {
    return this.#building(head, attributes, { reject }, lap).run(transactions)
  }

  /** Executes what can be of `transactions`. One on which the engine breaks off must not stop the chain: it is left out. */
  async build(
    head: Block,
    transactions: readonly Uint8Array[],
    attributes: BlockAttributes,
    options: Omit<BuildOptions, 'reject' | 'single'>,
    lap: Lap,
  ): Promise<{ executed: Executed; rejected: Rejected[] }> {
    const harmful = new Set<Uint8Array>()
    for (let traps = 0; ; traps++) {
      const rejected = [...harmful].map((raw) => this.#harmful(raw))
      const reject = (each: Rejected) => rejected.push(each)
      const building = this.#building(head, attributes, { ...options, reject, single: traps > 0 }, lap)
      try {
        return { executed: await building.run(transactions.filter((raw) => !harmful.has(raw))), rejected }
      } catch (error) {
        const [first, ...others] = building.inHand
        if (!isTrap(error) || first === undefined || harmful.size === MAX_TRAPS) throw error
        if (others.length === 0) harmful.add(first)
        this.drop()
      }
    }
  }

  #harmful(raw: Uint8Array): Rejected {
    const { senders, rules } = this.#options
    return { hash: senders.hashOf(rules.chainId, raw), reason: 'the engine breaks off on it', stale: true }
  }

  #building(head: Block, attributes: BlockAttributes, options: BuildOptions, lap: Lap): Building {
    this.#head = head
    this.#instance ??= this.#open(head)
    const { senders, rules } = this.#options
    return new Building({ instance: this.#instance, senders, chainId: rules.chainId, lap }, head, attributes, options)
  }

  #open(head: Block): Evm {
    const { instantiate, state, rules } = this.#options
    const instance = instantiate({
      node: (hash) => state.node(hash),
      code: (hash) => state.code(hash),
      blockHash: (number) => this.#blockHash(number),
    })
    instance.invoke('open', openRequest(rules, head.stateRoot))
    return instance
  }

  /** The engine takes an unknown hash for zero, which other nodes may know better: executing must not go on then. */
  #blockHash(number: number): Uint8Array {
    const hash = this.#head && this.#options.ancestorHash(this.#head, number)
    if (hash === undefined) throw blockUnknown(String(number))
    return fromHex(hash)
  }
}

function isTrap(error: unknown): boolean {
  return error instanceof MetisSeqError && error.code === 'EVM_TRAPPED'
}
