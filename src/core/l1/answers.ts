import { isHex, type Malformed, malformed, normaliseHex } from '../codec/index.js'
import type { Address, Hash, Hex } from '../types/hex.js'

/** What is read of an L1 transaction. */
export interface L1Transaction {
  hash: Hash
  from: Address
  /** Null: creates a contract. */
  to: Address | null
  nonce: number
  input: Hex
  /** Versioned hashes of its blobs (EIP-4844). */
  blobs: readonly Hash[]
  /** Null while it is not mined. */
  blockNumber: number | null
}

export interface L1Block {
  number: number
  hash: Hash
  parentHash: Hash
  /** prevRandao (EIP-4399) */
  mixHash: Hash
  /** Root of the parent's beacon block (EIP-4788). */
  parentBeaconBlockRoot: Hash | null
  /** wei */
  baseFee: bigint
  /** Only those that were asked for. */
  transactions: readonly L1Transaction[]
}

export interface L1Log {
  address: Address
  topics: readonly Hash[]
  data: Hex
  logIndex: number
  blockNumber: number
  blockHash: Hash
}

/** Most bytes of calldata that are read of one transaction; L1's pools take 128 KiB. */
const MAX_INPUT = 1 << 20
const MAX_LOGS = 100_000

const fail: Malformed = malformed('L1_ANSWER_MALFORMED', "L1 node's answer")

/**
 * Reads an answer of eth_getBlockByNumber. Of full transactions those are read whose sender is `from`; foreign ones may
 * be of types that nobody here knows.
 * @throws MetisSeqError `L1_ANSWER_MALFORMED`
 */
export function parseL1Block(value: unknown, from?: Address): L1Block {
  const block = object(value, 'block')
  const root = block.parentBeaconBlockRoot
  return {
    number: quantity(block.number, 'block number'),
    hash: hex(block.hash, 32, 'block hash'),
    parentHash: hex(block.parentHash, 32, 'parent hash'),
    mixHash: hex(block.mixHash, 32, 'mixHash'),
    parentBeaconBlockRoot: root === undefined || root === null ? null : hex(root, 32, 'parentBeaconBlockRoot'),
    baseFee: bigQuantity(block.baseFeePerGas, 'baseFeePerGas'),
    transactions: from === undefined ? [] : ownTransactions(block.transactions, from),
  }
}

function ownTransactions(value: unknown, from: Address): L1Transaction[] {
  return list(value, MAX_LOGS, 'transactions')
    .filter((each) => {
      const sender = object(each, 'transaction').from
      return typeof sender === 'string' && sender.toLowerCase() === from
    })
    .map(parseL1Transaction)
}

/** Reads an answer of eth_getTransactionByHash that is not null. @throws MetisSeqError `L1_ANSWER_MALFORMED` */
export function parseL1Transaction(value: unknown): L1Transaction {
  const transaction = object(value, 'transaction')
  const { to, blobVersionedHashes: blobs, blockNumber } = transaction
  const absent = (field: unknown) => field === undefined || field === null
  return {
    hash: hex(transaction.hash, 32, 'transaction hash'),
    from: hex(transaction.from, 20, 'sender'),
    to: absent(to) ? null : hex(to, 20, 'destination'),
    nonce: quantity(transaction.nonce, 'nonce'),
    input: bytes(transaction.input, 'input'),
    blobs: absent(blobs) ? [] : list(blobs, 64, 'blob hashes').map((each) => hex(each, 32, 'blob hash')),
    blockNumber: absent(blockNumber) ? null : quantity(blockNumber, 'block number'),
  }
}

/** Reads an answer of eth_getLogs. @throws MetisSeqError `L1_ANSWER_MALFORMED` */
export function parseL1Logs(value: unknown): L1Log[] {
  return list(value, MAX_LOGS, 'logs').map((each) => {
    const log = object(each, 'log')
    return {
      address: hex(log.address, 20, 'log address'),
      topics: list(log.topics, 4, 'topics').map((topic) => hex(topic, 32, 'topic')),
      data: bytes(log.data, 'log data'),
      logIndex: quantity(log.logIndex, 'log index'),
      blockNumber: quantity(log.blockNumber, 'block number'),
      blockHash: hex(log.blockHash, 32, 'block hash'),
    }
  })
}

/** Whether a receipt says success, and in which block. @throws MetisSeqError `L1_ANSWER_MALFORMED` */
export function parseL1Receipt(value: unknown): { success: boolean; blockHash: Hash } {
  const receipt = object(value, 'receipt')
  if (receipt.status !== '0x0' && receipt.status !== '0x1') throw fail('the status of a receipt is neither 0x0 nor 0x1')
  return { success: receipt.status === '0x1', blockHash: hex(receipt.blockHash, 32, 'block hash') }
}

/** A quantity below 2^53. @throws MetisSeqError `L1_ANSWER_MALFORMED` */
export function quantity(value: unknown, what: string): number {
  const number = bigQuantity(value, what)
  if (number > BigInt(Number.MAX_SAFE_INTEGER)) throw fail(`the ${what} ${number} is above 2^53`)
  return Number(number)
}

/** A quantity of at most 256 bits. @throws MetisSeqError `L1_ANSWER_MALFORMED` */
export function bigQuantity(value: unknown, what: string): bigint {
  if (typeof value !== 'string' || !/^0x[0-9a-fA-F]{1,64}$/.test(value)) throw fail(`the ${what} is no quantity`)
  return BigInt(value)
}

function hex(value: unknown, length: number, what: string): Hex {
  if (typeof value !== 'string' || !isHex(value, length)) throw fail(`the ${what} is not ${length} bytes`)
  return normaliseHex(value, length)
}

function bytes(value: unknown, what: string): Hex {
  if (typeof value !== 'string' || value.length > 2 + 2 * MAX_INPUT || !isHex(value))
    throw fail(`the ${what} is no text of bytes`)
  return value.toLowerCase() as Hex
}

function list(value: unknown, max: number, what: string): readonly unknown[] {
  if (!Array.isArray(value) || value.length > max) throw fail(`the ${what} are not a list of at most ${max}`)
  return value
}

function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw fail(`the ${what} is not an object`)
  return value as Record<string, unknown>
}
