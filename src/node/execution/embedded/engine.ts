import { assembleBlock, blockOf, parseBlock, parseParts } from '../../../core/chain/block.js'
import { headerHash } from '../../../core/chain/header.js'
import { Exit, MetisSeqError } from '../../../core/errors/index.js'
import { reached } from '../../../core/faultPoints.js'
import type { Database } from '../../../core/ports/database.js'
import type { Block, BlockAttributes, ExecutionEngine, Rejected } from '../../../core/ports/execution.js'
import { Serial } from '../../../core/serial.js'
import type { Address, Hash } from '../../../core/types/hex.js'
import { checkAttributes } from './attributes.js'
import { compareHeaders, invalidBlock } from './compare.js'
import type { Executor } from './evm/executor.js'
import { type KeptStates, type PruneOptions, Pruner } from './prune/prune.js'
import { Reader, type ReaderParts } from './reads/reader.js'
import type { Senders } from './senders/senders.js'
import { invalidTransaction } from './senders/transactions.js'
import { type Lap, type PhaseListener, stopwatch } from './stopwatch.js'
import type { ChainStore, NewBlock } from './store/store.js'

/** What an engine works with. */
export interface EngineOptions {
  executor: Executor
  senders: Senders
  /** ms that `execute` spends on transactions; without it there is no bound. */
  buildBudget?: number
  /** Hears where the time of each block goes, for metrics. */
  onPhase?: PhaseListener
}

/** The execution engine of one node: blocks are executed in wasm, everything is stored in one database. */
export class EmbeddedEngine extends Reader implements ExecutionEngine {
  readonly #serial = new Serial()
  readonly #listeners = new Set<(head: Block) => void>()
  readonly #options: EngineOptions
  #head: Block
  /** Whether `#head` is the head on disk for sure. */
  #trusted = true
  #pruner: Pruner | undefined

  constructor(parts: ReaderParts, options: EngineOptions) {
    super(parts)
    this.#options = options
    this.#head = storedHead(parts.store)
  }

  keepStates(database: Database, history: KeptStates): void {
    const exclusive: PruneOptions['exclusive'] = (change) => this.#serial.run(change)
    this.#pruner = new Pruner({ ...history, database, store: this.store, exclusive })
    this.#pruner.wake(this.#head)
  }

  head(): Block {
    return this.#head
  }

  async recoverSenders(raws: readonly Uint8Array[]): Promise<void> {
    await this.#options.senders.recover(this.chainId, raws)
  }

  senderOf(raw: Uint8Array): Address {
    const sender = this.#options.senders.recoverNow(this.chainId, raw)
    if ('reason' in sender) throw invalidTransaction(raw, sender.reason)
    return sender.from
  }

  execute(
    transactions: readonly Uint8Array[],
    attributes: BlockAttributes,
    required = 0,
  ): Promise<{ block: Block; rejected: readonly Rejected[] }> {
    return this.#change(async () => {
      const { executor, onPhase, buildBudget = Number.POSITIVE_INFINITY } = this.#options
      const lap = stopwatch(onPhase)
      const head = this.#head
      checkAttributes(attributes, head)
      const time = { until: performance.now() + buildBudget, required }
      const { executed, rejected } = await executor.build(head, transactions, attributes, time, lap)
      const { header, transactions: included, finished } = executed
      const block = assembleBlock(header, included, attributes.withdrawals, finished.hashes)
      await this.#append({ block, receipts: finished.receipts, change: finished.change }, lap)
      return { block, rejected }
    })
  }

  decodeBlock(encoded: Uint8Array): Block {
    return parseBlock(encoded, (raw) => this.#options.senders.hashOf(this.chainId, raw)).block
  }

  import(encoded: Uint8Array): Promise<Block> {
    return this.#change(async () => {
      const { executor, onPhase } = this.#options
      const lap = stopwatch(onPhase)
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
      const executed = await executor.run(head, transactions, attributes, reject, lap)
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
      this.#options.executor.drop()
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
        this.#options.executor.drop()
        throw error
      }
    })
  }

  async #append(block: NewBlock, lap: Lap): Promise<Block> {
    await this.store.append(block)
    reached('chain.appended')
    lap('disk')
    this.#options.executor.settle()
    this.#announce(block.block)
    return block.block
  }

  #announce(head: Block): void {
    this.#head = head
    this.#pruner?.wake(head)
    for (const listener of this.#listeners) listener(head)
  }
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
