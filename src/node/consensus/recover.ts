import secp256k1 from 'secp256k1'
import { bytesToHex, keccakBytes } from '../../core/codec/index.js'
import { isCanonicalSignature } from '../../core/consensus/crypto.js'
import type { Address } from '../../core/types/hex.js'

/** `recoverAddress` of the core with the native library: the same answers, some ten times faster. */
export function recoverNative(digest: Uint8Array, signature: Uint8Array): Address | undefined {
  if (!isCanonicalSignature(signature)) return undefined
  try {
    const key = secp256k1.ecdsaRecover(signature.subarray(0, 64), signature[64] ?? 0, digest, false)
    return bytesToHex(keccakBytes(key.subarray(1)).subarray(12))
  } catch {
    return undefined // no point has this r
  }
}
