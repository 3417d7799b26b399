import type { CallRequest } from '../../../core/ports/execution.js'
import { invalidParams } from './errors.js'
import { address, data, hash, index, list, object, optional, type Parser, quantity } from './params.js'

/** EIP-2930 */
const ACCESS_ADDRESS = 2_400n
const ACCESS_KEY = 1_900n
const MAX_ACCESS_ITEMS = 1_000

/** A transaction that is only tried, as callers write it. */
export interface ParsedCall {
  /** The request for a block with that base fee (wei a gas). @throws RpcError -32602 for another chain's id */
  at(baseFee: bigint, chainId: number): CallRequest
  /** Gas that its access list costs at most, beyond what it is without one. */
  accessGas: bigint
}

interface Fees {
  gasPrice?: bigint
  maxFee?: bigint
  tip?: bigint
}

export const callRequest: Parser<ParsedCall> = (value, name) => {
  const fields = object(value, name)
  const read = <T>(key: string, parser: Parser<T>) => optional(parser)(fields[key], `${name}.${key}`)
  for (const key of ['blobVersionedHashes', 'authorizationList']) {
    if (fields[key] !== undefined && fields[key] !== null) throw invalidParams(`invalid ${name}.${key}: not supported`)
  }
  const [from, to, gas, chain] = [
    read('from', address),
    read('to', address),
    read('gas', quantity),
    read('chainId', index),
  ]
  const value_ = read('value', quantity)
  const input = inputOf(read('data', data), read('input', data), name)
  const fees = {
    gasPrice: read('gasPrice', quantity),
    maxFee: read('maxFeePerGas', quantity),
    tip: read('maxPriorityFeePerGas', quantity),
  }
  checkFees(fees, name)
  read('nonce', quantity)
  return {
    accessGas: accessGas(read('accessList', list(accessItem, MAX_ACCESS_ITEMS))),
    at(baseFee, chainId) {
      if (chain !== undefined && chain !== chainId) {
        throw invalidParams(`invalid ${name}.chainId: ${chain}, this chain's is ${chainId}`)
      }
      return { from, to, gas, gasPrice: effectivePrice(fees, baseFee), value: value_, data: input }
    },
  }
}

function inputOf<T>(old: T | undefined, input: T | undefined, name: string): T | undefined {
  if (old !== undefined && input !== undefined && old !== input) {
    throw invalidParams(`invalid ${name}: both "data" and "input" are set and not equal; use "input"`)
  }
  return input ?? old
}

function checkFees({ gasPrice, maxFee, tip }: Fees, name: string): void {
  if (gasPrice !== undefined && (maxFee !== undefined || tip !== undefined)) {
    throw invalidParams(`invalid ${name}: both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified`)
  }
  if (maxFee !== undefined && tip !== undefined && tip > maxFee) {
    throw invalidParams(`invalid ${name}: maxFeePerGas (${maxFee}) < maxPriorityFeePerGas (${tip})`)
  }
}

/** wei a gas; undefined where none is to be paid */
function effectivePrice({ gasPrice, maxFee, tip = 0n }: Fees, baseFee: bigint): bigint | undefined {
  if (maxFee === undefined || maxFee === 0n) return gasPrice
  const wanted = baseFee + tip
  return wanted < maxFee ? wanted : maxFee
}

interface AccessItem {
  keys: number
}

const accessItem: Parser<AccessItem> = (value, name) => {
  const { address: of, storageKeys } = object(value, name)
  address(of, `${name}.address`)
  return { keys: list(hash, MAX_ACCESS_ITEMS)(storageKeys, `${name}.storageKeys`).length }
}

function accessGas(items: readonly AccessItem[] = []): bigint {
  return items.reduce((gas, { keys }) => gas + ACCESS_ADDRESS + ACCESS_KEY * BigInt(keys), 0n)
}
