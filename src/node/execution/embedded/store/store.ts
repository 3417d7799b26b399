import { NO_BLOOM } from '../../../../core/chain/receipt.js'
import { bigEndian, concatBytes } from '../../../../core/codec/index.js'
import type { Change, Database } from '../../../../core/ports/database.js'
import type { Block } from '../../../../core/ports/execution.js'
import { fromHex } from '../hex.js'
import { logIndexChanges } from '../logs/logIndex.js'
import { key } from './keys.js'
import { VERSION } from './layout.js'
import { nodeEntries } from './nodeEntry.js'
import { StoredChain } from './stored.js'

type Hashed = readonly [hash: Uint8Array, encoded: Uint8Array]

/** What a block adds to the state. */
export interface StateChange {
  nodes: readonly Hashed[]
  codes: readonly Hashed[]
}

/** A block to be stored. */
export interface NewBlock {
  block: Block
  /** As `core/chain/receipt` encodes them. */
  receipts: Uint8Array
  change: StateChange
}

/** Blocks, receipts, state nodes and indexes of one chain. Each change of the chain is one atomic, durable write. */
export class ChainStore extends StoredChain {
  readonly #database: Database
  /** Hears of nodes before they are written. */
  onNodes: ((nodes: readonly Hashed[]) => void) | undefined

  constructor(database: Database) {
    super(database)
    this.#database = database
  }

  /** Stores block 0 and its state. */
  async create(block: Block, change: StateChange): Promise<void> {
    await this.#database.write([
      ...stateChanges(change, block.number),
      ...blockChanges(block, NO_RECEIPTS),
      { key: key.genesis, value: fromHex(block.hash) },
      { key: key.version, value: Uint8Array.of(VERSION) },
    ])
  }

  /** Stores a block on the head and makes it the head. `change` holds every node that its state has and its parent's has not. */
  async append({ block, receipts, change }: NewBlock): Promise<void> {
    this.onNodes?.(change.nodes)
    await this.#database.write([...stateChanges(change, block.number), ...blockChanges(block, receipts)])
    this.blocks.set(block.hash, block)
    this.receiptsOf.set(block.hash, { encoded: receipts })
  }

  /** Makes `ancestor` the head; the blocks above it stay readable by their hash. */
  async rewind(ancestor: Block, head: Block): Promise<void> {
    const changes: Change[] = [{ key: key.head, value: fromHex(ancestor.hash) }]
    for (let number = ancestor.number + 1; number <= head.number; number++) {
      changes.push({ key: key.canonical(number), value: undefined })
    }
    await this.#database.write(changes)
  }

  /** From here on no state older than that of block `number` may be read: what they alone have may be removed. */
  forgetStates(number: number): Promise<void> {
    return this.#database.write([{ key: key.oldest, value: bigEndian(number, 8) }])
  }
}

/** RLP of no receipts. */
const NO_RECEIPTS = Uint8Array.of(0xc0)

function stateChanges({ nodes, codes }: StateChange, number: number): Change[] {
  const changes = nodeEntries(nodes, number)
  for (const [hash, value] of codes) changes.push({ key: key.code(hash), value })
  return changes
}

function blockChanges(block: Block, receipts: Uint8Array): Change[] {
  const hash = fromHex(block.hash)
  const changes: Change[] = [
    { key: key.block(block.hash), value: block.encoded },
    { key: key.receipts(block.hash), value: receipts },
    { key: key.canonical(block.number), value: hash },
    { key: key.head, value: hash },
  ]
  if (block.logsBloom !== NO_BLOOM) changes.push(...logIndexChanges(block.number, receipts))
  const number = bigEndian(block.number, 8)
  block.transactionHashes.forEach((transaction, index) => {
    changes.push({ key: key.place(transaction), value: concatBytes(number, bigEndian(index, 4), hash) })
  })
  return changes
}
