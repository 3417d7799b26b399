import { parseBlock } from '../../../core/chain/block.js'
import { decodeReceipts, encodeReceipts } from '../../../core/chain/receipt.js'
import { bigEndian, concatBytes, fromBigEndian } from '../../../core/codec/index.js'
import { Exit, MetisSeqError } from '../../../core/errors/index.js'
import type { Change, Database } from '../../../core/ports/database.js'
import type { Block, Receipt } from '../../../core/ports/execution.js'
import type { Hash } from '../../../core/types/hex.js'
import { Cache } from './cache.js'
import { fromHex, toHex } from './hex.js'
import { key, numberOf } from './keys.js'
import type { Processed } from './process.js'
import type { StateChange, StateSource } from './state.js'

const CACHED_BLOCKS = 128
const CACHED_NODES = 20_000
const VERSION = 1

/** Where a canonical transaction stands. */
export interface Place {
  blockHash: Hash
  blockNumber: number
  index: number
}

/** Blocks, receipts, state nodes and indexes of one chain. Each change of the chain is one atomic, durable write. */
export class ChainStore implements StateSource {
  readonly #database: Database
  readonly #blocks = new Cache<Hash, Block>(CACHED_BLOCKS)
  readonly #receipts = new Cache<Hash, readonly Receipt[]>(CACHED_BLOCKS)
  readonly #nodes = new Cache<string, Uint8Array>(CACHED_NODES)

  constructor(database: Database) {
    this.#database = database
  }

  node(hash: Uint8Array): Uint8Array | undefined {
    const id = Buffer.from(hash.buffer, hash.byteOffset, hash.length).toString('latin1')
    const known = this.#nodes.get(id)
    if (known !== undefined) return known
    const encoded = this.#database.get(key.node(hash))
    if (encoded !== undefined) this.#nodes.set(id, encoded)
    return encoded
  }

  code(hash: Uint8Array): Uint8Array | undefined {
    return this.#database.get(key.code(hash))
  }

  /** Hash of block 0 of the chain that is stored; undefined for a new database. @throws MetisSeqError `DATA_TOO_NEW` */
  genesis(): Hash | undefined {
    const version = this.#database.get(key.version)
    if (version !== undefined && version[0] !== VERSION) throw tooNew(version[0] ?? 0)
    return this.#hash(key.genesis)
  }

  headHash(): Hash | undefined {
    return this.#hash(key.head)
  }

  canonicalHash(number: number): Hash | undefined {
    return Number.isSafeInteger(number) && number >= 0 ? this.#hash(key.canonical(number)) : undefined
  }

  block(hash: Hash): Block | undefined {
    const known = this.#blocks.get(hash)
    if (known !== undefined) return known
    const encoded = this.#database.get(key.block(hash))
    if (encoded === undefined) return undefined
    const { block } = parseBlock(encoded)
    this.#blocks.set(hash, block)
    return block
  }

  receipts(hash: Hash): readonly Receipt[] | undefined {
    const known = this.#receipts.get(hash)
    if (known !== undefined) return known
    const encoded = this.#database.get(key.receipts(hash))
    const block = this.block(hash)
    if (encoded === undefined || block === undefined) return undefined
    const receipts = decodeReceipts(encoded, block)
    this.#receipts.set(hash, receipts)
    return receipts
  }

  place(transaction: Hash): Place | undefined {
    const value = this.#database.get(key.place(transaction))
    if (value === undefined) return undefined
    const blockNumber = Number(fromBigEndian(value.subarray(0, 8)))
    const blockHash = toHex(value.subarray(12))
    if (this.canonicalHash(blockNumber) !== blockHash) return undefined
    return { blockHash, blockNumber, index: Number(fromBigEndian(value.subarray(8, 12))) }
  }

  /** Blooms of canonical blocks with logs, `from` to `to` inclusive. */
  async *blooms(from: number, to: number): AsyncIterable<readonly [number: number, bloom: Uint8Array]> {
    for await (const [at, bloom] of this.#database.entries(key.bloom(from), key.bloom(to + 1)))
      yield [numberOf(at), bloom]
  }

  /** Stores block 0 and its state. */
  async create(block: Block, state: StateChange): Promise<void> {
    const hash = fromHex(block.hash)
    await this.#database.write([
      ...stateChanges(state),
      ...blockChanges(block, []),
      { key: key.genesis, value: hash },
      { key: key.version, value: Uint8Array.of(VERSION) },
    ])
  }

  /** Stores a block on the head and makes it the head. */
  async append({ block, receipts, change }: Processed): Promise<void> {
    await this.#database.write([...stateChanges(change), ...blockChanges(block, receipts)])
    this.#blocks.set(block.hash, block)
    this.#receipts.set(block.hash, receipts)
  }

  /** Makes `ancestor` the head; the blocks above it stay readable by their hash. */
  async rewind(ancestor: Block, head: Block): Promise<void> {
    const changes: Change[] = [{ key: key.head, value: fromHex(ancestor.hash) }]
    for (let number = ancestor.number + 1; number <= head.number; number++) {
      changes.push({ key: key.canonical(number), value: undefined }, { key: key.bloom(number), value: undefined })
    }
    await this.#database.write(changes)
  }

  close(): Promise<void> {
    return this.#database.close()
  }

  #hash(at: Uint8Array): Hash | undefined {
    const value = this.#database.get(at)
    return value === undefined ? undefined : toHex(value)
  }
}

function stateChanges({ nodes, codes }: StateChange): Change[] {
  const changes: Change[] = nodes.map(([hash, value]) => ({ key: key.node(hash), value }))
  for (const [hash, value] of codes) changes.push({ key: key.code(hash), value })
  return changes
}

function blockChanges(block: Block, receipts: readonly Receipt[]): Change[] {
  const hash = fromHex(block.hash)
  const changes: Change[] = [
    { key: key.block(block.hash), value: block.encoded },
    { key: key.receipts(block.hash), value: encodeReceipts(receipts) },
    { key: key.canonical(block.number), value: hash },
    { key: key.head, value: hash },
  ]
  if (receipts.some(({ logs }) => logs.length > 0)) {
    changes.push({ key: key.bloom(block.number), value: fromHex(block.logsBloom) })
  }
  const number = bigEndian(block.number, 8)
  block.transactionHashes.forEach((transaction, index) => {
    changes.push({ key: key.place(transaction), value: concatBytes(number, bigEndian(index, 4), hash) })
  })
  return changes
}

function tooNew(version: number): MetisSeqError {
  return new MetisSeqError(
    'DATA_TOO_NEW',
    `The execution data has version ${version}; this program knows ${VERSION}.`,
    {
      exit: Exit.data,
      severity: 'critical',
      next: 'Run the newer program again, or give this one another data directory.',
    },
  )
}
