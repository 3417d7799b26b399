import type { Hash } from '../types/hex.js'

/** Messages that were ordered together; every node applies them in this order at this time. */
export interface DecidedBlock {
  height: number
  /** Consensus time, ms. */
  time: number
  messages: readonly Uint8Array[]
}

/**
 * Orders messages; decides nothing about them. `embedded` keeps one durable log for all nodes of a process and tolerates
 * no Byzantine fault; other engines are a network of their own.
 */
export interface ConsensusEngine {
  /** Resolves when the message stands in the durable order. @throws MetisSeqError `ENGINE_CLOSED`, `LOG_UNWRITABLE` */
  submit(message: Uint8Array): Promise<void>
  /** Everything decided from `from` on, then what comes; one block at a time, in order. Returns the unsubscribe function. */
  decided(from: number, apply: (block: DecidedBlock) => Promise<void>): () => Promise<void>
  status(): { height: number; time: number }
  /** Compares a node's app hash after `height` with the others'; a difference stops the node that reports it. */
  reportAppHash(height: number, appHash: Hash): void
  close(): Promise<void>
}
