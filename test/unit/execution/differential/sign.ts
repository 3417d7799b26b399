import secp256k1 from 'secp256k1'
import {
  concatBytes,
  fromBigEndian,
  hexToBytes,
  keccak256,
  keccakBytes,
  type RlpInput,
  rlpEncode,
} from '../../../../src/core/codec/index.js'
import type { Address, Hash, Hex } from '../../../../src/core/types/hex.js'

/** Order of the group: no signature's s may be above the half of it (EIP-2). */
export const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/** An authorisation of EIP-7702 as it stands in the transaction. */
export interface Authorisation {
  chainId: bigint
  address: Address
  nonce: bigint
  yParity: bigint
  r: bigint
  s: bigint
}

/** A transaction that can be signed, valid or not; amounts in wei. `legacy`: type 0 without a chain id. */
export interface Draft {
  type: 0 | 1 | 2 | 4 | 'legacy'
  chainId: number
  nonce: number
  tip: bigint
  feeCap: bigint
  gasLimit: bigint
  to: Address | null
  value: bigint
  data: Hex
  accessList: readonly (readonly [address: Address, keys: readonly Hash[]])[]
  authorisations: readonly Authorisation[]
}

export interface Key {
  secret: Uint8Array
  address: Address
}

/** The key whose secret is the hash of a name. */
export function keyOf(name: string): Key {
  const secret = keccakBytes(new TextEncoder().encode(name))
  const publicKey = secp256k1.publicKeyCreate(secret, false).subarray(1)
  return { secret, address: `0x${keccak256(publicKey).slice(26)}` }
}

/** The signed envelope of `draft` (EIP-2718). */
export function envelope(draft: Draft, key: Key): Uint8Array {
  const { type, chainId } = draft
  const fields = fieldsOf(draft)
  if (typeof type === 'number' && type > 0) {
    const { parity, r, s } = signature(keccakBytes(concatBytes(Uint8Array.of(type), rlpEncode(fields))), key)
    return concatBytes(Uint8Array.of(type), rlpEncode([...fields, parity, r, s]))
  }
  const signed = type === 'legacy' ? fields : [...fields, chainId, 0, 0]
  const { parity, r, s } = signature(keccakBytes(rlpEncode(signed)), key)
  const v = type === 'legacy' ? 27n + parity : 35n + 2n * BigInt(chainId) + parity
  return rlpEncode([...fields, v, r, s])
}

/** The authorisation by which `key` takes the code at `address`. */
export function authorise(key: Key, chainId: bigint, address: Address, nonce: bigint): Authorisation {
  const payload = rlpEncode([chainId, hexToBytes(address, 20), nonce])
  const { parity, r, s } = signature(keccakBytes(concatBytes(Uint8Array.of(5), payload)), key)
  return { chainId, address, nonce, yParity: parity, r, s }
}

/** A signature by `key`; s is low. */
export function signature(digest: Uint8Array, key: Key): { parity: bigint; r: bigint; s: bigint } {
  const { signature, recid } = secp256k1.ecdsaSign(digest, key.secret)
  return {
    parity: BigInt(recid),
    r: fromBigEndian(signature.subarray(0, 32)),
    s: fromBigEndian(signature.subarray(32)),
  }
}

/** Address of what the account creates with a nonce. */
export function created(by: Address, nonce: number): Address {
  return `0x${keccak256(rlpEncode([hexToBytes(by, 20), nonce])).slice(26)}`
}

function fieldsOf(draft: Draft): RlpInput[] {
  const { type, chainId, nonce, tip, feeCap, gasLimit, to, value, data, accessList, authorisations } = draft
  const body = [gasLimit, hexToBytes(to ?? '0x'), value, hexToBytes(data)]
  if (type === 0 || type === 'legacy') return [nonce, feeCap, ...body]
  const list = accessList.map(([address, keys]) => [hexToBytes(address), keys.map((key) => hexToBytes(key))])
  if (type === 1) return [chainId, nonce, feeCap, ...body, list]
  const fields = [chainId, nonce, tip, feeCap, ...body, list]
  if (type === 2) return fields
  return [
    ...fields,
    authorisations.map(({ chainId, address, nonce, yParity, r, s }) => [
      chainId,
      hexToBytes(address),
      nonce,
      yParity,
      r,
      s,
    ]),
  ]
}
