import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToHex, malformed, rlpBytes, rlpDecode, rlpFixed, rlpInteger, rlpList } from '../codec/index.js'
import { addressOfPublicKey } from '../consensus/crypto.js'
import type { Address, Hex } from '../types/hex.js'

/** Members that a key is shared among at most. */
export const MAX_GROUP_MEMBERS = 64
const POINT_BYTES = 33

/** What everybody knows of a key that is shared among members. */
export interface GroupKey {
  readonly address: Address
  /** Members that sign, and any of them. */
  readonly threshold: number
  /** Points of the members' shares (33 bytes, SEC 1), by index from 1. */
  readonly shares: readonly Hex[]
}

const fail = malformed('GROUP_KEY_MALFORMED', 'public key of the group')

/** Reads RLP of [threshold, key, points of the shares] strictly. @throws MetisSeqError `GROUP_KEY_MALFORMED` */
export function readGroupKey(bytes: Uint8Array): GroupKey {
  const [threshold, key, shares] = rlpList(rlpDecode(bytes, fail), 3, 'it', fail)
  const list = Array.isArray(shares) ? shares : []
  const members = Number(rlpInteger(threshold, 'its threshold', fail, 1))
  if (members < 2 || members > list.length || list.length > MAX_GROUP_MEMBERS)
    throw fail(`${members} of ${list.length} members cannot sign`)
  return {
    address: addressOfPublicKey(uncompressed(rlpFixed(key, POINT_BYTES, 'its key', fail))),
    threshold: members,
    shares: list.map((share) => {
      uncompressed(rlpBytes(share, 'a share', fail))
      return bytesToHex(rlpBytes(share, 'a share', fail))
    }),
  }
}

/** The 64 bytes of a point. */
function uncompressed(point: Uint8Array): Hex {
  try {
    return bytesToHex(secp256k1.Point.fromBytes(point).toBytes(false).subarray(1))
  } catch {
    throw fail('a point is not on the curve')
  }
}
