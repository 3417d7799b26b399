import { parseBlock } from '../../../core/chain/block.js'
import { encodeReceipts } from '../../../core/chain/receipt.js'
import { keccak256 } from '../../../core/codec/index.js'
import { Exit, MetisSeqError } from '../../../core/errors/index.js'
import type { Genesis } from '../../../core/genesis/types.js'
import type { Database } from '../../../core/ports/database.js'
import type { Block, BlockAttributes, ExecutionEngine, Rejected } from '../../../core/ports/execution.js'
import { Serial } from '../../../core/serial.js'
import type { Hash } from '../../../core/types/hex.js'
import { checkAttributes } from './attributes.js'
import { chainCommon } from './common.js'
import { compareHeaders, invalidBlock } from './compare.js'
import { genesisBlock } from './genesis.js'
import { bringForward } from './layout.js'
import { createMachine, type Machine } from './machine.js'
import { type Processed, processBlock } from './process.js'
import { type PruneOptions, Pruner, type StateHistory } from './prune.js'
import { Reader } from './reader.js'
import { State } from './state.js'
import { type Lap, type PhaseListener, stopwatch } from './stopwatch.js'
import { ChainStore } from './store.js'
import { type Recovered, TransactionDecoder } from './transactions.js'
import { fairShare } from './turns.js'

export interface EmbeddedEngineOptions {
  /** Opened for this engine alone; it is closed with it. */
  database: Database
  genesis: Genesis['l2']
  /** Hears where the time of each block goes, for metrics. */
  onPhase?: PhaseListener
  /** Which states are kept; all of them without it. The database is then one for several threads. */
  stateHistory?: StateHistory | undefined
}

/**
 * Opens the chain in `database`, or creates it there from `genesis`.
 * @throws MetisSeqError `GENESIS_MISMATCH` (another chain is stored, or the document's hash is not that of its alloc),
 * `GENESIS_INVALID`, `DATA_TOO_NEW`, `DATABASE_FAILED` (exit 9)
 */
export async function createEmbeddedEngine({
  database,
  genesis,
  onPhase,
  stateHistory,
}: EmbeddedEngineOptions): Promise<ExecutionEngine> {
  await bringForward(database)
  const store = new ChainStore(database)
  const stored = store.genesis()
  if (stored === undefined) {
    const { block, change } = await genesisBlock(genesis.alloc, genesis)
    if (block.hash !== genesis.hash) throw mismatch(`its alloc makes block 0 ${block.hash}, and it says`, genesis.hash)
    await store.create(block, change)
  } else if (stored !== genesis.hash)
    throw mismatch(`the data belong to the chain of ${stored}, the genesis to`, genesis.hash)
  const engine = new EmbeddedEngine(genesis.chainId, store, onPhase)
  if (stateHistory !== undefined) engine.keepStates(database, stateHistory)
  return engine
}

class EmbeddedEngine extends Reader implements ExecutionEngine {
  readonly #serial = new Serial()
  readonly #listeners = new Set<(head: Block) => void>()
  readonly #onPhase: PhaseListener | undefined
  #head: Block
  /** On the state of the head; undefined after an error, when it may be ahead of the disk. */
  #machine: Machine | undefined
  /** Whether `#head` is the head on disk for sure. */
  #trusted = true
  #pruner: Pruner | undefined

  constructor(chainId: number, store: ChainStore, onPhase: PhaseListener | undefined) {
    const common = chainCommon(chainId)
    super(chainId, common, store, new TransactionDecoder(common))
    this.#head = storedHead(store)
    this.#onPhase = onPhase
  }

  keepStates(database: Database, history: StateHistory): void {
    const exclusive: PruneOptions['exclusive'] = (change) => this.#serial.run(change)
    this.#pruner = new Pruner({ ...history, database, store: this.store, exclusive })
    this.#pruner.wake(this.#head)
  }

  head(): Block {
    return this.#head
  }

  execute(
    transactions: readonly Uint8Array[],
    attributes: BlockAttributes,
  ): Promise<{ block: Block; rejected: readonly Rejected[] }> {
    return this.#change(async () => {
      const lap = stopwatch(this.#onPhase)
      const rejected: Rejected[] = []
      checkAttributes(attributes, this.#head)
      const candidates = await this.#recoverAll(transactions, (each) => rejected.push(each))
      lap('recover')
      const processed = await this.#process(attributes, candidates, (each) => rejected.push(each), lap)
      const block = await this.#append(processed, lap)
      return { block, rejected }
    })
  }

  decodeBlock(encoded: Uint8Array): Block {
    return parseBlock(encoded).block
  }

  import(encoded: Uint8Array): Promise<Block> {
    return this.#change(async () => {
      const lap = stopwatch(this.#onPhase)
      const { header, block } = parseBlock(encoded)
      const head = this.#head
      if (header.parentHash !== head.hash)
        throw invalidBlock(block, `its parent ${header.parentHash} is not the head ${head.hash}`)
      checkAttributes(block, head)
      const candidates = await this.#recoverAll(block.transactions)
      lap('recover')
      const refuse = ({ hash, reason }: Rejected) => {
        throw invalidBlock(block, `transaction ${hash} cannot be included: ${reason}`)
      }
      const processed = await this.#process(block, candidates, refuse, lap)
      compareHeaders(header, processed.header, block)
      return this.#append(processed, lap)
    })
  }

  rewind(hash: Hash): Promise<void> {
    return this.#change(async () => {
      const target = this.store.block(hash)
      if (target === undefined || this.store.canonicalHash(target.number) !== hash) throw notAncestor(hash, this.#head)
      if (target.hash === this.#head.hash) return
      this.store.requireState(target)
      await this.store.rewind(target, this.#head)
      this.#machine = undefined
      this.#announce(target)
    })
  }

  onHead(listener: (head: Block) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    await this.#pruner?.close()
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
        this.#machine = undefined
        throw error
      }
    })
  }

  async #process(
    attributes: BlockAttributes,
    candidates: readonly Recovered[],
    reject: (rejected: Rejected) => void,
    lap: Lap,
  ): Promise<Processed> {
    this.#machine ??= await this.#reopen()
    return processBlock(this.#machine, this.common, this.#head, attributes, candidates, reject, lap)
  }

  async #reopen(): Promise<Machine> {
    const ancestor = async (number: number) => this.ancestorHash(this.#head.hash, number)
    return createMachine(this.common, new State(this.store, this.#head.stateRoot), ancestor)
  }

  async #append(processed: Processed, lap: Lap): Promise<Block> {
    const { block, receipts, change } = processed
    await this.store.append({ block, receipts: encodeReceipts(receipts), change })
    lap('disk')
    this.#announce(processed.block)
    return processed.block
  }

  #announce(head: Block): void {
    this.#head = head
    this.#pruner?.wake(head)
    for (const listener of this.#listeners) listener(head)
  }

  /** Transactions with their senders. Without `reject` the first invalid one throws. */
  async #recoverAll(raws: readonly Uint8Array[], reject?: (rejected: Rejected) => void): Promise<Recovered[]> {
    const share = fairShare()
    const recovered: Recovered[] = []
    for (const raw of raws) {
      try {
        recovered.push(this.decoder.recover(raw))
      } catch (error) {
        if (reject === undefined || !(error instanceof MetisSeqError) || error.code !== 'TX_INVALID') throw error
        reject({ hash: keccak256(raw), reason: error.message, stale: true })
      }
      await share()
    }
    return recovered
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

function mismatch(what: string, hash: Hash): MetisSeqError {
  return new MetisSeqError('GENESIS_MISMATCH', `The genesis does not fit: ${what} ${hash}.`, {
    exit: Exit.data,
    severity: 'critical',
    details: { hash },
    next: 'Use the genesis file of this network with its own data directory.',
  })
}
