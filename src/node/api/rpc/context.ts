import type { TransactionPool } from '../../../core/mempool/pool.js'
import type { Block, ChainReader } from '../../../core/ports/execution.js'
import type { Address, Hash } from '../../../core/types/hex.js'

/** How far a node is that is catching up, in block numbers. */
export interface SyncProgress {
  startingBlock: number
  currentBlock: number
  highestBlock: number
}

/** All that JSON-RPC serves from. */
export interface RpcContext {
  chain: ChainReader
  /** Block numbers of the tags `safe` (at or below the last decided checkpoint) and `finalized` (batch accepted on L1). */
  tags(): { safe: number; finalized: number }
  pool: TransactionPool
  /** Checks a signed envelope, takes it into the pool and passes it on. @throws MetisSeqError `TX_*` */
  submit(raw: Uint8Array): Promise<Hash>
  /** New canonical heads, also after a rewind; returns the unsubscribe function. */
  onHead(listener: (head: Block) => void): () => void
  /** Hashes of transactions that come into the pool. */
  onPending(listener: (hash: Hash) => void): () => void
  syncing(): false | SyncProgress
  peers(): number
  /** MetisSequencerSet on this chain. */
  sequencerSet: Address
  clientVersion: string
  /** Gas of a block. */
  gasLimit: bigint
}
