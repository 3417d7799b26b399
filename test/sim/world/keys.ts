import secp256k1 from 'secp256k1'
import { bytesToHex, keccakBytes, utf8 } from '../../../src/core/codec/index.js'
import { addressOfPublicKey, publicKeyOf } from '../../../src/core/consensus/crypto.js'
import type { Address, Hex } from '../../../src/core/types/hex.js'
import { recoverNative } from '../../../src/node/consensus/recover.js'

export interface Key {
  address: Address
  pubkey: Hex
  privateKey: Uint8Array
  /** r, s, v with v 0 or 1 */
  sign(digest: Uint8Array): Uint8Array
  /** Another valid signature of the same digest. */
  signOtherwise(digest: Uint8Array): Uint8Array
}

const keys = new Map<string, Key>()
const latin = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
/** Who signed what, as far as it was signed or recovered here: the same answers as without it. */
const known = new Map<string, Address | undefined>()
const MOST_KNOWN = 200_000

/** The same key for the same name, always. */
export function keyOf(name: string): Key {
  const before = keys.get(name)
  if (before !== undefined) return before
  const privateKey = keccakBytes(utf8(`metis-seq sim ${name}`))
  const pubkey = publicKeyOf(privateKey)
  const address = addressOfPublicKey(pubkey)
  const sign = (digest: Uint8Array, data?: Uint8Array) => {
    const { signature, recid } = secp256k1.ecdsaSign(digest, privateKey, data === undefined ? {} : { data })
    const out = new Uint8Array(65)
    out.set(signature)
    out[64] = recid
    remember(latin(digest) + latin(out), address)
    return out
  }
  const key = {
    address,
    pubkey,
    privateKey,
    sign: (digest: Uint8Array) => sign(digest),
    signOtherwise: (digest: Uint8Array) => sign(digest, keccakBytes(digest)),
  }
  keys.set(name, key)
  return key
}

function remember(text: string, address: Address | undefined): void {
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(text, address)
}

/** Recovers a signer as a node does, each signature once. */
export function recover(digest: Uint8Array, signature: Uint8Array): Address | undefined {
  const text = latin(digest) + latin(signature)
  if (known.has(text)) return known.get(text)
  const address = recoverNative(digest, signature)
  remember(text, address)
  return address
}

/** A name's 32 bytes. */
export const hashOf = (name: string): Hex => bytesToHex(keccakBytes(utf8(name)))
export const addressOf = (name: string): Address => `0x${hashOf(name).slice(26)}`
