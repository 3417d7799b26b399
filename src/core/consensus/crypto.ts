import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToHex, fromBigEndian, hexToBytes, keccakBytes } from '../codec/index.js'
import type { Address, Hex } from '../types/hex.js'

const HALF_ORDER = secp256k1.Point.CURVE().n / 2n

/** Address of a 64-byte public key: the last 20 bytes of its keccak. */
export function addressOfPublicKey(pubkey: Hex): Address {
  return bytesToHex(keccakBytes(hexToBytes(pubkey, 64)).subarray(12))
}

/** Whether 64 bytes are a point of secp256k1, so that nobody registers a key that no engine can take (rule P4). */
export function isPublicKey(pubkey: Hex): boolean {
  try {
    secp256k1.Point.fromHex(`04${pubkey.slice(2)}`).assertValidity()
    return pubkey.length === 130
  } catch {
    return false // the library's way to say that it is no point
  }
}

/** A signature in the one form that is accepted: r, s (low half), v 0 or 1. Otherwise the same vote had several forms. */
export function isCanonicalSignature(signature: Uint8Array): boolean {
  if (signature.length !== 65 || (signature[64] ?? 2) > 1) return false
  const s = fromBigEndian(signature.subarray(32, 64))
  return s > 0n && s <= HALF_ORDER && fromBigEndian(signature.subarray(0, 32)) > 0n
}

/** Recovers the signer's address in pure JavaScript; adapters may pass a native one with the same answers. */
export function recoverAddress(digest: Uint8Array, signature: Uint8Array): Address | undefined {
  if (!isCanonicalSignature(signature)) return undefined
  try {
    const parsed = secp256k1.Signature.fromBytes(signature.subarray(0, 64)).addRecoveryBit(signature[64] ?? 0)
    return addressOfPublicKey(bytesToHex(parsed.recoverPublicKey(digest).toBytes(false).subarray(1)))
  } catch {
    return undefined // no point has this r
  }
}

/** Signs a digest with a raw 32-byte key: r, s, v with v 0 or 1. */
export function signDigest(digest: Uint8Array, privateKey: Uint8Array): Uint8Array {
  const signature = secp256k1.sign(digest, privateKey, { prehash: false, format: 'recovered', lowS: true })
  const out = new Uint8Array(65)
  out.set(signature.subarray(1))
  out[64] = signature[0] ?? 0
  return out
}

/** 64-byte public key of a raw key. */
export function publicKeyOf(privateKey: Uint8Array): Hex {
  return bytesToHex(secp256k1.getPublicKey(privateKey, false).subarray(1))
}
