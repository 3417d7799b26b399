import { rm } from 'node:fs/promises'
import { assembleBlock } from '../../../src/core/chain/block.js'
import { EMPTY_REQUESTS, EMPTY_ROOT, type Header, ZERO_HASH } from '../../../src/core/chain/header.js'
import { NO_BLOOM } from '../../../src/core/chain/receipt.js'
import {
  bigEndian,
  bytesToHex,
  hexToBytes,
  keccak256,
  keccakBytes,
  malformed,
  rlpEncode,
} from '../../../src/core/codec/index.js'
import type { Database } from '../../../src/core/ports/database.js'
import type { Block } from '../../../src/core/ports/execution.js'
import { Serial } from '../../../src/core/serial.js'
import type { Hash } from '../../../src/core/types/hex.js'
import { type KeptStates, type PruneReport, Pruner } from '../../../src/node/execution/embedded/prune/prune.js'
import { walkState } from '../../../src/node/execution/embedded/prune/walk.js'
import { bringForward } from '../../../src/node/execution/embedded/store/layout.js'
import { ChainStore } from '../../../src/node/execution/embedded/store/store.js'
import { openDatabase } from '../../../src/node/storage/level.js'
import { Trie } from '../../support/trie/trie.js'
import { newDirectory } from './support.js'

const NO_RECEIPTS = Uint8Array.of(0xc0)
const EMPTY = hexToBytes(EMPTY_ROOT)
const NO_CODE = keccakBytes(new Uint8Array(0))
const fail = malformed('STATE_CORRUPT', 'state')

/** Sets slot `slot` of account `account`; value 0 removes it, and an account without slots goes. */
export interface Write {
  account: number
  slot: number
  value: number
}

/** account -> slot -> value */
type Model = ReadonlyMap<number, ReadonlyMap<number, number>>
type Pair = [hash: Uint8Array, encoded: Uint8Array]

/** A chain whose states are written by hand: a store and a pruner on a real database, without an engine. */
export class TestChain {
  readonly directory: string
  readonly #models = new Map<Hash, Model>()
  readonly #serial = new Serial()
  readonly #history: KeptStates
  database!: Database
  store!: ChainStore
  pruner!: Pruner
  head!: Block
  /** Runs before each of the pruner's turns. */
  beforeTurn: () => Promise<void> = async () => undefined

  private constructor(directory: string, history: KeptStates) {
    this.directory = directory
    this.#history = history
  }

  static async open(history: KeptStates, writes: readonly Write[] = []): Promise<TestChain> {
    const chain = new TestChain(await newDirectory(), history)
    await chain.#open()
    const { block, nodes, codes } = chain.#build(undefined, writes)
    await chain.store.create(block, { nodes, codes })
    chain.head = block
    return chain
  }

  async reopen(): Promise<void> {
    await this.pruner.close()
    await this.database.close()
    await this.#open()
    const hash = this.store.headHash()
    const head = hash && this.store.block(hash)
    if (head?.hash !== this.head.hash) throw new Error(`the head is ${head?.number}, not ${this.head.number}`)
  }

  async remove(): Promise<void> {
    await this.pruner.close()
    await this.database.close()
    await rm(this.directory, { recursive: true })
  }

  append(writes: readonly Write[]): Promise<Block> {
    return this.#serial.run(async () => {
      const { block, nodes, codes } = this.#build(this.head, writes)
      await this.store.append({ block, receipts: NO_RECEIPTS, change: { nodes, codes } })
      this.head = block
      return block
    })
  }

  rewind(number: number): Promise<void> {
    return this.#serial.run(async () => {
      const target = this.at(number)
      this.store.requireState(target)
      await this.store.rewind(target, this.head)
      this.head = target
    })
  }

  prune(): Promise<PruneReport | undefined> {
    return this.pruner.prune()
  }

  at(number: number): Block {
    const hash = this.store.canonicalHash(number)
    const block = hash && this.store.block(hash)
    if (block === undefined) throw new Error(`there is no block ${number}`)
    return block
  }

  /** Reads the whole state after `block` from the database; every node has to have its hash. */
  async check(block: Block): Promise<number> {
    let leaves = 0
    await walkState(
      hexToBytes(block.stateRoot),
      ({ kind, hash }) => {
        const encoded = kind === 'code' ? this.store.code(hash) : this.store.node(hash)
        if (encoded === undefined) throw new Error(`block ${block.number} has no ${kind} ${bytesToHex(hash)}`)
        if (keccak256(encoded) !== bytesToHex(hash)) throw new Error(`${kind} ${bytesToHex(hash)} is damaged`)
        leaves += 1
        return encoded
      },
      fail,
    )
    return leaves
  }

  /** Reads the states of all canonical blocks that are said to be there. */
  async checkKept(): Promise<void> {
    for (let number = this.store.oldestState(); number <= this.head.number; number++) await this.check(this.at(number))
  }

  async nodes(): Promise<number> {
    let count = 0
    for await (const _ of this.database.entries(Uint8Array.of(0x73), Uint8Array.of(0x74))) count += 1
    return count
  }

  /** How many nodes the states of these blocks have together. */
  async nodesOf(blocks: readonly Block[]): Promise<number> {
    const all = new Set<string>()
    for (const { stateRoot } of blocks) {
      const take = ({ kind, hash }: { kind: string; hash: Uint8Array }) => {
        if (kind !== 'code') all.add(bytesToHex(hash))
        return (kind === 'code' ? this.store.code(hash) : this.store.node(hash)) ?? new Uint8Array(0)
      }
      await walkState(hexToBytes(stateRoot), take, fail)
    }
    return all.size
  }

  async #open(): Promise<void> {
    this.database = await openDatabase(this.directory, { shared: true })
    await bringForward(this.database)
    this.store = new ChainStore(this.database)
    const exclusive = async <T>(change: () => Promise<T>) => {
      await this.beforeTurn()
      return this.#serial.run(change)
    }
    this.pruner = new Pruner({ ...this.#history, database: this.database, store: this.store, exclusive })
  }

  #build(parent: Block | undefined, writes: readonly Write[]): { block: Block; nodes: Pair[]; codes: Pair[] } {
    const before = (parent && this.#models.get(parent.hash)) ?? new Map<number, ReadonlyMap<number, number>>()
    const model = new Map(before)
    const source = (hash: Uint8Array) => this.store.node(hash)
    const nodes: Pair[] = []
    const codes: Pair[] = []
    const sink = (...pair: Pair) => nodes.push(pair)
    const accounts = parent === undefined ? new Trie() : new Trie(hexToBytes(parent.stateRoot), source)
    for (const account of new Set(writes.map((write) => write.account))) {
      const slots = new Map(before.get(account))
      const encoded = accounts.get(keyOf(account))
      const storage = encoded === undefined ? new Trie() : new Trie(encoded.slice(-65, -33), source)
      for (const { slot, value } of writes.filter((write) => write.account === account)) {
        slots.set(slot, value)
        if (value === 0) slots.delete(slot)
        storage.put(keyOf(slot), value === 0 ? new Uint8Array(0) : rlpEncode(wordOf(value)))
      }
      model.set(account, slots)
      if (slots.size === 0) model.delete(account)
      // Code comes and goes with the first slot.
      const code = Uint8Array.of(0xfe, slots.get(0) ?? 0)
      const codeHash = slots.has(0) ? keccakBytes(code) : NO_CODE
      if (slots.has(0)) codes.push([codeHash, code])
      const root = storage.commit(sink)
      accounts.put(keyOf(account), slots.size === 0 ? new Uint8Array(0) : rlpEncode([1, 1, root, codeHash]))
    }
    const stateRoot = bytesToHex(accounts.commit(sink) ?? EMPTY)
    const block = assembleBlock(headerOf(parent, stateRoot), [], [])
    this.#models.set(block.hash, model)
    return { block, nodes, codes }
  }
}

const keyOf = (n: number) => keccakBytes(bigEndian(n, 4))
/** Some leaves are shorter than a hash and lie in their parent, others do not. */
const wordOf = (n: number) => (n % 2 === 0 ? Uint8Array.of(n + 1) : new Uint8Array(32).fill(n))

function headerOf(parent: Block | undefined, stateRoot: Hash): Header {
  return {
    parentHash: parent?.hash ?? ZERO_HASH,
    feeRecipient: `0x${'00'.repeat(20)}`,
    stateRoot,
    transactionsRoot: EMPTY_ROOT,
    receiptsRoot: EMPTY_ROOT,
    logsBloom: NO_BLOOM,
    number: parent === undefined ? 0 : parent.number + 1,
    gasLimit: 30_000_000n,
    gasUsed: 0n,
    timestamp: (parent?.timestamp ?? 1_700_000_000) + 1,
    extraData: '0x',
    prevRandao: ZERO_HASH,
    baseFee: 1n,
    withdrawalsRoot: EMPTY_ROOT,
    requestsHash: EMPTY_REQUESTS,
  }
}
