import { bigEndian, bytesToHex, concatBytes, isHex, malformed } from '../codec/index.js'
import type { Hex } from '../types/hex.js'

const LENGTH = 16
const fail = malformed('EXTRA_DATA_MALFORMED', "block's extraData")

/** What a header says of the block's assignment and of how far it read L1 (rules T1 and L2). */
export interface ExtraData {
  term: number
  /** Number of the L1 block up to which deposits are included. */
  l1Origin: number
}

/**
 * `term` and `l1Origin` as two unsigned 64-bit big-endian integers, 16 bytes.
 * @throws MetisSeqError `INTEGER_OUT_OF_RANGE`
 */
export function encodeExtraData({ term, l1Origin }: ExtraData): Hex {
  return bytesToHex(concatBytes(bigEndian(term, 8), bigEndian(l1Origin, 8)))
}

/**
 * The inverse of `encodeExtraData`; nothing but its output is read.
 * @throws MetisSeqError `EXTRA_DATA_MALFORMED`
 */
export function decodeExtraData(hex: Hex): ExtraData {
  const text: string = hex
  if (!isHex(text, LENGTH)) throw fail(`${text.slice(0, 80)} is not ${LENGTH} bytes`)
  return { term: integer(hex.slice(2, 18), 'term'), l1Origin: integer(hex.slice(18), 'L1 origin') }
}

function integer(digits: string, what: string): number {
  const value = Number.parseInt(digits, 16)
  if (value > Number.MAX_SAFE_INTEGER) throw fail(`its ${what} ${BigInt(`0x${digits}`)} is larger than 2^53 - 1`)
  return value
}
