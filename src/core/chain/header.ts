import {
  bytesToHex,
  hexToBytes,
  keccak256,
  malformed,
  type RlpInput,
  type RlpItem,
  rlpBytes,
  rlpEncode,
  rlpFixed,
  rlpInteger,
  rlpList,
} from '../codec/index.js'
import type { Address, Hash, Hex } from '../types/hex.js'

/** The fields of a Prague header that differ from block to block; the others are constants of our chains. */
export interface Header {
  parentHash: Hash
  feeRecipient: Address
  stateRoot: Hash
  transactionsRoot: Hash
  receiptsRoot: Hash
  logsBloom: Hex
  number: number
  gasLimit: bigint
  gasUsed: bigint
  /** seconds */
  timestamp: number
  extraData: Hex
  prevRandao: Hash
  /** wei a gas */
  baseFee: bigint
  withdrawalsRoot: Hash
  requestsHash: Hash
}

export const ZERO_HASH: Hash = `0x${'00'.repeat(32)}`
/** Root of a trie without entries: keccak256(RLP of no bytes). */
export const EMPTY_ROOT: Hash = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'
/** Requests hash of a block without requests (EIP-7685): SHA-256 of no bytes. */
export const EMPTY_REQUESTS: Hash = '0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

const EMPTY_UNCLES: Hash = '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347'
const MAX_EXTRA_DATA = 32
const FIELDS = 21
const fail = malformed('BLOCK_MALFORMED', "block's header")

/** The fields of `header` in the order of its RLP (yellow paper 4.4.1, EIP-1559, 4399, 4895, 4844, 4788, 7685). */
export function headerFields(header: Header): RlpInput[] {
  return [
    hexToBytes(header.parentHash, 32),
    hexToBytes(EMPTY_UNCLES, 32),
    hexToBytes(header.feeRecipient, 20),
    hexToBytes(header.stateRoot, 32),
    hexToBytes(header.transactionsRoot, 32),
    hexToBytes(header.receiptsRoot, 32),
    hexToBytes(header.logsBloom, 256),
    0,
    header.number,
    header.gasLimit,
    header.gasUsed,
    header.timestamp,
    hexToBytes(header.extraData),
    hexToBytes(header.prevRandao, 32),
    new Uint8Array(8),
    header.baseFee,
    hexToBytes(header.withdrawalsRoot, 32),
    0,
    0,
    hexToBytes(ZERO_HASH, 32),
    hexToBytes(header.requestsHash, 32),
  ]
}

/** Hash of the block that `header` heads. */
export function headerHash(header: Header): Hash {
  return keccak256(rlpEncode(headerFields(header)))
}

/**
 * Reads a header, strictly: 21 fields, and those that are constants on our chains (uncles, difficulty, nonce, blob gas,
 * beacon root) must have their value.
 * @throws MetisSeqError `BLOCK_MALFORMED`
 */
export function parseHeader(item: RlpItem | undefined): Header {
  const at = rlpList(item, FIELDS, 'the header', fail)
  constant(at[1], EMPTY_UNCLES, 'the uncles hash')
  constant(at[7], '0x', 'the difficulty')
  constant(at[14], '0x0000000000000000', 'the nonce')
  constant(at[17], '0x', 'the blob gas used')
  constant(at[18], '0x', 'the excess blob gas')
  constant(at[19], ZERO_HASH, 'the parent beacon block root')
  const extraData = rlpBytes(at[12], 'extraData', fail)
  if (extraData.length > MAX_EXTRA_DATA) throw fail(`extraData has ${extraData.length} bytes, at most 32 are allowed`)
  return {
    parentHash: fixed(at[0], 32, 'the parent hash'),
    feeRecipient: fixed(at[2], 20, 'the fee recipient'),
    stateRoot: fixed(at[3], 32, 'the state root'),
    transactionsRoot: fixed(at[4], 32, 'the transactions root'),
    receiptsRoot: fixed(at[5], 32, 'the receipts root'),
    logsBloom: fixed(at[6], 256, 'the bloom'),
    number: safe(at[8], 'the number'),
    gasLimit: rlpInteger(at[9], 'the gas limit', fail, 8),
    gasUsed: rlpInteger(at[10], 'the gas used', fail, 8),
    timestamp: safe(at[11], 'the timestamp'),
    extraData: bytesToHex(extraData),
    prevRandao: fixed(at[13], 32, 'prevRandao'),
    baseFee: rlpInteger(at[15], 'the base fee', fail),
    withdrawalsRoot: fixed(at[16], 32, 'the withdrawals root'),
    requestsHash: fixed(at[20], 32, 'the requests hash'),
  }
}

function fixed(item: RlpItem | undefined, length: number, what: string): Hex {
  return bytesToHex(rlpFixed(item, length, what, fail))
}

function constant(item: RlpItem | undefined, expected: Hex, what: string): void {
  const value = bytesToHex(rlpBytes(item, what, fail))
  if (value !== expected) throw fail(`${what} is ${value.slice(0, 80)} instead of ${expected}`)
}

function safe(item: RlpItem | undefined, what: string): number {
  const value = rlpInteger(item, what, fail, 8)
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw fail(`${what} ${value} is larger than 2^53 - 1`)
  return Number(value)
}
