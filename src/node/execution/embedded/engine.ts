import { assembleBlock, blockOf, parseBlock, parseParts } from '../../../core/chain/block.js'
import { headerHash } from '../../../core/chain/header.js'
import { Exit, MetisSeqError } from '../../../core/errors/index.js'
import type { Genesis } from '../../../core/genesis/types.js'
import type { Database } from '../../../core/ports/database.js'
import type { Block, BlockAttributes, ExecutionEngine, Rejected } from '../../../core/ports/execution.js'
import { Serial } from '../../../core/serial.js'
import type { Hash } from '../../../core/types/hex.js'
import { checkAttributes } from './attributes.js'
import { Building, type BuildOptions } from './building.js'
import { compareHeaders, invalidBlock } from './compare.js'
import { evmModule } from './evmModule.js'
import { genesisBlock } from './genesis.js'
import { fromHex } from './hex.js'
import { type Host, Instance } from './instance.js'
import { bringForward } from './layout.js'
import { LightReads } from './lightReads.js'
import { type PruneOptions, Pruner, type StateHistory } from './prune.js'
import { ReadEngines } from './readEngines.js'
import { Reader, type ReaderParts } from './reader.js'
import { Reads } from './reads.js'
import { type Senders, sharedSenders } from './senders.js'
import { type Lap, type PhaseListener, stopwatch } from './stopwatch.js'
import { ChainStore, type NewBlock } from './store.js'
import { TransactionDecoder } from './transactions.js'
import { openRequest } from './wire.js'

export interface EmbeddedEngineOptions {
  /** Opened for this engine alone; it is closed with it. */
  database: Database
  genesis: Genesis['l2']
  /** ms that `execute` spends on transactions; those that are left then wait for the next block. No bound where it is not given. */
  buildBudget?: number
  /** Hears where the time of each block goes, for metrics. */
  onPhase?: PhaseListener
  /** Which states are kept; all of them without it. The database is then one for several threads. */
  stateHistory?: StateHistory | undefined
  /** Makes what executes; a test may break it. */
  instantiate?: (host: Host) => Evm
}

/** What the engine needs of an instance. */
export type Evm = Pick<Instance, 'invoke' | 'size'>

/** Memory of an instance never shrinks: one that has grown beyond this makes room for a new one. */
const MAX_INSTANCE_BYTES = 768 * 1024 * 1024
/** Transactions on which the engine breaks off and that a block is built without. */
const MAX_TRAPS = 4

/**
 * Opens the chain in `database`, or creates it there from `genesis`.
 * @throws MetisSeqError `GENESIS_MISMATCH` (another chain is stored, or the document's hash is not that of its alloc),
 * `GENESIS_INVALID`, `DATA_TOO_NEW`, `DATABASE_FAILED`, `EVM_UNREADABLE` (exit 9)
 */
export async function createEmbeddedEngine(options: EmbeddedEngineOptions): Promise<ExecutionEngine> {
  const { database, genesis } = options
  const [module, senders] = await Promise.all([evmModule(), sharedSenders()])
  await bringForward(database)
  const store = new ChainStore(database)
  const stored = store.genesis()
  if (stored === undefined) {
    const { block, change } = await genesisBlock(genesis.alloc, genesis)
    if (block.hash !== genesis.hash) throw mismatch(`its alloc makes block 0 ${block.hash}, and it says`, genesis.hash)
    await store.create(block, change)
  } else if (stored !== genesis.hash)
    throw mismatch(`the data belong to the chain of ${stored}, the genesis to`, genesis.hash)
  const rules = { chainId: genesis.chainId }
  const parts = {
    ...rules,
    store,
    decoder: new TransactionDecoder(genesis.chainId, senders),
    light: new LightReads(new ReadEngines(module), rules, store),
    reads: new Reads({ ...rules, database: database.address }),
  }
  const engine = new EmbeddedEngine(parts, senders, { instantiate: (host) => new Instance(module, host), ...options })
  if (options.stateHistory !== undefined) engine.keepStates(database, options.stateHistory)
  return engine
}

class EmbeddedEngine extends Reader implements ExecutionEngine {
  readonly #serial = new Serial()
  readonly #listeners = new Set<(head: Block) => void>()
  readonly #senders: Senders
  readonly #options: EmbeddedEngineOptions & Required<Pick<EmbeddedEngineOptions, 'instantiate'>>
  #head: Block
  /** On the state of the head; undefined after an error, when it may be ahead of the disk. */
  #instance: Evm | undefined
  /** Whether `#head` is the head on disk for sure. */
  #trusted = true
  #pruner: Pruner | undefined

  constructor(
    parts: ReaderParts,
    senders: Senders,
    options: EmbeddedEngineOptions & Required<Pick<EmbeddedEngineOptions, 'instantiate'>>,
  ) {
    super(parts)
    this.#head = storedHead(parts.store)
    this.#senders = senders
    this.#options = options
  }

  keepStates(database: Database, history: StateHistory): void {
    const exclusive: PruneOptions['exclusive'] = (change) => this.#serial.run(change)
    this.#pruner = new Pruner({ ...history, database, store: this.store, exclusive })
    this.#pruner.wake(this.#head)
  }

  head(): Block {
    return this.#head
  }

  async recoverSenders(raws: readonly Uint8Array[]): Promise<void> {
    await this.#senders.recover(this.chainId, raws)
  }

  execute(
    transactions: readonly Uint8Array[],
    attributes: BlockAttributes,
    required = 0,
  ): Promise<{ block: Block; rejected: readonly Rejected[] }> {
    return this.#change(async () => {
      const lap = stopwatch(this.#options.onPhase)
      const until = performance.now() + (this.#options.buildBudget ?? Number.POSITIVE_INFINITY)
      checkAttributes(attributes, this.#head)
      const { executed, rejected } = await this.#build(transactions, attributes, { until, required }, lap)
      const { header, transactions: included, finished } = executed
      const block = assembleBlock(header, included, attributes.withdrawals, finished.hashes)
      await this.#append({ block, receipts: finished.receipts, change: finished.change }, lap)
      return { block, rejected }
    })
  }

  decodeBlock(encoded: Uint8Array): Block {
    return parseBlock(encoded, (raw) => this.#senders.hashOf(this.chainId, raw)).block
  }

  import(encoded: Uint8Array): Promise<Block> {
    return this.#change(async () => {
      const lap = stopwatch(this.#options.onPhase)
      const parts = parseParts(encoded)
      const { header, transactions, withdrawals } = parts
      const named = { number: header.number, hash: headerHash(header) }
      const head = this.#head
      if (header.parentHash !== head.hash)
        throw invalidBlock(named, `its parent ${header.parentHash} is not the head ${head.hash}`)
      const attributes = { ...header, withdrawals }
      checkAttributes(attributes, head)
      const reject = ({ hash, reason }: Rejected, invalid?: MetisSeqError) => {
        throw invalid ?? invalidBlock(named, `transaction ${hash} cannot be included: ${reason}`)
      }
      const executed = await this.#building(attributes, { reject }, lap).run(transactions)
      compareHeaders(header, executed.header, named)
      const { hashes, receipts, change } = executed.finished
      return this.#append({ block: blockOf(parts, hashes), receipts, change }, lap)
    })
  }

  rewind(hash: Hash): Promise<void> {
    return this.#change(async () => {
      const target = this.store.block(hash)
      if (target === undefined || this.store.canonicalHash(target.number) !== hash) throw notAncestor(hash, this.#head)
      if (target.hash === this.#head.hash) return
      this.store.requireState(target)
      await this.store.rewind(target, this.#head)
      this.#instance = undefined
      this.#announce(target)
    })
  }

  onHead(listener: (head: Block) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    // Threads read what the store owns: they let go of it first.
    await Promise.all([this.reads.close(), this.#pruner?.close()])
    await this.#serial.run(() => this.store.close())
  }

  /** One change of the chain at a time. After an error nothing in memory is trusted: the head is read from disk again. */
  #change<T>(task: () => Promise<T>): Promise<T> {
    return this.#serial.run(async () => {
      if (!this.#trusted) this.#head = storedHead(this.store)
      this.#trusted = true
      try {
        return await task()
      } catch (error) {
        this.#trusted = false
        this.#instance = undefined
        throw error
      }
    })
  }

  /** Executes what can be of `transactions`. One on which the engine breaks off must not stop the chain: it is left out. */
  async #build(
    transactions: readonly Uint8Array[],
    attributes: BlockAttributes,
    options: Omit<BuildOptions, 'reject'>,
    lap: Lap,
  ) {
    const harmful = new Set<Uint8Array>()
    for (let traps = 0; ; traps++) {
      const rejected = [...harmful].map((raw) => this.#harmful(raw))
      const reject = (each: Rejected) => rejected.push(each)
      const building = this.#building(attributes, { ...options, reject, single: traps > 0 }, lap)
      try {
        return { executed: await building.run(transactions.filter((raw) => !harmful.has(raw))), rejected }
      } catch (error) {
        const [first, ...others] = building.inHand
        if (!isTrap(error) || first === undefined || traps > MAX_TRAPS) throw error
        if (others.length === 0) harmful.add(first)
        this.#instance = undefined
      }
    }
  }

  #harmful(raw: Uint8Array): Rejected {
    const hash = this.#senders.hashOf(this.chainId, raw)
    return { hash, reason: 'the engine breaks off on it', stale: true }
  }

  #building(attributes: BlockAttributes, options: BuildOptions, lap: Lap): Building {
    this.#instance ??= this.#open()
    const machinery = { instance: this.#instance, senders: this.#senders, chainId: this.chainId, lap }
    return new Building(machinery, this.#head, attributes, options)
  }

  #open(): Evm {
    const instance = this.#options.instantiate({
      node: (hash) => this.store.node(hash),
      code: (hash) => this.store.code(hash),
      blockHash: (number) => fromHex(this.ancestorHash(this.#head.hash, number)),
    })
    instance.invoke('open', openRequest(this.#options.genesis, this.#head.stateRoot))
    return instance
  }

  async #append(block: NewBlock, lap: Lap): Promise<Block> {
    await this.store.append(block)
    lap('disk')
    if ((this.#instance?.size ?? 0) > MAX_INSTANCE_BYTES) this.#instance = undefined
    this.#announce(block.block)
    return block.block
  }

  #announce(head: Block): void {
    this.#head = head
    this.#pruner?.wake(head)
    for (const listener of this.#listeners) listener(head)
  }
}

function isTrap(error: unknown): boolean {
  return error instanceof MetisSeqError && error.code === 'EVM_TRAPPED'
}

function storedHead(store: ChainStore): Block {
  const hash = store.headHash()
  const head = hash === undefined ? undefined : store.block(hash)
  if (head !== undefined) return head
  throw new MetisSeqError('DATABASE_CORRUPT', `The head block ${hash ?? ''} is not in the database.`, {
    exit: Exit.data,
    severity: 'critical',
    next: 'Delete the execution data of this node and let it import the chain again.',
  })
}

function notAncestor(hash: Hash, head: Block): MetisSeqError {
  return new MetisSeqError('BLOCK_UNKNOWN', `Block ${hash} is no ancestor of the head ${head.hash}.`, {
    exit: Exit.data,
    details: { hash, head: head.hash },
    next: 'Rewind to a block of the canonical chain.',
  })
}

function mismatch(what: string, hash: Hash): MetisSeqError {
  return new MetisSeqError('GENESIS_MISMATCH', `The genesis does not fit: ${what} ${hash}.`, {
    exit: Exit.data,
    severity: 'critical',
    details: { hash },
    next: 'Use the genesis file of this network with its own data directory.',
  })
}
