import type { Transaction } from '../ports/execution.js'
import { intrinsicGas } from './intrinsicGas.js'
import type { PoolLimits } from './limits.js'
import { refusal } from './refusal.js'

/** EIP-3860 */
const MAX_INITCODE_BYTES = 49_152

/** An account in the state of the head. `balance` in wei. */
export interface Account {
  nonce: number
  balance: bigint
  /** It runs code of another (EIP-7702): whoever calls it may change its nonce and its balance. */
  delegated?: boolean
}

/** Wei that `tx` can take from its sender at most. */
export function cost(tx: Transaction): bigint {
  return tx.value + tx.gasLimit * tx.maxFeePerGas
}

/** What can be told from the transaction alone. @throws MetisSeqError `TX_*`, see `refusal` */
export function checkAlone(tx: Transaction, limits: PoolLimits): void {
  if (tx.chainId === null && !limits.unprotected) throw refusal('TX_UNPROTECTED', `expected chain id ${limits.chainId}`)
  if (tx.chainId !== null && tx.chainId !== limits.chainId) {
    throw refusal('TX_CHAIN_ID', `have ${tx.chainId} want ${limits.chainId}`)
  }
  if (tx.raw.length > limits.transactionBytes) {
    throw refusal('TX_TOO_LARGE', `transaction size ${tx.raw.length}, limit ${limits.transactionBytes}`)
  }
  const dataBytes = (tx.data.length - 2) / 2
  if (tx.to === null && dataBytes > MAX_INITCODE_BYTES) {
    throw refusal('TX_INITCODE_TOO_LARGE', `code size ${dataBytes}, limit ${MAX_INITCODE_BYTES}`)
  }
  const authorizations = tx.authorizationList?.length ?? 0
  if (authorizations > limits.authorizations) {
    throw refusal('TX_AUTHORIZATIONS', `have ${authorizations}, limit ${limits.authorizations}`)
  }
  checkGas(tx, limits)
  checkFees(tx, limits)
}

function checkGas(tx: Transaction, limits: PoolLimits): void {
  if (tx.gasLimit > limits.blockGasLimit) {
    throw refusal('TX_GAS_LIMIT', `have ${tx.gasLimit}, limit ${limits.blockGasLimit}`)
  }
  const { intrinsic, floor } = intrinsicGas(tx)
  if (tx.gasLimit < intrinsic) throw refusal('TX_INTRINSIC_GAS', `have ${tx.gasLimit}, want ${intrinsic}`)
  if (tx.gasLimit < floor) throw refusal('TX_FLOOR_GAS', `have ${tx.gasLimit}, want ${floor}`)
}

function checkFees(tx: Transaction, limits: PoolLimits): void {
  if (tx.maxPriorityFeePerGas > tx.maxFeePerGas) {
    throw refusal(
      'TX_TIP_ABOVE_CAP',
      `maxPriorityFeePerGas: ${tx.maxPriorityFeePerGas}, maxFeePerGas: ${tx.maxFeePerGas}`,
    )
  }
  if (tx.maxFeePerGas < limits.minimumFeeCap) {
    throw refusal('TX_UNDERPRICED', `fee cap ${tx.maxFeePerGas} wei, minimum needed ${limits.minimumFeeCap} wei`)
  }
}

/**
 * What depends on the sender's account; `spent` is the cost of its other transactions in the pool, in wei.
 * @throws MetisSeqError `TX_NONCE_TOO_LOW`, `TX_NONCE_TOO_HIGH`, `TX_INSUFFICIENT_FUNDS`
 */
export function checkAccount(tx: Transaction, account: Account, spent: bigint, limits: PoolLimits): void {
  if (tx.nonce < account.nonce) {
    throw refusal('TX_NONCE_TOO_LOW', `next nonce ${account.nonce}, tx nonce ${tx.nonce}`, { next: account.nonce })
  }
  if (tx.nonce >= account.nonce + limits.nonceWindow) {
    throw refusal(
      'TX_NONCE_TOO_HIGH',
      `next nonce ${account.nonce}, tx nonce ${tx.nonce}, at most ${limits.nonceWindow - 1} ahead`,
    )
  }
  const needed = spent + cost(tx)
  if (account.balance < needed) {
    throw refusal(
      'TX_INSUFFICIENT_FUNDS',
      `address ${tx.from} have ${account.balance} want ${needed} (in wei, ${spent} of it for its waiting transactions)`,
    )
  }
}

/** Whether `next` pays enough more than `old` to take its place: both fees, by at least `bump` per cent. */
export function outbids(next: Transaction, old: Transaction, bump: bigint): boolean {
  const higher = (a: bigint, b: bigint) => a > b && a * 100n >= b * (100n + bump)
  return higher(next.maxFeePerGas, old.maxFeePerGas) && higher(next.maxPriorityFeePerGas, old.maxPriorityFeePerGas)
}
