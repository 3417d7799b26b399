import type { Change } from '../../../../core/ports/database.js'
import { key } from './keys.js'

/** Bytes of the block number in front of a stored node. */
const NUMBER = 6
const HASH = 32
const [LETTER = 0] = key.node(new Uint8Array(0))
const KEY = 1 + HASH

/**
 * Entries for state nodes of block `number`: the node after the number. A node is named by its hash, so a later block
 * that makes the same node again overwrites the entry, and the number is that of the last block that needed it to be
 * written: what pruning goes by.
 */
export function nodeEntries(
  nodes: readonly (readonly [hash: Uint8Array, encoded: Uint8Array])[],
  number: number,
): Change[] {
  // One allocation for a block's thousands of small keys and values.
  const size = nodes.reduce((sum, [, encoded]) => sum + KEY + NUMBER + encoded.length, 0)
  const all = new Uint8Array(size)
  const view = new DataView(all.buffer)
  let at = 0
  return nodes.map(([hash, encoded]) => {
    const start = at
    all[at] = LETTER
    all.set(hash, at + 1)
    at += KEY
    view.setUint16(at, Math.floor(number / 2 ** 32))
    view.setUint32(at + 2, number % 2 ** 32)
    all.set(encoded, at + NUMBER)
    const end = at + NUMBER + encoded.length
    const change = { key: all.subarray(start, at), value: all.subarray(at, end) }
    at = end
    return change
  })
}

/** The node of an entry's value. */
export function nodeOf(value: Uint8Array): Uint8Array {
  return value.subarray(NUMBER)
}

/** Number of the block that wrote the node last. */
export function writtenAt(value: Uint8Array): number {
  const view = new DataView(value.buffer, value.byteOffset, NUMBER)
  return view.getUint16(0) * 2 ** 32 + view.getUint32(2)
}
