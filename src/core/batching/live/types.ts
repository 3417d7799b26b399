import type { Hex } from '../../codec/index.js'

/** A transaction that a user sent to the sequencer. */
export interface LiveSequencerTransaction {
  readonly kind: 'sequencer'
  /** Raw signed envelope. */
  readonly raw: Uint8Array
  /** The block's seal: r 32, s 32, v 1 (0 or 1); no bytes where it is missing. */
  readonly seal: Uint8Array
}

/** A transaction from the L1 queue (`TransactionEnqueued` of CanonicalTransactionChain). */
export interface LiveQueueTransaction {
  readonly kind: 'queue'
  readonly queueIndex: bigint
  /** L1 sender, 20 bytes. */
  readonly l1Origin: Hex
  readonly target: Hex
  readonly gasLimit: bigint
}

export type LiveTransaction = LiveSequencerTransaction | LiveQueueTransaction

/** A block of the live network as its batches know it. */
export interface LiveBlock {
  readonly number: bigint
  /** Seconds. */
  readonly timestamp: bigint
  /** L1 block number that the block names. */
  readonly l1Number: bigint
  /** At least one: the live layout has no place for the L1 number of an empty block. */
  readonly transactions: readonly LiveTransaction[]
}

/**
 * How the seals' y-parity is written. `plain`: the bit is v, what the format means and its reader takes.
 * `inverted`: what the live writer does, which passes v through the rule of legacy signatures.
 */
export type SealParity = 'plain' | 'inverted'
