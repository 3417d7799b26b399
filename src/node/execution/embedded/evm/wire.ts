import {
  malformed,
  type RlpInput,
  type RlpItem,
  rlpBytes,
  rlpDecode,
  rlpEncode,
  rlpFixed,
  rlpInteger,
  rlpList,
} from '../../../../core/codec/index.js'
import type { Withdrawal } from '../../../../core/ports/execution.js'
import type { Address, Hash, Hex } from '../../../../core/types/hex.js'
import { fromHex, toHex } from '../hex.js'

/** Chain id and the time from which Osaka's rules hold (seconds; undefined: never). */
export interface ChainRules {
  chainId: number
  osakaTime?: number | undefined
}

/** What the EVM sees of the block it runs in. Times in seconds, base fee in wei a gas. */
export interface BlockContext {
  number: number
  timestamp: number
  feeRecipient: Address
  prevRandao: Hash
  gasLimit: bigint
  baseFee: bigint
  parentHash: Hash
}

/** Why a transaction can't be in this block. `stale`: in no later one either. */
export interface Obstacle {
  reason: string
  stale: boolean
}

/** Bytes under their hash. */
export type Hashed = readonly (readonly [hash: Uint8Array, bytes: Uint8Array])[]

/** What a block adds to the state on disk. */
export interface StateChange {
  root: Hash
  nodes: Hashed
  codes: Hashed
}

/** What executing a block gave. */
export interface Finished {
  change: StateChange
  transactionsRoot: Hash
  receiptsRoot: Hash
  withdrawalsRoot: Hash
  requestsHash: Hash
  logsBloom: Hex
  gasUsed: bigint
  /** Of the transactions that are in it. */
  hashes: readonly Hash[]
  /** As `decodeReceipts` of core/chain reads them. */
  receipts: Uint8Array
}

/** An account of a genesis: 20 bytes, wei, code, and the words of its storage. */
export type GenesisEntry = readonly [
  address: Uint8Array,
  balance: bigint,
  code: Uint8Array,
  storage: readonly (readonly [slot: bigint, value: bigint])[],
]

const NOTHING = new Uint8Array(0)
const fail = malformed('EVM_REPLY_MALFORMED', 'reply of the execution engine')

export function openRequest({ chainId, osakaTime }: ChainRules, root: Hash): Uint8Array {
  // Nothing means never, and so would 0, which is written as nothing: no block but the first is earlier than 1.
  return rlpEncode([chainId, osakaTime === undefined ? NOTHING : Math.max(1, osakaTime), fromHex(root)])
}

export function beginRequest(context: BlockContext): Uint8Array {
  const { number, timestamp, feeRecipient, prevRandao, gasLimit, baseFee, parentHash } = context
  return rlpEncode([
    number,
    timestamp,
    fromHex(feeRecipient),
    fromHex(prevRandao),
    gasLimit,
    baseFee,
    fromHex(parentHash),
  ])
}

/** @param slice ms after which no further transaction is begun; 0: no limit */
export function applyRequest(slice: number, candidates: readonly { raw: Uint8Array; address: Uint8Array }[]) {
  return rlpEncode([slice, candidates.map(({ raw, address }) => [raw, address])])
}

/** For each transaction that was begun, in their order: what keeps it out, or undefined where it is in. */
export function readOutcomes(reply: Uint8Array): (Obstacle | undefined)[] {
  return items(rlpDecode(reply, fail), 'the outcomes').map((item) => {
    if (!Array.isArray(item)) {
      if (item.length > 0) throw fail('an outcome is neither empty nor a list')
      return undefined
    }
    const [reason, stale] = rlpList(item, 2, 'an outcome', fail)
    return { reason: text(reason, 'a reason'), stale: rlpInteger(stale, 'stale', fail, 1) === 1n }
  })
}

export function finishRequest(withdrawals: readonly Withdrawal[]): Uint8Array {
  return rlpEncode(withdrawals.map(({ index, address, amountGwei }): RlpInput => [index, fromHex(address), amountGwei]))
}

export function readFinished(reply: Uint8Array): Finished {
  const at = rlpList(rlpDecode(reply, fail), 11, 'it', fail)
  return {
    change: {
      root: hash(at[0], 'the state root'),
      nodes: hashed(at[9], 'the nodes'),
      codes: hashed(at[10], 'the codes'),
    },
    transactionsRoot: hash(at[1], 'the transactions root'),
    receiptsRoot: hash(at[2], 'the receipts root'),
    withdrawalsRoot: hash(at[3], 'the withdrawals root'),
    requestsHash: hash(at[4], 'the requests hash'),
    logsBloom: toHex(rlpFixed(at[5], 256, 'the bloom', fail)),
    gasUsed: rlpInteger(at[6], 'the gas used', fail, 8),
    hashes: words(at[7], 'the hashes'),
    receipts: rlpBytes(at[8], 'the receipts', fail),
  }
}

export function genesisRequest(accounts: readonly GenesisEntry[]): Uint8Array {
  return rlpEncode(accounts)
}

export function readGenesis(reply: Uint8Array): StateChange {
  const [root, nodes, codes] = rlpList(rlpDecode(reply, fail), 3, 'it', fail)
  return { root: hash(root, 'the state root'), nodes: hashed(nodes, 'the nodes'), codes: hashed(codes, 'the codes') }
}

/** [hash, bytes, hash, bytes, ...] */
function hashed(item: RlpItem | undefined, what: string): Hashed {
  const flat = items(item, what)
  if (flat.length % 2 !== 0) throw fail(`${what} are not pairs`)
  const pairs: (readonly [Uint8Array, Uint8Array])[] = []
  for (let i = 0; i < flat.length; i += 2)
    pairs.push([rlpFixed(flat[i], 32, 'a hash', fail), rlpBytes(flat[i + 1], what, fail)])
  return pairs
}

function items(item: RlpItem | undefined, what: string): RlpItem[] {
  if (!Array.isArray(item)) throw fail(`${what} are no list`)
  return item
}

/** As many as there are, 32 bytes each. */
function words(item: RlpItem | undefined, what: string): Hash[] {
  const bytes = rlpBytes(item, what, fail)
  if (bytes.length % 32 !== 0) throw fail(`${what} have ${bytes.length} bytes`)
  return Array.from({ length: bytes.length / 32 }, (_, i) => toHex(bytes.subarray(32 * i, 32 * i + 32)))
}

function hash(item: RlpItem | undefined, what: string): Hash {
  return toHex(rlpFixed(item, 32, what, fail))
}

function text(item: RlpItem | undefined, what: string): string {
  return new TextDecoder().decode(rlpBytes(item, what, fail))
}
