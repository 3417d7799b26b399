import type { Address, Hash, Hex } from '../types/hex.js'
import type {
  AccessListItem,
  AccessListResult,
  AccountProof,
  Authorization,
  CallOverrides,
  CallRequest,
  CallResult,
  JsonText,
  SimulatePayload,
  TraceOptions,
} from './calls.js'

export type { CallRequest, CallResult } from './calls.js'

/** A credit on L2 of METIS locked on L1, carried as an EIP-4895 withdrawal (rule L2). */
export interface Withdrawal {
  /** Place in the L1 queue, counting from 0 without gaps. */
  index: number
  address: Address
  amountGwei: bigint
}

/** What a block's header takes from its term and its sequencer; the rest follows from the transactions. */
export interface BlockAttributes {
  /** seconds, more than the parent's */
  timestamp: number
  /** The term's sequencer. */
  feeRecipient: Address
  prevRandao: Hash
  /** Term and L1 origin, see `core/chain/extraData`. */
  extraData: Hex
  withdrawals: readonly Withdrawal[]
}

/** A block as stored and sent: `encoded` is the RLP of [header, transactions, uncles, withdrawals] (EIP-4895). */
export interface Block {
  number: number
  hash: Hash
  parentHash: Hash
  stateRoot: Hash
  timestamp: number
  feeRecipient: Address
  prevRandao: Hash
  extraData: Hex
  gasLimit: bigint
  gasUsed: bigint
  baseFee: bigint
  receiptsRoot: Hash
  transactionsRoot: Hash
  withdrawalsRoot: Hash
  logsBloom: Hex
  size: number
  /** Signed envelopes (EIP-2718). */
  transactions: readonly Uint8Array[]
  transactionHashes: readonly Hash[]
  withdrawals: readonly Withdrawal[]
  encoded: Uint8Array
}

export interface Log {
  address: Address
  topics: readonly Hash[]
  data: Hex
  logIndex: number
  transactionIndex: number
  transactionHash: Hash
  blockNumber: number
  blockHash: Hash
}

export interface Receipt {
  type: number
  status: 0 | 1
  transactionHash: Hash
  transactionIndex: number
  blockHash: Hash
  blockNumber: number
  from: Address
  to: Address | null
  contractAddress: Address | null
  cumulativeGasUsed: bigint
  gasUsed: bigint
  effectiveGasPrice: bigint
  logs: readonly Log[]
  logsBloom: Hex
}

/** A transaction as the pool and JSON-RPC need it: decoded once, sender recovered. Amounts in wei. */
export interface Transaction {
  hash: Hash
  type: 0 | 1 | 2 | 4
  from: Address
  to: Address | null
  nonce: number
  value: bigint
  gasLimit: bigint
  /** For types 0 and 1 both are the gas price. */
  maxFeePerGas: bigint
  maxPriorityFeePerGas: bigint
  data: Hex
  chainId: number | null
  accessList: readonly AccessListItem[]
  /** Of type 4 (EIP-7702) alone. */
  authorizationList?: readonly Authorization[]
  signature: { v: bigint; r: Hex; s: Hex; yParity: 0 | 1 }
  raw: Uint8Array
}

/** A transaction that could not be put into the block being built. `stale`: it never will; otherwise later perhaps. */
export interface Rejected {
  hash: Hash
  reason: string
  stale: boolean
}

export type LogFilter = {
  fromBlock: number
  toBlock: number
  addresses?: readonly Address[]
  /** Per position: null matches anything, a list matches any of its members. */
  topics?: readonly (readonly Hash[] | null)[]
}

/**
 * Reads of canonical state at a block; every one answers undefined for what is not there.
 * All that read state throw MetisSeqError BLOCK_UNKNOWN, or STATE_PRUNED where the block's state is no longer kept. What runs code or
 * searches (call, estimateGas, createAccessList, proof, trace*, simulate, logs) is bounded in time and number:
 * EXECUTION_TIMEOUT, READ_TOO_LARGE (a result above what may be held), READS_BUSY (too many wait), READ_FAILED (its thread ended).
 */
export interface ChainReader {
  readonly chainId: number
  head(): Block
  blockByNumber(number: number): Promise<Block | undefined>
  /** Canonical or not (orphaned blocks stay stored). */
  blockByHash(hash: Hash): Promise<Block | undefined>
  isCanonical(block: { number: number; hash: Hash }): Promise<boolean>
  receipts(blockHash: Hash): Promise<readonly Receipt[] | undefined>
  /** Where a canonical transaction stands. */
  transactionPlace(hash: Hash): Promise<{ blockHash: Hash; blockNumber: number; index: number } | undefined>
  /** Decodes an envelope, checks chain id and signature, recovers the sender. @throws MetisSeqError TX_INVALID */
  decodeTransaction(raw: Uint8Array): Transaction
  /** The account that signed an envelope. @throws MetisSeqError TX_INVALID */
  senderOf(raw: Uint8Array): Address
  /** Recovers the senders of `raws` on other threads, so that `senderOf` and `decodeTransaction` find them. Never fails: what is invalid shows there. */
  recoverSenders(raws: readonly Uint8Array[]): Promise<void>
  balance(address: Address, blockHash: Hash): Promise<bigint>
  nonce(address: Address, blockHash: Hash): Promise<number>
  code(address: Address, blockHash: Hash): Promise<Hex>
  storageAt(address: Address, slot: Hash, blockHash: Hash): Promise<Hash>
  call(request: CallRequest, blockHash: Hash, overrides?: CallOverrides): Promise<CallResult>
  /** @throws MetisSeqError CALL_REVERTED (details.data) or GAS_REQUIRED_EXCEEDS_ALLOWANCE */
  estimateGas(request: CallRequest, blockHash: Hash, overrides?: CallOverrides): Promise<bigint>
  /** The storage that `request` touches, and the gas it uses when it names it. */
  createAccessList(request: CallRequest, blockHash: Hash, overrides?: CallOverrides): Promise<AccessListResult>
  proof(address: Address, slots: readonly Hash[], blockHash: Hash): Promise<AccountProof>
  /** What a canonical transaction did; undefined where there is none. */
  traceTransaction(hash: Hash, options: TraceOptions): Promise<JsonText | undefined>
  /** A list of `{txHash, result}`; undefined where there is no such block, and for block 0, which nothing was executed for. */
  traceBlock(hash: Hash, options: TraceOptions): Promise<JsonText | undefined>
  traceCall(
    request: CallRequest,
    blockHash: Hash,
    options: TraceOptions & { overrides?: CallOverrides },
  ): Promise<JsonText>
  /** The blocks of eth_simulateV1. @throws MetisSeqError SIMULATION_REFUSED with the specification's code in details.rpcCode */
  simulate(payload: SimulatePayload, blockHash: Hash): Promise<JsonText>
  /** A list of at most `limit` logs, in order, as JSON-RPC writes them. @throws MetisSeqError LOG_LIMIT */
  logs(filter: LogFilter, limit: number): Promise<JsonText>
}

/**
 * The execution engine of one node. Calls that change the chain are serialised by the engine itself.
 * Whatever `execute` and `import` return is on disk (block, state, receipts, indexes and head in one atomic step).
 */
export interface ExecutionEngine extends ChainReader {
  /**
   * Builds on the head from `transactions` in their order, leaves out those that cannot be included, stores, moves the head. The first
   * `required` are tried even when the time to build a block is over.
   */
  execute(
    transactions: readonly Uint8Array[],
    attributes: BlockAttributes,
    required?: number,
  ): Promise<{ block: Block; rejected: readonly Rejected[] }>
  /** Decodes a block without executing it. @throws MetisSeqError BLOCK_MALFORMED */
  decodeBlock(encoded: Uint8Array): Block
  /** Re-executes a block on the head and compares the whole header. @throws MetisSeqError BLOCK_INVALID with the reason */
  import(encoded: Uint8Array): Promise<Block>
  /** Makes an ancestor of the head the head again; blocks above it leave the canonical chain and stay stored. */
  rewind(hash: Hash): Promise<void>
  /** New canonical heads, also after a rewind. Returns the unsubscribe function. */
  onHead(listener: (head: Block) => void): () => void
  close(): Promise<void>
}
