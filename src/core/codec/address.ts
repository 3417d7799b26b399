import { utf8 } from './bytes.js'
import { keccakBytes } from './hash.js'
import { type Hex, isHex, normaliseHex } from './hex.js'

/**
 * `address` with the upper-case letters that check it (EIP-55).
 * @throws MetisSeqError `HEX_MALFORMED`
 */
export function checksumAddress(address: string): Hex {
  const digits = normaliseHex(address, 20).slice(2)
  const hash = keccakBytes(utf8(digits))
  let out = ''
  for (let i = 0; i < digits.length; i++) {
    const nibble = ((hash[i >> 1] ?? 0) >> (i % 2 === 0 ? 4 : 0)) & 0xf
    const digit = digits.charAt(i)
    out += nibble >= 8 ? digit.toUpperCase() : digit
  }
  return `0x${out}`
}

/** Whether an address is written in both cases, but not in those of its checksum (EIP-55): then a digit is wrong. */
export function isMistyped(address: string): boolean {
  if (!isHex(address, 20)) return false
  const digits = address.slice(2)
  const mixed = digits !== digits.toLowerCase() && digits !== digits.toUpperCase()
  return mixed && checksumAddress(address) !== address
}
