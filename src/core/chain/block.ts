import {
  bytesToHex,
  hexToBytes,
  keccak256,
  malformed,
  type RlpInput,
  type RlpItem,
  rlpDecode,
  rlpEncode,
  rlpFixed,
  rlpInteger,
  rlpList,
} from '../codec/index.js'
import type { Block, Withdrawal } from '../ports/execution.js'
import type { Hash } from '../types/hex.js'
import { type Header, headerFields, headerHash, parseHeader } from './header.js'

/** No block may be larger; 60M gas of calldata are 6 MB (EIP-7623). */
export const MAX_BLOCK_BYTES = 8 * 1024 * 1024

const fail = malformed('BLOCK_MALFORMED', 'block')

/** A block and the fields of its header. */
export interface ParsedBlock {
  header: Header
  block: Block
}

/** A block taken apart, nothing of it hashed. */
export interface BlockParts {
  header: Header
  transactions: readonly Uint8Array[]
  withdrawals: readonly Withdrawal[]
  encoded: Uint8Array
}

/**
 * The block of a header and what it heads. The roots are taken from the header as they are.
 * @param transactions signed envelopes (EIP-2718)
 * @param hashes theirs, where they are known
 */
export function assembleBlock(
  header: Header,
  transactions: readonly Uint8Array[],
  withdrawals: readonly Withdrawal[],
  hashes?: readonly Hash[],
): Block {
  const encoded = rlpEncode([
    headerFields(header),
    transactions.map(transactionItem),
    [],
    withdrawals.map((withdrawal) => withdrawalFields(withdrawal)),
  ])
  return blockOf({ header, transactions, withdrawals, encoded }, hashes)
}

/**
 * Reads the RLP of [header, transactions, uncles, withdrawals] strictly. It does not check that header and body belong
 * together: whoever executes the block does.
 * @param hashOf hash of an envelope, for whoever knows those of many
 * @throws MetisSeqError `BLOCK_MALFORMED`
 */
export function parseBlock(encoded: Uint8Array, hashOf: (raw: Uint8Array) => Hash = keccak256): ParsedBlock {
  const parts = parseParts(encoded)
  return { header: parts.header, block: blockOf(parts, parts.transactions.map(hashOf)) }
}

/** As `parseBlock`, for whoever learns the hashes of the transactions in another way. @throws MetisSeqError `BLOCK_MALFORMED` */
export function parseParts(encoded: Uint8Array): BlockParts {
  if (encoded.length > MAX_BLOCK_BYTES)
    throw fail(`it has ${encoded.length} bytes, at most ${MAX_BLOCK_BYTES} are allowed`)
  const [headerItem, transactionItems, uncles, withdrawalItems] = rlpList(rlpDecode(encoded, fail), 4, 'it', fail)
  rlpList(uncles, 0, 'the list of uncles', fail)
  if (!Array.isArray(transactionItems)) throw fail('its transactions are not a list')
  if (!Array.isArray(withdrawalItems)) throw fail('its withdrawals are not a list')
  return {
    header: parseHeader(headerItem),
    transactions: transactionItems.map(envelope),
    withdrawals: withdrawalItems.map(parseWithdrawal),
    encoded,
  }
}

/** The block of its parts. @param hashes of its transactions, where they are known */
export function blockOf(
  { header, transactions, withdrawals, encoded }: BlockParts,
  hashes: readonly Hash[] = transactions.map(keccak256),
): Block {
  const { requestsHash: _, ...fields } = header
  return {
    ...fields,
    hash: headerHash(header),
    size: encoded.length,
    transactions,
    transactionHashes: hashes,
    withdrawals,
    encoded,
  }
}

/** [index, validator, address, gwei] of EIP-4895; the validator index has no meaning here and is 0. */
export function withdrawalFields({ index, address, amountGwei }: Withdrawal): RlpInput[] {
  return [index, 0, hexToBytes(address, 20), amountGwei]
}

/** In a block a legacy transaction is a list, a typed one a string (EIP-2718). */
function transactionItem(raw: Uint8Array): RlpItem {
  return isLegacy(raw) ? rlpDecode(raw, fail) : raw
}

function envelope(item: RlpItem): Uint8Array {
  if (Array.isArray(item)) return rlpEncode(item)
  if (item.length === 0 || isLegacy(item)) throw fail('a transaction is neither a list nor a typed envelope')
  return item
}

function isLegacy(raw: Uint8Array): boolean {
  return (raw[0] ?? 0) >= 0xc0
}

function parseWithdrawal(item: RlpItem): Withdrawal {
  const [index, validator, address, amount] = rlpList(item, 4, 'a withdrawal', fail)
  const to = rlpFixed(address, 20, "a withdrawal's address", fail)
  if (rlpInteger(validator, "a withdrawal's validator", fail, 8) !== 0n) throw fail("a withdrawal's validator is not 0")
  return {
    index: Number(rlpInteger(index, "a withdrawal's index", fail, 6)),
    address: bytesToHex(to),
    amountGwei: rlpInteger(amount, "a withdrawal's amount", fail, 8),
  }
}
