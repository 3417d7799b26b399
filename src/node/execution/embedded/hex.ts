import { type Hex, keccakBytes } from '../../../core/codec/index.js'
import { Cache } from './cache.js'

/** Lower-case hex of `bytes`; native, for the paths that run for every account and slot. */
export function toHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`
}

/** Bytes of hex that is known to be well formed. */
export function fromHex(hex: Hex): Uint8Array {
  const buffer = Buffer.from(hex.slice(2), 'hex')
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)
}

/** Hashes of addresses and slots, which come again and again. */
const hashes = new Cache<Hex, Uint8Array>(20_000)

/** The key of an address or slot in its trie: its hash. */
export function hashedKey(hex: Hex): Uint8Array {
  const known = hashes.get(hex)
  if (known !== undefined) return known
  const hash = keccakBytes(fromHex(hex))
  hashes.set(hex, hash)
  return hash
}

/** A copy of `value` without leading zeros. */
export function trimmed(value: Uint8Array): Uint8Array {
  let zeros = 0
  while (zeros < value.length && value[zeros] === 0) zeros++
  return value.slice(zeros)
}
