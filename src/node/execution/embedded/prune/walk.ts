import { EMPTY_ROOT } from '../../../../core/chain/header.js'
import {
  keccakBytes,
  type Malformed,
  type RlpItem,
  rlpBytes,
  rlpDecode,
  rlpList,
} from '../../../../core/codec/index.js'
import { Cache } from '../cache.js'
import { fromHex } from '../hex.js'

const HASH = 32
/** Hashes of code that the walk remembers to have passed, so that copies of one contract cost one reading. */
const REMEMBERED_CODES = 65_536
const NO_ENTRIES = Buffer.from(fromHex(EMPTY_ROOT))
const NO_CODE = Buffer.from(keccakBytes(new Uint8Array(0)))

/** Something of a state that lies under its hash: a node of the accounts' trie, one of a storage trie, or code. */
export interface Reference {
  kind: 'account' | 'storage' | 'code'
  hash: Uint8Array
}

/** What a node refers to, in the order of its paths; of an account its storage, then its code. Of code nothing. */
export function referencesOf(encoded: Uint8Array, kind: Reference['kind'], fail: Malformed): Reference[] {
  const references: Reference[] = []
  if (kind !== 'code') collect(rlpDecode(encoded, fail), kind, references, fail)
  return references
}

/**
 * Walks a whole state depth first: accounts in the order of their hashes, each with its storage and code. `take` gives
 * the bytes of each node and code; whoever reads and whoever writes a state meet them in this one order. Of the same
 * storage under several accounts each is walked.
 */
export async function walkState(
  root: Uint8Array,
  take: (reference: Reference) => Uint8Array | Promise<Uint8Array>,
  fail: Malformed,
): Promise<void> {
  const codes = new Cache<string, true>(REMEMBERED_CODES)
  const isKnown = ({ kind, hash }: Reference) => {
    if (kind !== 'code') return false
    const name = Buffer.from(hash).toString('latin1')
    const known = codes.get(name) === true
    codes.set(name, true)
    return known
  }
  const waiting: Reference[] = NO_ENTRIES.equals(root) ? [] : [{ kind: 'account', hash: root }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (isKnown(next)) continue
    const encoded = await take(next)
    waiting.push(...referencesOf(encoded, next.kind, fail).reverse())
  }
}

/** A node that is shorter than a hash lies inside its parent. */
function collect(node: RlpItem, kind: 'account' | 'storage', into: Reference[], fail: Malformed): void {
  if (!Array.isArray(node)) throw fail('a state node is no list')
  if (node.length === 17) {
    for (const child of node.slice(0, 16)) if (child.length > 0) childOf(child, kind, into, fail)
    return
  }
  const [path, value] = rlpList(node, 2, 'a state node', fail)
  const [flag = 0] = rlpBytes(path, 'the path of a state node', fail)
  if (value === undefined) throw fail('a state node has no value')
  if (flag < 0x20) childOf(value, kind, into, fail)
  else if (kind === 'account') account(rlpBytes(value, 'an account', fail), into, fail)
}

function childOf(item: RlpItem, kind: 'account' | 'storage', into: Reference[], fail: Malformed): void {
  if (Array.isArray(item)) collect(item, kind, into, fail)
  else if (item.length === HASH) into.push({ kind, hash: item })
  else throw fail(`a child has ${item.length} bytes instead of ${HASH}`)
}

function account(encoded: Uint8Array, into: Reference[], fail: Malformed): void {
  const [, , root, code] = rlpList(rlpDecode(encoded, fail), 4, 'an account', fail)
  const [storage, codeHash] = [rlpBytes(root, 'a storage root', fail), rlpBytes(code, 'a code hash', fail)]
  if (storage.length !== HASH || codeHash.length !== HASH) throw fail('an account has hashes of another length')
  if (!NO_ENTRIES.equals(storage)) into.push({ kind: 'storage', hash: storage })
  if (!NO_CODE.equals(codeHash)) into.push({ kind: 'code', hash: codeHash })
}
