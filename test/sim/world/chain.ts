import { Exit, MetisSeqError } from '../../../src/core/errors/index.js'
import type { Block, BlockAttributes, ExecutionEngine } from '../../../src/core/ports/execution.js'
import { Serial } from '../../../src/core/serial.js'
import type { Address, Hash } from '../../../src/core/types/hex.js'
import { checkAttributes } from '../../../src/node/execution/embedded/attributes.js'
import { compareHeaders, invalidBlock } from '../../../src/node/execution/embedded/compare.js'
import type { Clock } from './clock.js'
import type { Dice } from './dice.js'
import type { Evm, Executed } from './evm.js'
import type { Life } from './life.js'

/** The chain of a node on its disk: block, state and head in one step, as the real store writes them. */
export class ChainDisk {
  readonly blocks = new Map<Hash, Executed>()
  readonly canonical: Hash[] = []

  constructor(block0: Executed) {
    this.blocks.set(block0.block.hash, block0)
    this.canonical.push(block0.block.hash)
  }

  get head(): Executed {
    const head = this.blocks.get(this.canonical.at(-1) ?? '0x')
    if (head === undefined) throw new Error('a chain without head')
    return head
  }

  append(executed: Executed): void {
    this.blocks.set(executed.block.hash, executed)
    this.canonical.push(executed.block.hash)
  }
}

export interface ChainParts {
  evm: Evm
  disk: ChainDisk
  clock: Clock
  dice: Dice
  life: Life
  /** ms that a block takes at most. */
  slowness: number
  /** Hears of each change of the chain before it begins, and may end the run. */
  onWrite: () => void
}

function notModelled(): never {
  throw new Error('the simulated chain answers nothing of this kind')
}

/** The execution engine of one run of a node over its disk. */
export class SimChain implements ExecutionEngine {
  readonly #parts: ChainParts
  readonly #serial = new Serial()
  readonly #listeners = new Set<(head: Block) => void>()
  readonly call = notModelled
  readonly code = async () => '0x' as const
  readonly storageAt = notModelled
  readonly estimateGas = notModelled
  readonly createAccessList = notModelled
  readonly proof = notModelled
  readonly traceTransaction = notModelled
  readonly traceBlock = notModelled
  readonly traceCall = notModelled
  readonly simulate = notModelled
  readonly logs = notModelled
  readonly transactionPlace = notModelled

  constructor(
    readonly chainId: number,
    parts: ChainParts,
  ) {
    this.#parts = parts
  }

  head(): Block {
    return this.#parts.disk.head.block
  }

  async blockByNumber(number: number): Promise<Block | undefined> {
    return this.#parts.disk.blocks.get(this.#parts.disk.canonical[number] ?? '0x')?.block
  }

  async blockByHash(hash: Hash): Promise<Block | undefined> {
    return this.#parts.disk.blocks.get(hash)?.block
  }

  async isCanonical({ number, hash }: { number: number; hash: Hash }): Promise<boolean> {
    return this.#parts.disk.canonical[number] === hash
  }

  async receipts(hash: Hash) {
    return this.#parts.disk.blocks.get(hash)?.receipts
  }

  decodeTransaction(raw: Uint8Array) {
    return this.#parts.evm.transaction(raw)
  }

  senderOf(raw: Uint8Array): Address {
    return this.#parts.evm.transaction(raw).from
  }

  async recoverSenders(): Promise<void> {}

  async balance(address: Address, hash: Hash): Promise<bigint> {
    return this.#parts.disk.blocks.get(hash)?.state.accounts.get(address)?.balance ?? 0n
  }

  async nonce(address: Address, hash: Hash): Promise<number> {
    return this.#parts.disk.blocks.get(hash)?.state.accounts.get(address)?.nonce ?? 0
  }

  decodeBlock(encoded: Uint8Array): Block {
    return this.#parts.evm.parse(encoded).block
  }

  execute(transactions: readonly Uint8Array[], attributes: BlockAttributes) {
    return this.#change(async () => {
      const { disk, evm } = this.#parts
      checkAttributes(attributes, disk.head.block)
      const executed = evm.execute(disk.head, transactions, attributes)
      await this.#append(executed)
      return { block: executed.block, rejected: executed.rejected }
    })
  }

  import(encoded: Uint8Array): Promise<Block> {
    return this.#change(async () => {
      const { disk, evm } = this.#parts
      const { header, block } = evm.parse(encoded)
      if (header.parentHash !== disk.head.block.hash) throw invalidBlock(block, 'its parent is not the head')
      const attributes = { ...header, withdrawals: block.withdrawals }
      checkAttributes(attributes, disk.head.block)
      const executed = evm.execute(disk.head, block.transactions, attributes)
      const [left] = executed.rejected
      if (left !== undefined) throw invalidBlock(block, `transaction ${left.hash} cannot be included: ${left.reason}`)
      compareHeaders(header, executed.header, block)
      await this.#append(executed)
      return executed.block
    })
  }

  rewind(hash: Hash): Promise<void> {
    return this.#change(async () => {
      const { disk } = this.#parts
      const number = disk.canonical.indexOf(hash)
      if (number < 0) throw new MetisSeqError('BLOCK_UNKNOWN', `Block ${hash} is no ancestor.`, { exit: Exit.data })
      if (number === disk.canonical.length - 1) return
      await this.#durably(() => disk.canonical.splice(number + 1))
    })
  }

  onHead(listener: (head: Block) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {}

  #change<T>(task: () => Promise<T>): Promise<T> {
    return this.#parts.life.within(() => this.#serial.run(task))
  }

  #append(executed: Executed): Promise<void> {
    return this.#durably(() => this.#parts.disk.append(executed))
  }

  /** One atomic step that takes a while; where the run ends meanwhile it was done or not. */
  async #durably(step: () => void): Promise<void> {
    const { clock, dice, life, onWrite, slowness } = this.#parts
    const forget = life.atEnd(() => {
      if (dice.chance(500)) step()
    })
    onWrite()
    await clock.pause(dice.below(slowness + 1))
    if (!life.alive) return new Promise(() => undefined)
    forget()
    step()
    const head = this.head()
    for (const listener of this.#listeners) listener(head)
  }
}
