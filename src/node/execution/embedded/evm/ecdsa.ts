import secp256k1 from 'secp256k1'

/**
 * The public key (64 bytes) whose signature (r, s: 64 bytes) of `digest` has that recovery id (0 to 3), by the native library;
 * undefined where there is none: a number out of range, or no point of the curve with this r.
 */
export function recoverKey(digest: Uint8Array, signature: Uint8Array, recoveryId: number): Uint8Array | undefined {
  try {
    return secp256k1.ecdsaRecover(signature, recoveryId, digest, false).subarray(1)
  } catch {
    return undefined
  }
}
