import {
  bigEndian,
  concatBytes,
  equalBytes,
  type Malformed,
  malformed,
  type RlpInput,
  type RlpItem,
  rlpBytes,
  rlpDecode,
  rlpEncode,
  rlpInteger,
  rlpList,
} from '../codec/index.js'
import { MetisSeqError } from '../errors/index.js'

/** Transaction types that have a column form: legacy, EIP-2930, EIP-1559. */
export type ColumnType = 0 | 1 | 2

/** A signed transaction taken apart into the columns of a span batch. */
export interface TransactionColumns {
  readonly type: ColumnType
  /** 20 bytes, or none for a contract creation. */
  readonly to: Uint8Array
  readonly yParity: boolean
  /** 32 bytes each. */
  readonly r: Uint8Array
  readonly s: Uint8Array
  readonly nonce: bigint
  readonly gas: bigint
  /** Whether a legacy signature names the chain (EIP-155); true for the other types. */
  readonly isProtected: boolean
  /** value, gasPrice, data | value, gasPrice, data, accessList | value, tip, cap, data, accessList. */
  readonly body: readonly RlpItem[]
}

/** Number of fields of a body, by type. */
export const BODY_FIELDS: Readonly<Record<ColumnType, number>> = { 0: 3, 1: 4, 2: 5 }
const FIELDS: Readonly<Record<ColumnType, number>> = { 0: 9, 1: 11, 2: 12 }
const U64 = 1n << 64n
const fail = malformed('TRANSACTION_MALFORMED', 'transaction')

/**
 * The columns of a raw signed envelope of chain `chainId`, or undefined where they would not give back the very same
 * bytes: another type (EIP-4844, EIP-7702), another chain, integers that are not canonical.
 */
export function splitTransaction(raw: Uint8Array, chainId: bigint): TransactionColumns | undefined {
  try {
    const columns = split(raw, chainId)
    return columns && equalBytes(joinTransaction(columns, chainId), raw) ? columns : undefined
  } catch (error) {
    if (error instanceof MetisSeqError) return undefined
    throw error
  }
}

/** The raw signed envelope that `columns` describe. */
export function joinTransaction(columns: TransactionColumns, chainId: bigint): Uint8Array {
  const { type, to, nonce, gas, body } = columns
  const [value = new Uint8Array(), ...rest] = body
  const prices = rest.slice(0, type === 2 ? 2 : 1)
  const [data = new Uint8Array(), ...accessList] = rest.slice(prices.length)
  const y = columns.yParity ? 1n : 0n
  const signature = [trim(columns.r), trim(columns.s)]
  const call: RlpInput[] = [nonce, ...prices, gas, to, value, data]
  if (type !== 0) {
    return concatBytes(Uint8Array.of(type), rlpEncode([chainId, ...call, ...accessList, y, ...signature]))
  }
  const v = columns.isProtected ? 35n + 2n * chainId + y : 27n + y
  return rlpEncode([...call, v, ...signature])
}

function split(raw: Uint8Array, chainId: bigint): TransactionColumns | undefined {
  const first = raw[0] ?? 0
  const type = first >= 0xc0 ? 0 : first
  if (type !== 0 && type !== 1 && type !== 2) return undefined
  const fields = rlpList(rlpDecode(type === 0 ? raw : raw.subarray(1), fail), FIELDS[type], 'transaction', fail)
  if (type !== 0 && rlpInteger(fields[0], 'chain id', fail) !== chainId) return undefined
  const prices = type === 2 ? 2 : 1
  const [nonce, ...call] = type === 0 ? fields : fields.slice(1)
  const [gas, to, value, data, ...tail] = call.slice(prices)
  const accessList = tail.slice(0, tail.length - 3)
  const [v, r, s] = tail.slice(-3)
  const signature = parity(rlpInteger(v, 'v', fail), type, chainId)
  const target = rlpBytes(to, 'to', fail)
  if (!signature || (target.length !== 0 && target.length !== 20)) return undefined
  const body = [value, ...call.slice(0, prices), data, ...accessList].filter((item) => item !== undefined)
  return {
    type,
    to: target,
    ...signature,
    r: word(r, 'r'),
    s: word(s, 's'),
    nonce: uint64(nonce, 'nonce'),
    gas: uint64(gas, 'gas limit'),
    body,
  }
}

function parity(v: bigint, type: ColumnType, chainId: bigint): { yParity: boolean; isProtected: boolean } | undefined {
  const protectedBase = 35n + 2n * chainId
  if (type !== 0) return v <= 1n ? { yParity: v === 1n, isProtected: true } : undefined
  if (v === 27n || v === 28n) return { yParity: v === 28n, isProtected: false }
  if (v === protectedBase || v === protectedBase + 1n) return { yParity: v !== protectedBase, isProtected: true }
  return undefined
}

function word(item: RlpItem | undefined, what: string): Uint8Array {
  return bigEndian(rlpInteger(item, what, fail), 32)
}

function uint64(item: RlpItem | undefined, what: string): bigint {
  const value = rlpInteger(item, what, fail, 8)
  if (value >= U64) throw fail(`${what} is above 64 bits`)
  return value
}

function trim(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0)
  return start === -1 ? new Uint8Array() : bytes.subarray(start)
}

/** Checks a body read from a column: as many fields as its type has, integers canonical, the data a string. */
export function checkBody(type: ColumnType, item: RlpItem, failure: Malformed): RlpItem[] {
  const body = rlpList(item, BODY_FIELDS[type], 'transaction body', failure)
  const integers = type === 2 ? 3 : 2
  for (let i = 0; i < integers; i++) rlpInteger(body[i], 'transaction value or price', failure)
  rlpBytes(body[integers], 'transaction data', failure)
  if (type !== 0 && !Array.isArray(body[integers + 1])) throw failure('an access list is not an RLP list')
  return body
}
