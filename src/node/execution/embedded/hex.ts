import type { Hex } from '../../../core/codec/index.js'

/** Lower-case hex of `bytes`; native, for the paths that run for every account and slot. */
export function toHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`
}

/** Bytes of hex that is known to be well formed. */
export function fromHex(hex: Hex): Uint8Array {
  const buffer = Buffer.from(hex.slice(2), 'hex')
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)
}
