import type { ConsensusState, Content, Message, Seal } from '../../core/consensus/types.js'
import type { Genesis } from '../../core/genesis/types.js'
import type { TransactionPool } from '../../core/mempool/pool.js'
import type { Block, ExecutionEngine, Withdrawal } from '../../core/ports/execution.js'
import type { Network } from '../../core/ports/network.js'
import type { Address, Hash } from '../../core/types/hex.js'

/** What the parts of a node share. Adapters come in as ports; who wires them is `node/index.ts`. */
export interface NodeContext {
  readonly genesis: Genesis
  readonly networkId: Hash
  readonly address: Address
  readonly chain: ExecutionEngine
  readonly pool: TransactionPool
  readonly network: Network
  readonly consensus: {
    readonly state: ConsensusState
    deposit(index: number): (Withdrawal & { l1Block: number }) | undefined
    submit(message: Message): Promise<void>
  }
  readonly seals: SealStore
  /** Signs a claim with this member's key and has it ordered (rule M2). */
  attest(content: Content): Promise<void>
  /** Signs the seal of a block unless another was sealed for this term and number (rule T4). */
  seal(term: number, number: number, hash: Hash): Promise<Seal>
  recover(digest: Uint8Array, signature: Uint8Array): Address | undefined
  now(): number
  warn(message: string): void
  refused(what: string, reason: string): void
  produced(block: Block, own: boolean, term: number): void
  fatal(error: unknown): void
}

/** The seal of a block, and the deposit cursor after it. */
export interface SealRecord {
  readonly seal: Seal | null
  readonly cursor: number
}

/** Seals by block. */
export interface SealStore {
  get(hash: Hash): SealRecord | undefined
  put(hash: Hash, record: SealRecord): Promise<void>
}
