import { logJson } from '../../../core/chain/logJson.js'
import { hexQuantity } from '../../../core/codec/index.js'
import type { Authorization } from '../../../core/ports/calls.js'
import type { Block, ChainReader, Receipt, Transaction } from '../../../core/ports/execution.js'
import type { Hash } from '../../../core/types/hex.js'
import { headerJson, withdrawalsJson } from './header.js'

/** Where a transaction stands, and what its block charges (wei a gas). */
export interface Place {
  blockHash: Hash
  blockNumber: number
  index: number
  baseFee: bigint
}

/** A block as go-ethereum writes it; with whole transactions or their hashes. */
export function blockJson(chain: ChainReader, block: Block, full: boolean): object {
  return {
    ...headerJson(block),
    size: hexQuantity(block.size),
    uncles: [],
    transactions: full
      ? block.transactions.map((raw, i) => transactionJson(chain.decodeTransaction(raw), placeIn(block, i)))
      : block.transactionHashes,
    withdrawals: withdrawalsJson(block),
  }
}

/** The place of the transaction with that index in `block`. */
export function placeIn(block: Block, index: number): Place {
  return { blockHash: block.hash, blockNumber: block.number, index, baseFee: block.baseFee }
}

/** A transaction as go-ethereum writes it; without `place` it is pending. */
export function transactionJson(tx: Transaction, place?: Place): object {
  const { v, r, s, yParity } = tx.signature
  return {
    blockHash: place?.blockHash ?? null,
    blockNumber: place === undefined ? null : hexQuantity(place.blockNumber),
    transactionIndex: place === undefined ? null : hexQuantity(place.index),
    hash: tx.hash,
    type: hexQuantity(tx.type),
    from: tx.from,
    to: tx.to,
    nonce: hexQuantity(tx.nonce),
    value: hexQuantity(tx.value),
    gas: hexQuantity(tx.gasLimit),
    ...fees(tx, place),
    input: tx.data,
    ...(tx.chainId === null ? {} : { chainId: hexQuantity(tx.chainId) }),
    ...(tx.type === 0 ? {} : { accessList: tx.accessList, yParity: hexQuantity(yParity) }),
    ...(tx.type === 4 ? { authorizationList: (tx.authorizationList ?? []).map(authorizationJson) } : {}),
    v: hexQuantity(v),
    r: hexQuantity(BigInt(r)),
    s: hexQuantity(BigInt(s)),
  }
}

function authorizationJson({ chainId, address, nonce, yParity, r, s }: Authorization): object {
  return {
    chainId: hexQuantity(chainId),
    address,
    nonce: hexQuantity(nonce),
    yParity: hexQuantity(yParity),
    r: hexQuantity(BigInt(r)),
    s: hexQuantity(BigInt(s)),
  }
}

function fees(tx: Transaction, place: Place | undefined): object {
  const { type, maxFeePerGas, maxPriorityFeePerGas } = tx
  if (type === 0 || type === 1) return { gasPrice: hexQuantity(maxFeePerGas) }
  const price = place === undefined ? maxFeePerGas : place.baseFee + effectiveTip(tx, place.baseFee)
  return {
    gasPrice: hexQuantity(price),
    maxFeePerGas: hexQuantity(maxFeePerGas),
    maxPriorityFeePerGas: hexQuantity(maxPriorityFeePerGas),
  }
}

/** wei a gas that the sequencer gets of `tx` at `baseFee` (EIP-1559). */
export function effectiveTip(tx: Transaction, baseFee: bigint): bigint {
  const left = tx.maxFeePerGas - baseFee
  if (left < tx.maxPriorityFeePerGas) return left
  return tx.maxPriorityFeePerGas
}

export function receiptJson(receipt: Receipt): object {
  return {
    ...receipt,
    type: hexQuantity(receipt.type),
    status: hexQuantity(receipt.status),
    transactionIndex: hexQuantity(receipt.transactionIndex),
    blockNumber: hexQuantity(receipt.blockNumber),
    cumulativeGasUsed: hexQuantity(receipt.cumulativeGasUsed),
    gasUsed: hexQuantity(receipt.gasUsed),
    effectiveGasPrice: hexQuantity(receipt.effectiveGasPrice),
    logs: receipt.logs.map((log) => logJson(log)),
  }
}
