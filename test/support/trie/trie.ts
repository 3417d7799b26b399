import { bytesToHex, keccakBytes } from '../../../src/core/codec/index.js'
import { stateIncomplete } from '../../../src/node/execution/embedded/store/incomplete.js'
import {
  decodeNode,
  type ExtensionNode,
  type HashNode,
  type LeafNode,
  type NodeSink,
  prefixed,
  referenceOf,
  type TrieNode,
  toNibbles,
} from './trieNodes.js'

/** Finds the encoding of a node by its hash; undefined when it is not there. */
export type NodeSource = (hash: Uint8Array) => Uint8Array | undefined

type LoadedNode = Exclude<TrieNode, HashNode>

/** Root of a trie without entries. */
const EMPTY = keccakBytes(Uint8Array.of(0x80))

/**
 * A Merkle Patricia trie of which only the touched part is in memory. Changes are hashed once, at `commit`, so that a
 * block that changes a branch a hundred times pays for it once. No key may be the beginning of another one. After an
 * error the trie must be thrown away.
 */
export class Trie {
  #root: TrieNode | undefined
  readonly #source: NodeSource
  #size = 0

  constructor(root: Uint8Array = EMPTY, source: NodeSource = () => undefined) {
    this.#source = source
    this.#root = EMPTY.every((byte, i) => byte === root[i]) ? undefined : { kind: 'hash', hash: root }
  }

  /** Nodes that were read or made so far: a measure of memory. */
  get size(): number {
    return this.#size
  }

  /** The value of `key`. @throws MetisSeqError `STATE_INCOMPLETE` */
  get(key: Uint8Array): Uint8Array | undefined {
    if (this.#root === undefined) return undefined
    let node = this.#load(this.#root)
    this.#root = node
    const path = toNibbles(key)
    for (let at = 0; ; ) {
      if (node.kind === 'leaf') return shares(node.path, path, at) === path.length - at ? node.value : undefined
      if (node.kind === 'extension') {
        if (shares(node.path, path, at) < node.path.length) return undefined
        at += node.path.length
        node = node.child = this.#load(node.child)
        continue
      }
      const nibble = path[at] ?? 0
      const child: TrieNode | undefined = node.children[nibble]
      if (child === undefined) return undefined
      at += 1
      node = node.children[nibble] = this.#load(child)
    }
  }

  /** Sets `key`; no bytes remove it. @throws MetisSeqError `STATE_INCOMPLETE` */
  put(key: Uint8Array, value: Uint8Array): void {
    const path = toNibbles(key)
    if (value.length > 0) this.#root = this.#insert(this.#root, path, 0, value)
    else if (this.#root !== undefined && this.get(key) !== undefined) this.#root = this.#remove(this.#root, path, 0)
  }

  /** Hashes what changed, hands each new node to `sink`, and returns the root. */
  commit(sink: NodeSink): Uint8Array {
    if (this.#root === undefined) return EMPTY
    if (this.#root.kind === 'hash') return this.#root.hash
    const reference = referenceOf(this.#root, sink)
    if (reference.length === 33) return reference.subarray(1)
    const hash = keccakBytes(reference)
    sink(hash, reference)
    return hash
  }

  #insert(given: TrieNode | undefined, path: Uint8Array, at: number, value: Uint8Array): TrieNode {
    if (given === undefined) return this.#leaf(path.subarray(at), value)
    const node = this.#load(given)
    node.reference = undefined
    if (node.kind === 'branch') {
      const nibble = path[at] ?? 0
      node.children[nibble] = this.#insert(node.children[nibble], path, at + 1, value)
      return node
    }
    const shared = shares(node.path, path, at)
    if (shared < node.path.length) return this.#split(node, shared, path.subarray(at), value)
    if (node.kind === 'leaf') node.value = value
    else node.child = this.#insert(node.child, path, at + shared, value)
    return node
  }

  /** Puts a branch where `node` and the new leaf part, after `shared` nibbles. */
  #split(node: LeafNode | ExtensionNode, shared: number, path: Uint8Array, value: Uint8Array): TrieNode {
    const children: (TrieNode | undefined)[] = new Array(16).fill(undefined)
    const rest = node.path.subarray(shared + 1)
    const bare = node.kind === 'extension' && rest.length === 0
    children[node.path[shared] ?? 0] = bare ? node.child : { ...node, path: rest, reference: undefined }
    children[path[shared] ?? 0] = this.#leaf(path.subarray(shared + 1), value)
    const branch: TrieNode = { kind: 'branch', children, reference: undefined }
    this.#size += 2
    return shared === 0
      ? branch
      : { kind: 'extension', path: node.path.subarray(0, shared), child: branch, reference: undefined }
  }

  /** Takes out a key that is there. */
  #remove(given: TrieNode, path: Uint8Array, at: number): TrieNode | undefined {
    const node = this.#load(given)
    if (node.kind === 'leaf') return undefined
    node.reference = undefined
    if (node.kind === 'extension') {
      const child = this.#remove(node.child, path, at + node.path.length)
      return child === undefined ? undefined : prefixed(node.path, child)
    }
    const nibble = path[at] ?? 0
    const child = node.children[nibble]
    node.children[nibble] = child === undefined ? undefined : this.#remove(child, path, at + 1)
    const left = node.children.flatMap((each, index) => (each === undefined ? [] : [{ each, index }]))
    const [only, second] = left
    if (only === undefined || second !== undefined) return only === undefined ? undefined : node
    return prefixed(Uint8Array.of(only.index), this.#load(only.each))
  }

  #leaf(path: Uint8Array, value: Uint8Array): TrieNode {
    this.#size += 1
    return { kind: 'leaf', path, value, reference: undefined }
  }

  #load(node: TrieNode): LoadedNode {
    if (node.kind !== 'hash') return node
    const encoded = this.#source(node.hash)
    const loaded = encoded === undefined ? undefined : decodeNode(encoded, node.hash)
    if (loaded === undefined || loaded.kind === 'hash') throw stateIncomplete(`node ${bytesToHex(node.hash)}`)
    this.#size += 1
    return loaded
  }
}

/** How many nibbles of `part` stand in `path` from `at` on. */
function shares(part: Uint8Array, path: Uint8Array, at: number): number {
  let i = 0
  while (i < part.length && part[i] === path[at + i]) i++
  return i
}
