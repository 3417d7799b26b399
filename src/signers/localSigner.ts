import { bytesToHex, hexToBytes } from '../core/codec/index.js'
import { addressOfPublicKey, publicKeyOf, signDigest } from '../core/consensus/crypto.js'
import type { Signer } from '../core/ports/signer.js'
import type { Hex } from '../core/types/hex.js'

/** A signer whose key is in this process. */
export interface LocalSigner extends Signer {
  /** 64 bytes without 04. */
  readonly publicKey: Hex
  signDigest(digest: Hex): Promise<Hex>
}

/** A signer over a raw private key, which stays inside: nothing of the object shows it. */
export function localSigner(privateKey: Hex): LocalSigner {
  const bytes = hexToBytes(privateKey, 32)
  const publicKey = publicKeyOf(bytes)
  const wallet = async () => new (await import('ethers')).Wallet(privateKey)
  return {
    address: addressOfPublicKey(publicKey),
    publicKey,
    signTransaction: async (transaction) =>
      (await wallet()).signTransaction({ ...transaction, type: 2 }) as Promise<Hex>,
    signMessage: async (message) => (await wallet()).signMessage(message) as Promise<Hex>,
    signDigest: async (digest) => {
      const signature = signDigest(hexToBytes(digest, 32), bytes)
      signature[64] = (signature[64] ?? 0) + 27
      return bytesToHex(signature)
    },
  }
}
