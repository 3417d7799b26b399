import type {
  AccessListResult,
  AccountProof,
  CallOverrides,
  CallRequest,
  CallResult,
  JsonText,
  SimulatePayload,
  TraceOptions,
} from '../../../../core/ports/calls.js'
import type { Block, ChainReader, LogFilter, Receipt, Transaction } from '../../../../core/ports/execution.js'
import type { Address, Hash, Hex } from '../../../../core/types/hex.js'
import type { TransactionDecoder } from '../senders/transactions.js'
import type { ChainStore } from '../store/store.js'
import type { Place } from '../store/stored.js'
import { knownBlock } from './ancestors.js'
import {
  accessListResult,
  callBody,
  callResult,
  estimateResult,
  proofResult,
  simulationBody,
  traceBody,
  traceCallBody,
} from './calls.js'
import type { LightReads } from './light.js'
import type { Reads } from './reads.js'

/** What reads are made of. */
export interface ReaderParts {
  chainId: number
  store: ChainStore
  decoder: TransactionDecoder
  light: LightReads
  reads: Reads
}

/** Reads of a stored chain: of single things at once, of what takes time in other threads. None meets a block being built. */
export abstract class Reader implements ChainReader {
  readonly chainId: number
  protected readonly store: ChainStore
  protected readonly decoder: TransactionDecoder
  protected readonly reads: Reads
  readonly #light: LightReads

  constructor({ chainId, store, decoder, light, reads }: ReaderParts) {
    this.chainId = chainId
    this.store = store
    this.decoder = decoder
    this.reads = reads
    this.#light = light
  }

  abstract head(): Block
  abstract senderOf(raw: Uint8Array): Address
  abstract recoverSenders(raws: readonly Uint8Array[]): Promise<void>

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
    return this.#light.account(address, knownBlock(this.store, blockHash)).balance
  }

  async nonce(address: Address, blockHash: Hash): Promise<number> {
    return this.#light.account(address, knownBlock(this.store, blockHash)).nonce
  }

  async code(address: Address, blockHash: Hash): Promise<Hex> {
    return this.#light.code(address, knownBlock(this.store, blockHash))
  }

  async storageAt(address: Address, slot: Hash, blockHash: Hash): Promise<Hash> {
    return this.#light.storage(address, slot, knownBlock(this.store, blockHash))
  }

  async call(request: CallRequest, blockHash: Hash, overrides?: CallOverrides): Promise<CallResult> {
    return callResult(await this.reads.run('call', callBody(request, overrides), blockHash))
  }

  async estimateGas(request: CallRequest, blockHash: Hash, overrides?: CallOverrides): Promise<bigint> {
    return estimateResult(await this.reads.run('estimate', callBody(request, overrides), blockHash))
  }

  async createAccessList(request: CallRequest, blockHash: Hash, overrides?: CallOverrides): Promise<AccessListResult> {
    return accessListResult(await this.reads.run('access_list', callBody(request, overrides), blockHash))
  }

  async proof(address: Address, slots: readonly Hash[], blockHash: Hash): Promise<AccountProof> {
    return proofResult(await this.reads.run('proof', { address, slots }, blockHash), slots)
  }

  async traceTransaction(hash: Hash, options: TraceOptions): Promise<JsonText | undefined> {
    const place = this.store.place(hash)
    if (place === undefined) return undefined
    const { blockHash, index } = place
    return jsonText(await this.reads.run('trace_transaction', traceBody(options, index), blockHash, options.timeout))
  }

  async traceBlock(hash: Hash, options: TraceOptions): Promise<JsonText | undefined> {
    const block = this.store.block(hash)
    if (block === undefined || block.number === 0) return undefined
    return jsonText(await this.reads.run('trace_block', traceBody(options), hash, options.timeout))
  }

  async traceCall(
    request: CallRequest,
    blockHash: Hash,
    options: TraceOptions & { overrides?: CallOverrides },
  ): Promise<JsonText> {
    const body = traceCallBody(request, options)
    return jsonText(await this.reads.run('trace_call', body, blockHash, options.timeout))
  }

  async simulate(payload: SimulatePayload, blockHash: Hash): Promise<JsonText> {
    return jsonText(await this.reads.run('simulate', simulationBody(payload), blockHash))
  }

  async logs(filter: LogFilter, limit: number): Promise<JsonText> {
    return jsonText(await this.reads.run('logs', { filter, limit }))
  }
}

function jsonText(answer: Uint8Array): JsonText {
  return { json: Buffer.from(answer.buffer, answer.byteOffset, answer.length).toString() }
}
