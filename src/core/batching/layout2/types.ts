import type { Hex } from '../../codec/index.js'

/** A final block as a batch of our networks carries it (rule B5). */
export interface BatchBlock {
  readonly number: bigint
  readonly hash: Hex
  readonly parentHash: Hex
  /** Seconds, never less than the parent's. */
  readonly timestamp: bigint
  /** L1 block number, never less than the parent's (rule L2). */
  readonly l1Origin: bigint
  readonly term: bigint
  /** Deposits that the block carries; they are derived again from L1 (rule L2). */
  readonly withdrawalCount: number
  /** Raw signed envelopes of any type. */
  readonly transactions: readonly Uint8Array[]
  /** r 32, s 32, v 1 (rule T4). */
  readonly seal: Uint8Array
}

/** A term (rule T1) that has blocks in the batch. */
export interface BatchTerm {
  readonly term: bigint
  readonly epoch: bigint
  /** Address, 20 bytes. */
  readonly sequencer: Hex
  readonly parentNumber: bigint
  readonly parentHash: Hex
  /** First block of the term; below the batch's first block where the term began in an earlier batch. */
  readonly firstBlock: bigint
}

/** Consecutive final blocks and the terms that made them. */
export interface Batch {
  readonly index: bigint
  /** L2 chain id; transactions of another one are kept as raw bytes. */
  readonly chainId: bigint
  /** Hash of the block before the first one. */
  readonly parentHash: Hex
  /** Every term of the blocks, in order. */
  readonly terms: readonly BatchTerm[]
  readonly blocks: readonly BatchBlock[]
}

/** What the bytes tell of a term: the parent hash of all but the first is the hash of a block of this batch. */
export interface DecodedTerm extends Omit<BatchTerm, 'parentHash'> {
  readonly parentHash: Hex | undefined
}

/** A batch read back: the hashes follow from executing the blocks, and the last one is there to check the result. */
export interface DecodedBatch extends Omit<Batch, 'blocks' | 'terms'> {
  readonly lastHash: Hex
  readonly terms: readonly DecodedTerm[]
  readonly blocks: readonly Omit<BatchBlock, 'hash' | 'parentHash'>[]
}
