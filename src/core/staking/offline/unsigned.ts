import {
  bytesToHex,
  concatBytes,
  hexToBytes,
  type Malformed,
  minimalBigEndian,
  rlpBytes,
  rlpDecode,
  rlpEncode,
  rlpInteger,
  rlpList,
} from '../../codec/index.js'
import type { UnsignedTransaction } from '../../ports/signer.js'
import type { Hex } from '../../types/hex.js'

const TYPE = 0x02
const FIELDS = 9

/** What is signed of an EIP-1559 transaction: `0x02 || rlp([...])`, without access list and signature. */
export function encodeUnsigned(transaction: UnsignedTransaction): Hex {
  const { chainId, nonce, to, value, data, gasLimit, maxFeePerGas, maxPriorityFeePerGas } = transaction
  const numbers = [chainId, BigInt(nonce), maxPriorityFeePerGas, maxFeePerGas, gasLimit].map(minimalBigEndian)
  const fields = [...numbers, hexToBytes(to, 20), minimalBigEndian(value), hexToBytes(data), []]
  return bytesToHex(concatBytes(Uint8Array.of(TYPE), rlpEncode(fields)))
}

/** Reads it back; strict, and never one that makes a contract. */
export function decodeUnsigned(bytes: Uint8Array, fail: Malformed): UnsignedTransaction {
  if (bytes[0] !== TYPE) throw fail('it is not of type 2 (EIP-1559)')
  const fields = rlpList(rlpDecode(bytes.subarray(1), fail), FIELDS, 'the transaction', fail)
  const integer = (at: number, name: string, size = 32) => rlpInteger(fields[at], `its ${name}`, fail, size)
  const to = rlpBytes(fields[5], 'its recipient', fail)
  if (to.length !== 20) throw fail('its recipient is not an address')
  rlpList(fields[8], 0, 'its access list', fail)
  return {
    chainId: integer(0, 'chain id', 8),
    nonce: Number(integer(1, 'nonce', 6)),
    maxPriorityFeePerGas: integer(2, 'tip'),
    maxFeePerGas: integer(3, 'fee'),
    gasLimit: integer(4, 'gas limit', 6),
    to: bytesToHex(to),
    value: integer(6, 'value'),
    data: bytesToHex(rlpBytes(fields[7], 'its data', fail)),
  }
}
