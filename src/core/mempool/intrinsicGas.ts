import { hexToBytes } from '../codec/hex.js'
import type { Transaction } from '../ports/execution.js'

const TRANSACTION = 21_000n
const CREATE = 32_000n
const INITCODE_WORD = 2n
const TOKEN = 4n
const FLOOR_TOKEN = 10n
const ACCESS_ADDRESS = 2_400n
const ACCESS_KEY = 1_900n
const AUTHORIZATION = 25_000n

export interface IntrinsicGas {
  /** Gas used before the first instruction (EIP-2028, 2930, 3860, 7702). */
  intrinsic: bigint
  /** Gas used at the least, however little is executed (EIP-7623). */
  floor: bigint
}

type Priced = Pick<Transaction, 'data' | 'to' | 'accessList' | 'authorizationList'>

/** Gas that `tx` needs whatever it does, by the rules of Prague. */
export function intrinsicGas(tx: Priced): IntrinsicGas {
  const data = hexToBytes(tx.data)
  let zeros = 0
  for (const byte of data) if (byte === 0) zeros++
  // A byte that is not zero counts as four that are.
  const tokens = BigInt(zeros + 4 * (data.length - zeros))
  const create = tx.to === null ? CREATE + INITCODE_WORD * BigInt(Math.ceil(data.length / 32)) : 0n
  let access = 0n
  for (const { storageKeys } of tx.accessList) access += ACCESS_ADDRESS + ACCESS_KEY * BigInt(storageKeys.length)
  const authorizations = AUTHORIZATION * BigInt(tx.authorizationList?.length ?? 0)
  return {
    intrinsic: TRANSACTION + TOKEN * tokens + create + access + authorizations,
    floor: TRANSACTION + FLOOR_TOKEN * tokens,
  }
}

/** The larger of the two: what the transaction takes of a block at the least. */
export function leastGas(tx: Priced): bigint {
  const { intrinsic, floor } = intrinsicGas(tx)
  if (floor > intrinsic) return floor
  return intrinsic
}
