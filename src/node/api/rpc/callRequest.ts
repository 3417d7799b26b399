import type { AccessListItem, Authorization, CallRequest } from '../../../core/ports/calls.js'
import { invalidParams } from './errors.js'
import {
  address,
  data,
  fields,
  hash,
  index,
  list,
  object,
  optional,
  type Parser,
  quantity,
  uint64,
  word,
} from './params.js'

const MAX_ACCESS_ITEMS = 1_000
const MAX_AUTHORIZATIONS = 256
/** What blob transactions have (EIP-4844), which this chain does not take. */
const BLOB_FIELDS = ['blobVersionedHashes', 'maxFeePerBlobGas', 'blobs', 'commitments', 'proofs']

/** A transaction that is only tried, as callers write it. */
export interface ParsedCall {
  /** The request, for the chain with that id. @throws RpcError -32602 where it names another */
  on(chainId: number): CallRequest
}

export const callRequest: Parser<ParsedCall> = (value, name) => {
  const given = object(value, name)
  const read = <T>(key: string, parser: Parser<T>) => optional(parser)(given[key], `${name}.${key}`)
  for (const key of BLOB_FIELDS) {
    if ((given[key] ?? null) !== null)
      throw invalidParams(`invalid ${name}.${key}: there are no blob transactions here`)
  }
  const chain = read('chainId', index)
  const request: CallRequest = {
    type: read('type', kind),
    from: read('from', address),
    to: read('to', address),
    gas: read('gas', uint64),
    gasPrice: read('gasPrice', quantity),
    maxFeePerGas: read('maxFeePerGas', quantity),
    maxPriorityFeePerGas: read('maxPriorityFeePerGas', quantity),
    value: read('value', quantity),
    data: inputOf(read('data', data), read('input', data), name),
    nonce: read('nonce', uint64),
    accessList: read('accessList', list(accessItem, MAX_ACCESS_ITEMS)),
    authorizationList: read('authorizationList', list(authorization, MAX_AUTHORIZATIONS)),
  }
  checkFees(request, name)
  return {
    on(chainId) {
      if (chain === undefined || chain === chainId) return request
      throw invalidParams(`invalid ${name}.chainId: ${chain}, this chain's is ${chainId}`)
    },
  }
}

const kind: Parser<0 | 1 | 2 | 4> = (value, name) => {
  const type = index(value, name)
  if (type === 0 || type === 1 || type === 2 || type === 4) return type
  throw invalidParams(`invalid ${name}: only types 0, 1, 2 and 4 are known here`)
}

function inputOf<T>(old: T | undefined, input: T | undefined, name: string): T | undefined {
  if (old !== undefined && input !== undefined && old !== input) {
    throw invalidParams(`invalid ${name}: both "data" and "input" are set and not equal; use "input"`)
  }
  return input ?? old
}

function checkFees({ gasPrice, maxFeePerGas, maxPriorityFeePerGas }: CallRequest, name: string): void {
  if (gasPrice !== undefined && (maxFeePerGas !== undefined || maxPriorityFeePerGas !== undefined)) {
    throw invalidParams(`invalid ${name}: both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified`)
  }
  if (maxFeePerGas !== undefined && maxPriorityFeePerGas !== undefined && maxPriorityFeePerGas > maxFeePerGas) {
    throw invalidParams(
      `invalid ${name}: maxFeePerGas (${maxFeePerGas}) < maxPriorityFeePerGas (${maxPriorityFeePerGas})`,
    )
  }
}

const accessItem: Parser<AccessListItem> = fields({
  address,
  storageKeys: optional(list(hash, MAX_ACCESS_ITEMS), []),
})

const byte: Parser<number> = (value, name) => {
  const number = index(value, name)
  if (number <= 255) return number
  throw invalidParams(`invalid ${name}: ${number} is above 255`)
}

const authorization: Parser<Authorization> = fields({
  chainId: quantity,
  address,
  nonce: uint64,
  yParity: byte,
  r: word,
  s: word,
})
