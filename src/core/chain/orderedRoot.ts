import { bytesToHex, hexToBytes, keccakBytes, type RlpItem, rlpEncode } from '../codec/index.js'
import type { Block, Withdrawal } from '../ports/execution.js'
import type { Hash } from '../types/hex.js'
import { withdrawalFields } from './block.js'

interface Entry {
  /** nibbles */
  readonly path: readonly number[]
  readonly value: Uint8Array
}

const NOTHING = new Uint8Array()

/** Root of the Merkle Patricia trie of `items` under the RLP of their place: transactions root, receipts root, withdrawals root. */
export function orderedRoot(items: readonly Uint8Array[]): Hash {
  const entries = items.map((value, index) => ({ path: nibblesOf(rlpEncode(index)), value }))
  return bytesToHex(keccakBytes(rlpEncode(nodeOf(entries, 0))))
}

/** The withdrawals root of a block's header (EIP-4895). */
export function withdrawalsRoot(withdrawals: readonly Withdrawal[]): Hash {
  return orderedRoot(withdrawals.map((withdrawal) => rlpEncode(withdrawalFields(withdrawal))))
}

/** Whether the transactions and withdrawals are those of the header: the hash of a block is its header's alone. */
export function hasOwnBody(block: Block): boolean {
  return (
    orderedRoot(block.transactions) === block.transactionsRoot &&
    withdrawalsRoot(block.withdrawals) === block.withdrawalsRoot
  )
}

/** The node over entries whose paths agree in their first `depth` nibbles; none is the beginning of another. */
function nodeOf(entries: readonly Entry[], depth: number): RlpItem {
  const [first, ...others] = entries
  if (first === undefined) return NOTHING
  if (others.length === 0) return [compact(first.path.slice(depth), true), first.value]
  let shared = depth
  while (others.every(({ path }) => path[shared] === first.path[shared])) shared++
  if (shared > depth) return [compact(first.path.slice(depth, shared), false), reference(nodeOf(entries, shared))]
  const children = Array.from({ length: 16 }, (_, nibble) => entries.filter(({ path }) => path[depth] === nibble))
  return [...children.map((each) => reference(nodeOf(each, depth + 1))), NOTHING]
}

/** What a parent holds of a node: its hash, or itself where that is shorter. */
function reference(node: RlpItem): RlpItem {
  const encoded = rlpEncode(node)
  return encoded.length < 32 ? node : keccakBytes(encoded)
}

function nibblesOf(bytes: Uint8Array): number[] {
  return [...bytes].flatMap((byte) => [byte >> 4, byte & 15])
}

/** Nibbles as a node holds them: a flag for leaf or extension and for an odd number, then pairs. */
function compact(nibbles: readonly number[], leaf: boolean): Uint8Array {
  const odd = nibbles.length % 2 === 1
  const flag = (leaf ? 2 : 0) + (odd ? 1 : 0)
  const text = [flag, ...(odd ? [] : [0]), ...nibbles].map((nibble) => nibble.toString(16)).join('')
  return hexToBytes(`0x${text}`)
}
