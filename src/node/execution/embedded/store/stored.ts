import { parseBlock } from '../../../../core/chain/block.js'
import { decodeReceipts } from '../../../../core/chain/receipt.js'
import { fromBigEndian } from '../../../../core/codec/index.js'
import { Exit, MetisSeqError } from '../../../../core/errors/index.js'
import type { DatabaseReader } from '../../../../core/ports/database.js'
import type { Block, Receipt } from '../../../../core/ports/execution.js'
import type { Hash } from '../../../../core/types/hex.js'
import { Cache } from '../cache.js'
import { toHex } from '../hex.js'
import { LogIndex } from '../logs/logIndex.js'
import { key } from './keys.js'
import { nodeOf } from './nodeEntry.js'

const CACHED_BLOCKS = 128

/** Where a canonical transaction stands. */
export interface Place {
  blockHash: Hash
  blockNumber: number
  index: number
}

/** A block's receipts: as they are on disk, and decoded once somebody asked. */
export interface StoredReceipts {
  encoded: Uint8Array
  decoded?: readonly Receipt[]
}

/** Reads of a chain that lies in a database; in a thread of its own, too, while another one writes to it. */
export class StoredChain {
  readonly #database: DatabaseReader
  /** Blocks and receipts never change under their hash. */
  protected readonly blocks = new Cache<Hash, Block>(CACHED_BLOCKS)
  protected readonly receiptsOf = new Cache<Hash, StoredReceipts>(CACHED_BLOCKS)

  /** In which blocks logs are. */
  readonly logIndex: LogIndex

  constructor(database: DatabaseReader) {
    this.#database = database
    this.logIndex = new LogIndex(database)
  }

  /** The encoding of a state node. Not cached: whoever reads many keeps the decoded ones. */
  node(hash: Uint8Array): Uint8Array | undefined {
    const value = this.#database.get(key.node(hash))
    return value && nodeOf(value)
  }

  code(hash: Uint8Array): Uint8Array | undefined {
    return this.#database.get(key.code(hash))
  }

  /** Hash of block 0 of the chain that is stored; undefined for a new database. */
  genesis(): Hash | undefined {
    return this.#hash(key.genesis)
  }

  headHash(): Hash | undefined {
    return this.#hash(key.head)
  }

  canonicalHash(number: number): Hash | undefined {
    return Number.isSafeInteger(number) && number >= 0 ? this.#hash(key.canonical(number)) : undefined
  }

  block(hash: Hash): Block | undefined {
    const known = this.blocks.get(hash)
    if (known !== undefined) return known
    const encoded = this.#database.get(key.block(hash))
    if (encoded === undefined) return undefined
    const { block } = parseBlock(encoded)
    this.blocks.set(hash, block)
    return block
  }

  receipts(hash: Hash): readonly Receipt[] | undefined {
    const stored = this.#storedReceipts(hash)
    if (stored?.decoded !== undefined) return stored.decoded
    const block = this.block(hash)
    if (stored === undefined || block === undefined) return undefined
    stored.decoded = decodeReceipts(stored.encoded, block)
    return stored.decoded
  }

  /** As it was stored, for whoever reads a part of it. */
  encodedBlock(hash: Hash): Uint8Array | undefined {
    return this.blocks.get(hash)?.encoded ?? this.#database.get(key.block(hash))
  }

  /** As they were stored, for whoever reads a part of them. */
  encodedReceipts(hash: Hash): Uint8Array | undefined {
    return this.receiptsOf.get(hash)?.encoded ?? this.#database.get(key.receipts(hash))
  }

  place(transaction: Hash): Place | undefined {
    const value = this.#database.get(key.place(transaction))
    if (value === undefined) return undefined
    const blockNumber = Number(fromBigEndian(value.subarray(0, 8)))
    const blockHash = toHex(value.subarray(12))
    if (this.canonicalHash(blockNumber) !== blockHash) return undefined
    return { blockHash, blockNumber, index: Number(fromBigEndian(value.subarray(8, 12))) }
  }

  /** Number of the oldest block whose state is kept. */
  oldestState(): number {
    const value = this.#database.get(key.oldest)
    return value === undefined ? 0 : Number(fromBigEndian(value))
  }

  /** @throws MetisSeqError `STATE_PRUNED` where the state after `block` is not kept any more */
  requireState(block: Block): void {
    const oldest = this.oldestState()
    // The state of an orphan is there if the canonical block it branches off has one: what it wrote itself is as young.
    let base: Block | undefined = block
    while (base !== undefined && base.number >= oldest && this.canonicalHash(base.number) !== base.hash)
      base = this.block(base.parentHash)
    if (base !== undefined && base.number >= oldest) return
    throw statePruned(block, oldest)
  }

  close(): Promise<void> {
    return this.#database.close()
  }

  #storedReceipts(hash: Hash): StoredReceipts | undefined {
    const known = this.receiptsOf.get(hash)
    if (known !== undefined) return known
    const encoded = this.#database.get(key.receipts(hash))
    if (encoded === undefined) return undefined
    const stored = { encoded }
    this.receiptsOf.set(hash, stored)
    return stored
  }

  #hash(at: Uint8Array): Hash | undefined {
    const value = this.#database.get(at)
    return value === undefined ? undefined : toHex(value)
  }
}

/** The state after a block that this node keeps no state of any more. */
export function statePruned({ number, hash }: Block, oldest: number): MetisSeqError {
  const message = `The state of block ${number} is not kept any more: the oldest one is that of block ${oldest}.`
  return new MetisSeqError('STATE_PRUNED', message, {
    exit: Exit.data,
    details: { number, hash, oldest },
    next: `Ask for block ${oldest} or a later one, or ask a node that runs with --state-history all.`,
  })
}
