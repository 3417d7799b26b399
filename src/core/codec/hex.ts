import { Exit, MetisSeqError } from '../errors/index.js'

/** Bytes, a hash or an address as lower-case hexadecimal text with the prefix `0x`. */
export type Hex = `0x${string}`

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
/** Values of digits by their character code. */
const VALUES = Uint8Array.from({ length: 128 }, (_, code) => Number.parseInt(String.fromCharCode(code), 16) || 0)

/**
 * The bytes that `hex` writes; either case is read.
 * @throws MetisSeqError `HEX_MALFORMED`: no `0x`, an odd number of digits, another sign, or not `length` bytes where one is given.
 */
export function hexToBytes(hex: string, length?: number): Uint8Array {
  if (!isHex(hex)) throw malformed(hex, 'is not 0x followed by pairs of hexadecimal digits')
  const bytes = new Uint8Array((hex.length - 2) / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = (valueAt(hex, 2 + 2 * i) << 4) | valueAt(hex, 3 + 2 * i)
  if (length !== undefined && bytes.length !== length)
    throw malformed(hex, `has ${bytes.length} bytes instead of ${length}`)
  return bytes
}

function valueAt(hex: string, at: number): number {
  return VALUES[hex.charCodeAt(at)] ?? 0
}

/** `bytes` as lower-case hex with prefix. */
export function bytesToHex(bytes: Uint8Array): Hex {
  let digits = ''
  for (const byte of bytes) digits += DIGITS[byte]
  return `0x${digits}`
}

/** A quantity of JSON-RPC: hexadecimal without leading zeros, zero is 0x0 (EIP-1474). */
export function hexQuantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`
}

/** Whether `text` is `0x` and whole bytes, of `length` bytes where one is given. */
export function isHex(text: string, length?: number): text is Hex {
  if (length !== undefined && text.length !== 2 + 2 * length) return false
  return text.length % 2 === 0 && /^0x[0-9a-fA-F]*$/.test(text)
}

/**
 * `text` in lower case, checked to be hex of `length` bytes (20: an address, 32: a hash).
 * @throws MetisSeqError `HEX_MALFORMED`
 */
export function normaliseHex(text: string, length: number): Hex {
  if (!isHex(text, length)) throw malformed(text, `is not 0x and ${2 * length} hexadecimal digits`)
  return text.toLowerCase() as Hex
}

function malformed(hex: string, reason: string): MetisSeqError {
  const shown = hex.length > 80 ? `${hex.slice(0, 77)}...` : hex
  return new MetisSeqError('HEX_MALFORMED', `"${shown}" ${reason}.`, {
    exit: Exit.data,
    next: 'Give the value as 0x and two hexadecimal digits a byte.',
  })
}
