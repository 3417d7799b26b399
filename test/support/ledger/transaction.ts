import { decodeRlp, formatEther, getAddress, keccak256, type RlpStructuredData, toBigInt } from 'ethers'

/** What came of a transaction so far. */
export interface PendingTransaction {
  path: string
  data: Buffer
}

/** A whole transaction as the device reads it. */
export interface DeviceTransaction {
  type: number
  digest: string
  calldata: boolean
  screen: Record<string, string>
  /** The first byte of the signature, for a parity of 0 or 1. */
  v(parity: number): number
}

/** The device knows by the RLP alone when a transaction is whole. */
export function readTransaction({ data }: PendingTransaction): DeviceTransaction | 'incomplete' | 'malformed' {
  const type = (data[0] ?? 0) < 0x80 ? (data[0] ?? 0) : 0
  const rlp = type === 0 ? data : data.subarray(1)
  const needed = rlpLength(rlp)
  if (needed === undefined || rlp.length < needed) return 'incomplete'
  if (rlp.length > needed) return 'malformed'
  const fields = decodeRlp(rlp)
  if (!Array.isArray(fields)) return 'malformed'
  return type === 0 ? legacy(data, fields) : typed(data, type, fields)
}

function typed(data: Buffer, type: number, fields: RlpStructuredData[]): DeviceTransaction | 'malformed' {
  if ((type !== 1 && type !== 2) || fields.length !== (type === 1 ? 8 : 9)) return 'malformed'
  const own = type === 1 ? fields.slice(0, -1) : [...fields.slice(0, 2), ...fields.slice(3, -1)]
  const [chainId, , maxFee, gas, to, value, call] = own.map(String)
  const digest = keccak256(data)
  const screen = shown({ chainId, maxFee, gas, to, value, digest, call })
  return { type, digest, calldata: call !== '0x', screen, v: (parity) => parity }
}

/** Before EIP-155 six fields; with it nine, of which the seventh is the chain. `v` has one byte, and overflows. */
function legacy(data: Buffer, fields: RlpStructuredData[]): DeviceTransaction | 'malformed' {
  if (fields.length !== 6 && fields.length !== 9) return 'malformed'
  const [, maxFee, gas, to, value, call, chainId] = fields.map(String)
  const digest = keccak256(data)
  const screen = shown({ chainId, maxFee, gas, to, value, digest, call })
  const high = chainId === undefined ? '0x' : chainId.slice(0, 10) // its first four bytes
  const base = chainId === undefined ? 27n : toBigInt(high) * 2n + 35n
  return { type: 0, digest, calldata: call !== '0x', screen, v: (parity) => Number((base + BigInt(parity)) % 256n) }
}

function shown(raw: Record<'chainId' | 'maxFee' | 'gas' | 'to' | 'value' | 'digest' | 'call', string | undefined>) {
  const number = (hex: string | undefined) => (hex === undefined || hex === '0x' ? 0n : toBigInt(hex))
  return {
    to: raw.to === undefined || raw.to === '0x' ? 'new contract' : getAddress(raw.to),
    amount: formatEther(number(raw.value)),
    maxFees: formatEther(number(raw.gas) * number(raw.maxFee)),
    chain: String(number(raw.chainId)),
    ...(raw.call === '0x' ? {} : { warning: 'Blind signing', hash: raw.digest ?? '' }),
  }
}

/** Bytes of the item that begins here, with its prefix; undefined while the prefix is not whole. */
function rlpLength(data: Buffer): number | undefined {
  const first = data[0]
  if (first === undefined) return undefined
  if (first < 0xf8) return 1 + Math.max(0, first - 0xc0)
  const size = first - 0xf7
  return data.length < 1 + size ? undefined : 1 + size + data.readUIntBE(1, size)
}
