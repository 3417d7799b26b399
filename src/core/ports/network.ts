import type { Seal } from '../consensus/types.js'
import type { Address, Hash } from '../types/hex.js'

/** A sealed block as it travels; `encoded` as in `Block`. */
export interface SealedBlock {
  encoded: Uint8Array
  seal: Seal
}

/** What the others may ask of a node, and tell it. */
export interface NetworkHandlers {
  onBlock(from: Address, block: SealedBlock): void
  onTransaction(from: Address, raw: Uint8Array): void
  /** Bytes of the blobs of a proposed batch, one list a blob transaction. */
  onBatch(from: Address, batch: { index: number; attempt: number; blobs: readonly (readonly Uint8Array[])[] }): void
  /** Of a session of the group, sealed: who sent it is what the seal says. */
  onGroup(from: Address, sealed: Uint8Array): void
  /** A stored block by its hash, sealed or not sealed yet. */
  serveBlock(hash: Hash): Promise<SealedBlock | undefined>
  /** The blobs with these versioned hashes, all of them or none. */
  serveBlobs(hashes: readonly Hash[]): Promise<readonly Uint8Array[] | undefined>
}

/** Between the nodes: no order, no delivery guarantee; whoever needs a block asks for it again. */
export interface Network {
  readonly peers: readonly Address[]
  sendBlock(block: SealedBlock): void
  sendTransaction(raw: Uint8Array): void
  sendBatch(batch: { index: number; attempt: number; blobs: readonly (readonly Uint8Array[])[] }): void
  /** To one member alone. */
  sendGroup(to: Address, sealed: Uint8Array): void
  /** Asks every peer until one has a block that is accepted (rule T2): any of them may answer with anything. */
  requestBlock(hash: Hash, accepts: (block: SealedBlock) => boolean): Promise<SealedBlock | undefined>
  /** Asks every peer for blobs, until what one has is accepted (rule B4): any of them may answer with anything. */
  requestBlobs(
    hashes: readonly Hash[],
    accepts: (blobs: readonly Uint8Array[]) => Promise<boolean>,
  ): Promise<readonly Uint8Array[] | undefined>
  close(): void
}
