import type { Speed, Step } from '../../core/staking/types.js'
import type { Address, Hash, Hex } from '../../core/types/hex.js'
import type { Journal } from '../journal/index.js'

/** How a transaction is followed once it is signed. */
export interface DeliverOptions {
  journal: Journal
  /** Blocks that must hold the transaction, its own included. */
  confirmations: number
  timeoutSeconds: number
  /** It is on its way. */
  onSent?: (title: string, hash: Hash) => void
  /** Ends the waiting; what was sent stays sent. */
  signal?: AbortSignal
}

export interface SendOptions extends DeliverOptions {
  /** `normal` where absent. */
  speed?: Speed
  /** Most that a unit of gas may cost, in wei: what a person was told and confirmed. */
  feeCap?: bigint
}

/** A signed transaction that was looked at: `from` and `hash` follow from `raw`. */
export interface Signed {
  hash: Hash
  chainId: bigint
  from: Address
  nonce: number
  title: string
  raw: Hex
}

export interface Sent {
  kind: Step['kind']
  hash: Hash
  block: number
  gasUsed: bigint
  /** wei of ETH */
  fee: bigint
}

/** A transaction of the journal that is mined. */
export interface Delivered {
  hash: Hash
  title: string
  block: number
  /** wei of ETH */
  fee: bigint
}
