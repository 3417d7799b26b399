import type { Common } from '@ethereumjs/common'
import { createAddressFromString } from '@ethereumjs/util'
import { Exit, MetisSeqError } from '../../../core/errors/index.js'
import type {
  Block,
  CallRequest,
  CallResult,
  ChainReader,
  Log,
  LogFilter,
  Receipt,
  Transaction,
} from '../../../core/ports/execution.js'
import type { Address, Hash, Hex } from '../../../core/types/hex.js'
import { type CallEnvironment, estimate, simulate } from './calls.js'
import { chainCommon } from './common.js'
import { fromHex, toHex } from './hex.js'
import { searchLogs } from './logs.js'
import { createMachine } from './machine.js'
import { State } from './state.js'
import type { ChainStore } from './store.js'
import type { Place } from './stored.js'
import type { TransactionDecoder } from './transactions.js'

/** Reads of a stored chain. Each opens the state at its block anew and never meets a block being built. */
export abstract class Reader implements ChainReader {
  readonly chainId: number
  protected readonly common: Common
  protected readonly store: ChainStore
  protected readonly decoder: TransactionDecoder

  constructor(chainId: number, store: ChainStore, decoder: TransactionDecoder) {
    this.chainId = chainId
    this.common = chainCommon(chainId)
    this.store = store
    this.decoder = decoder
  }

  abstract head(): Block

  async blockByNumber(number: number): Promise<Block | undefined> {
    const hash = this.store.canonicalHash(number)
    return hash === undefined ? undefined : this.store.block(hash)
  }

  async blockByHash(hash: Hash): Promise<Block | undefined> {
    return this.store.block(hash)
  }

  async isCanonical({ number, hash }: { number: number; hash: Hash }): Promise<boolean> {
    return this.store.canonicalHash(number) === hash
  }

  async receipts(blockHash: Hash): Promise<readonly Receipt[] | undefined> {
    return this.store.receipts(blockHash)
  }

  async transactionPlace(hash: Hash): Promise<Place | undefined> {
    return this.store.place(hash)
  }

  decodeTransaction(raw: Uint8Array): Transaction {
    return this.decoder.decode(raw)
  }

  async balance(address: Address, blockHash: Hash): Promise<bigint> {
    const account = await this.#state(blockHash).getAccount(createAddressFromString(address))
    return account?.balance ?? 0n
  }

  async nonce(address: Address, blockHash: Hash): Promise<number> {
    const account = await this.#state(blockHash).getAccount(createAddressFromString(address))
    return Number(account?.nonce ?? 0n)
  }

  async code(address: Address, blockHash: Hash): Promise<Hex> {
    return toHex(await this.#state(blockHash).getCode(createAddressFromString(address)))
  }

  async storageAt(address: Address, slot: Hash, blockHash: Hash): Promise<Hash> {
    const value = await this.#state(blockHash).getStorage(createAddressFromString(address), fromHex(slot))
    return `0x${toHex(value).slice(2).padStart(64, '0')}`
  }

  async call(request: CallRequest, blockHash: Hash): Promise<CallResult> {
    return simulate(this.#environment(blockHash), request)
  }

  async estimateGas(request: CallRequest, blockHash: Hash): Promise<bigint> {
    return estimate(this.#environment(blockHash), request)
  }

  logs(filter: LogFilter, limit: number): Promise<readonly Log[]> {
    return searchLogs(this.store, filter, limit)
  }

  /** Hash of the block `number` on the branch that ends with `tip`. @throws MetisSeqError `BLOCK_UNKNOWN` */
  protected ancestorHash(tip: Hash, number: number): Hash {
    for (let block = this.#known(tip); ; block = this.#known(block.parentHash)) {
      if (block.number === number) return block.hash
      const canonical = this.store.canonicalHash(block.number) === block.hash
      const hash = canonical ? this.store.canonicalHash(number) : undefined
      if (hash !== undefined) return hash
    }
  }

  #environment(blockHash: Hash): CallEnvironment {
    const block = this.#known(blockHash)
    const ancestor = async (number: number) => this.ancestorHash(blockHash, number)
    return { common: this.common, block, open: () => createMachine(this.common, this.#state(blockHash), ancestor) }
  }

  #state(blockHash: Hash): State {
    const block = this.#known(blockHash)
    this.store.requireState(block)
    return new State(this.store, block.stateRoot)
  }

  #known(hash: Hash): Block {
    const block = this.store.block(hash)
    if (block !== undefined) return block
    throw new MetisSeqError('BLOCK_UNKNOWN', `There is no block ${hash}.`, {
      exit: Exit.data,
      details: { hash },
      next: 'Ask for a block at or below the head.',
    })
  }
}
