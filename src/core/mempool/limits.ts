import type { Transaction } from '../ports/execution.js'
import type { Address } from '../types/hex.js'

/** What bounds a pool. */
export interface PoolLimits {
  chainId: number
  /** Gas of a block: nothing that asks for more can ever be included. */
  blockGasLimit: bigint
  /** wei a gas: a fee cap below it is refused. EIP-1559 never takes the base fee below 7. */
  minimumFeeCap: bigint
  /** Transactions in all. */
  count: number
  /** Bytes of the signed envelopes in all. */
  bytes: number
  /** Bytes of one signed envelope. */
  transactionBytes: number
  /** Transactions of one sender. */
  perSender: number
  /** A nonce must be less than the account's plus this. */
  nonceWindow: number
  /** Per cent by which both fees of a replacement must be higher. */
  priceBump: bigint
  /** Authorizations in one transaction (EIP-7702): each costs the node the recovery of a signature, and its sender nothing yet. */
  authorizations: number
  /** Accounts that the authorizations of a transaction are signed by. */
  authoritiesOf: (tx: Transaction) => readonly Address[]
  /** Takes transactions without chain id (before EIP-155), which can be replayed on other networks. */
  unprotected: boolean
}

/** Limits of a node's pool, unless told otherwise. */
export const DEFAULT_LIMITS: Omit<PoolLimits, 'chainId' | 'blockGasLimit' | 'authoritiesOf'> = {
  minimumFeeCap: 7n,
  count: 8192,
  bytes: 32 * 1024 * 1024,
  transactionBytes: 128 * 1024,
  perSender: 64,
  nonceWindow: 128,
  priceBump: 10n,
  authorizations: 64,
  unprotected: false,
}
