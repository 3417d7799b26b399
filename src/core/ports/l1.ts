import type { L1Event, L1Range } from '../consensus/types.js'
import type { L1Transaction } from '../l1/answers.js'
import type { Address, Hash, Hex } from '../types/hex.js'

/** A node's view of L1, at the depth where nothing changes any more (rule L1). */
export interface L1View {
  /** Number of the last block at that depth; rejects when L1 can't be reached (rule L3). */
  finalHeight(): Promise<number>
  /** The next range from `from` up to at most `to`, with its events; those of the group are the transactions of `key`. Bounded by the limits of `core/consensus/l1`. */
  range(from: number, to: number, key: Address): Promise<{ range: L1Range; events: L1Event[] }>
  /** Calls back when L1 may have a new final block; polling where L1 gives no subscription. */
  onBlock(listener: () => void): () => void
  close(): Promise<void>
}

/** What derivation reads of L1 besides the events. */
export interface L1Source {
  /** Undefined when L1 knows no such transaction. */
  transaction(hash: Hash): Promise<L1Transaction | undefined>
  /** Candidates for the blobs with these versioned hashes in an L1 block, in any order; the caller checks each. */
  blobs(block: number, hashes: readonly Hash[]): Promise<Uint8Array[]>
}

/** Sends what the group signed to L1. */
export interface L1Sender {
  fees(): Promise<{ maxFeePerGas: bigint; maxPriorityFeePerGas: bigint; maxFeePerBlobGas: bigint }>
  /** Broadcasts a signed envelope, with its blobs where it has some. A transaction L1 knows already is no error. */
  send(envelope: Hex, blobs: readonly Uint8Array[]): Promise<Hash>
  /** Whether L1 (at its head) has this nonce of the address behind it. */
  nonce(address: Address): Promise<number>
}

/** KZG of blobs (EIP-4844), off the main thread. */
export interface Kzg {
  /** Commitments (48 bytes) of blobs of 131,072 bytes. */
  commitments(blobs: readonly Uint8Array[]): Promise<Uint8Array[]>
  /** For the envelope's sidecar: commitments, and the cell proofs of EIP-7594 (128 of 48 bytes a blob). */
  sidecar(blobs: readonly Uint8Array[]): Promise<{ commitments: Uint8Array[]; cellProofs: Uint8Array[][] }>
  close(): Promise<void>
}
