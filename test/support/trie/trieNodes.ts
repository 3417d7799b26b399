import {
  bytesToHex,
  concatAll,
  concatBytes,
  keccakBytes,
  type RlpItem,
  rlpDecode,
  rlpEncode,
} from '../../../src/core/codec/index.js'
import { Exit, MetisSeqError } from '../../../src/core/errors/index.js'

/** A node that was not read yet. */
export interface HashNode {
  kind: 'hash'
  hash: Uint8Array
}
export interface LeafNode {
  kind: 'leaf'
  path: Uint8Array
  value: Uint8Array
  reference: Uint8Array | undefined
}
export interface ExtensionNode {
  kind: 'extension'
  path: Uint8Array
  child: TrieNode
  reference: Uint8Array | undefined
}
export interface BranchNode {
  kind: 'branch'
  children: (TrieNode | undefined)[]
  reference: Uint8Array | undefined
}

/**
 * A node of a Merkle Patricia trie. Paths are nibbles. `reference` is what the parent holds: the RLP of the hash, or the
 * node itself when that is shorter than 32 bytes; undefined while the node is changed and not hashed.
 */
export type TrieNode = HashNode | LeafNode | ExtensionNode | BranchNode

const HASH_PREFIX = Uint8Array.of(0xa0)
const NOTHING = Uint8Array.of(0x80)

/** Takes a node that is new. */
export type NodeSink = (hash: Uint8Array, encoded: Uint8Array) => void

/** What the parent of `node` holds; nodes hashed on the way go to `sink`. */
export function referenceOf(node: TrieNode, sink: NodeSink): Uint8Array {
  if (node.kind === 'hash') return concatBytes(HASH_PREFIX, node.hash)
  if (node.reference !== undefined) return node.reference
  const encoded = encode(node, sink)
  node.reference = encoded
  if (encoded.length >= 32) {
    const hash = keccakBytes(encoded)
    sink(hash, encoded)
    node.reference = concatBytes(HASH_PREFIX, hash)
  }
  return node.reference
}

/** The node that `encoded` writes, whose hash is `hash`. @throws MetisSeqError `STATE_CORRUPT` */
export function decodeNode(encoded: Uint8Array, hash: Uint8Array): TrieNode {
  const fail = (reason: string) =>
    new MetisSeqError('STATE_CORRUPT', `The state node ${bytesToHex(hash)} is damaged: ${reason}.`, {
      exit: Exit.data,
      severity: 'critical',
      next: 'Delete the execution data of this node and let it import the chain again.',
    })
  return fromItem(rlpDecode(encoded, fail), concatBytes(HASH_PREFIX, hash), fail)
}

/** `path` in front of `child`, merged where the child has a path itself. */
export function prefixed(path: Uint8Array, child: TrieNode): TrieNode {
  if (child.kind === 'leaf') return { ...child, path: concatBytes(path, child.path), reference: undefined }
  if (child.kind === 'extension') return { ...child, path: concatBytes(path, child.path), reference: undefined }
  return { kind: 'extension', path, child, reference: undefined }
}

/** The nibbles of `key`, high one first. */
export function toNibbles(key: Uint8Array): Uint8Array {
  const nibbles = new Uint8Array(2 * key.length)
  for (let i = 0; i < key.length; i++) {
    const byte = key[i] ?? 0
    nibbles[2 * i] = byte >> 4
    nibbles[2 * i + 1] = byte & 0xf
  }
  return nibbles
}

function encode(node: Exclude<TrieNode, HashNode>, sink: NodeSink): Uint8Array {
  if (node.kind === 'leaf') return list([rlpEncode(packed(node.path, true)), rlpEncode(node.value)])
  if (node.kind === 'extension') return list([rlpEncode(packed(node.path, false)), referenceOf(node.child, sink)])
  const items = node.children.map((child) => (child === undefined ? NOTHING : referenceOf(child, sink)))
  return list([...items, NOTHING])
}

/** An RLP list of items that are encoded already. */
function list(items: readonly Uint8Array[]): Uint8Array {
  const body = concatAll(items)
  if (body.length < 56) return concatBytes(Uint8Array.of(0xc0 + body.length), body)
  const size = body.length < 256 ? [body.length] : [body.length >> 16, (body.length >> 8) & 0xff, body.length & 0xff]
  while (size[0] === 0) size.shift()
  return concatBytes(Uint8Array.of(0xf7 + size.length, ...size), body)
}

/** The hex prefix encoding of a path (yellow paper, appendix C). */
function packed(path: Uint8Array, leaf: boolean): Uint8Array {
  const odd = path.length % 2
  const out = new Uint8Array((path.length >> 1) + 1)
  out[0] = ((leaf ? 2 : 0) + odd) << 4
  if (odd === 1) out[0] |= path[0] ?? 0
  for (let i = odd; i < path.length; i += 2) out[(i >> 1) + 1] = ((path[i] ?? 0) << 4) | (path[i + 1] ?? 0)
  return out
}

type Fail = (reason: string) => MetisSeqError

function fromItem(item: RlpItem, reference: Uint8Array, fail: Fail): TrieNode {
  if (!Array.isArray(item)) throw fail('it is no list')
  if (item.length === 17) return branch(item, reference, fail)
  const [first, second] = item
  if (item.length !== 2 || !(first instanceof Uint8Array) || second === undefined)
    throw fail('it has neither 2 nor 17 items')
  const nibbles = toNibbles(first)
  const flag = nibbles[0] ?? 0
  const path = nibbles.subarray(flag % 2 === 1 ? 1 : 2)
  if (flag < 2) return { kind: 'extension', path, child: childOf(second, fail), reference }
  if (!(second instanceof Uint8Array)) throw fail('the value of a leaf is a list')
  return { kind: 'leaf', path, value: second, reference }
}

function branch(items: RlpItem[], reference: Uint8Array, fail: Fail): TrieNode {
  const value = items[16]
  if (!(value instanceof Uint8Array) || value.length > 0) throw fail('a branch has a value')
  const children = items.slice(0, 16).map((item) => (item.length === 0 ? undefined : childOf(item, fail)))
  return { kind: 'branch', children, reference }
}

function childOf(item: RlpItem, fail: Fail): TrieNode {
  if (Array.isArray(item)) return fromItem(item, rlpEncode(item), fail)
  if (item.length !== 32) throw fail(`a child has ${item.length} bytes instead of 32`)
  return { kind: 'hash', hash: item }
}
