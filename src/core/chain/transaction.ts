import {
  bigEndian,
  bytesToHex,
  concatBytes,
  fromBigEndian,
  hexToBytes,
  keccakBytes,
  malformed,
  type RlpItem,
  rlpBytes,
  rlpDecode,
  rlpEncode,
  rlpFixed,
  rlpInteger,
} from '../codec/index.js'
import type { Address, Hash } from '../types/hex.js'

const fail = malformed('TX_MALFORMED', 'transaction')
const FIELDS = { 2: 9, 3: 11 } as const

/** What the group signs: a fee-market transaction (EIP-1559), or one with blobs (EIP-4844) without its sidecar. */
export interface UnsignedTransaction {
  chainId: number
  nonce: number
  /** wei */
  maxPriorityFeePerGas: bigint
  maxFeePerGas: bigint
  gasLimit: bigint
  to: Address
  value: bigint
  data: Uint8Array
  /** With blobs only: wei a blob gas, and the versioned hashes. */
  maxFeePerBlobGas?: bigint
  blobs: readonly Hash[]
}

export interface SignedTransaction extends UnsignedTransaction {
  accessListLength: number
  /** What was signed. */
  digest: Uint8Array
  /** r, s, v with v 0 or 1 */
  signature: Uint8Array
}

function fields(transaction: UnsignedTransaction) {
  const { chainId, nonce, maxPriorityFeePerGas, maxFeePerGas, gasLimit, to, value, data, blobs } = transaction
  const common = [chainId, nonce, maxPriorityFeePerGas, maxFeePerGas, gasLimit, hexToBytes(to), value, data, []]
  return blobs.length === 0
    ? common
    : [...common, transaction.maxFeePerBlobGas ?? 0n, blobs.map((hash) => hexToBytes(hash))]
}

const typeOf = ({ blobs }: UnsignedTransaction) => Uint8Array.of(blobs.length === 0 ? 2 : 3)

/** What the sender signs of a transaction. */
export function signingDigest(transaction: UnsignedTransaction): Uint8Array {
  return keccakBytes(concatBytes(typeOf(transaction), rlpEncode(fields(transaction))))
}

/** The envelope (EIP-2718) of a transaction and its signature (r, s, v with v 0 or 1). */
export function signedEnvelope(transaction: UnsignedTransaction, signature: Uint8Array): Uint8Array {
  const r = fromBigEndian(signature.subarray(0, 32))
  const s = fromBigEndian(signature.subarray(32, 64))
  return concatBytes(typeOf(transaction), rlpEncode([...fields(transaction), signature[64] ?? 0, r, s]))
}

/** Reads an envelope of type 2 or 3, strictly. @throws MetisSeqError `TX_MALFORMED` */
export function parseTransaction(raw: Uint8Array): SignedTransaction {
  const type = raw[0]
  if (type !== 2 && type !== 3) throw fail(`type ${type} is neither 2 nor 3`)
  const items = rlpDecode(raw.subarray(1), fail)
  if (!Array.isArray(items) || items.length !== FIELDS[type] + 3) throw fail(`it needs ${FIELDS[type] + 3} fields`)
  const [chainId, nonce, tip, cap, gas, to, value, data, accessList, ...rest] = items
  if (!Array.isArray(accessList)) throw fail('its access list is not a list')
  const [yParity, r, s] = rest.slice(-3)
  const unsigned: UnsignedTransaction = {
    chainId: Number(rlpInteger(chainId, 'chain id', fail, 6)),
    nonce: Number(rlpInteger(nonce, 'nonce', fail, 6)),
    maxPriorityFeePerGas: rlpInteger(tip, 'tip', fail),
    maxFeePerGas: rlpInteger(cap, 'fee cap', fail),
    gasLimit: rlpInteger(gas, 'gas limit', fail, 8),
    to: bytesToHex(rlpFixed(to, 20, 'its destination', fail)),
    value: rlpInteger(value, 'value', fail),
    data: rlpBytes(data, 'data', fail),
    blobs: [],
  }
  if (type === 3) {
    unsigned.maxFeePerBlobGas = rlpInteger(rest[0], 'blob fee cap', fail)
    if (!Array.isArray(rest[1]) || rest[1].length === 0) throw fail('its blob hashes are no list of at least one')
    unsigned.blobs = rest[1].map((hash) => bytesToHex(rlpFixed(hash, 32, 'its blob hash', fail)))
  }
  if (unsigned.maxPriorityFeePerGas > unsigned.maxFeePerGas) throw fail('its tip is above its fee cap')
  const signature = concatBytes(
    word(r, 'r'),
    word(s, 's'),
    Uint8Array.of(Number(rlpInteger(yParity, 'parity', fail, 1))),
  )
  const digest = keccakBytes(concatBytes(Uint8Array.of(type), rlpEncode(items.slice(0, FIELDS[type]))))
  return { ...unsigned, accessListLength: accessList.length, digest, signature }
}

function word(item: RlpItem | undefined, what: string): Uint8Array {
  return bigEndian(rlpInteger(item, what, fail), 32)
}
