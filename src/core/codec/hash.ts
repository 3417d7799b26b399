import { sha256 as sha2 } from '@noble/hashes/sha2.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, type Hex } from './hex.js'

/** Keccak-256, as Ethereum uses it, as 32 bytes. */
export function keccakBytes(bytes: Uint8Array): Uint8Array {
  return keccak_256(bytes)
}

/** Keccak-256 as hex. */
export function keccak256(bytes: Uint8Array): Hex {
  return bytesToHex(keccak_256(bytes))
}

/** SHA-256 as 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return sha2(bytes)
}
