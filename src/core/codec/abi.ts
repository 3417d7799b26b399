import { bigEndian, concatBytes, utf8 } from './bytes.js'
import { keccakBytes } from './hash.js'

/** A word of ABI-encoded calldata: a number or an address, left-padded. */
export const abiWord = (value: bigint | number | string): Uint8Array => bigEndian(BigInt(value), 32)

/** Text as the tail of ABI-encoded calldata has it: its length, and its bytes filled up to whole words. */
export function abiText(text: string): Uint8Array {
  const bytes = utf8(text)
  const padded = new Uint8Array(32 * Math.ceil(bytes.length / 32))
  padded.set(bytes)
  return concatBytes(abiWord(bytes.length), padded)
}

/** The first four bytes of the hash of a signature as `transfer(address,uint256)`. */
export const abiSelector = (signature: string): Uint8Array => keccakBytes(utf8(signature)).subarray(0, 4)
