import { fromBigEndian } from './bytes.js'
import { type Malformed, malformed } from './malformed.js'

/** A decoded RLP item: bytes, or a list of items. */
export type RlpItem = Uint8Array | RlpItem[]

const MAX_DEPTH = 16

/** The one item that `bytes` hold, in canonical form, nested at most 16 deep, with nothing after it. */
export function rlpDecode(bytes: Uint8Array, fail: Malformed = malformed('RLP_MALFORMED', 'RLP')): RlpItem {
  const { item, end } = decodeItem(bytes, 0, MAX_DEPTH, fail)
  if (end !== bytes.length) throw fail(`${bytes.length - end} bytes follow the RLP item`)
  return item
}

/** The item at `offset` and where it ends; what follows is left alone. */
export function rlpDecodeAt(bytes: Uint8Array, offset: number, fail: Malformed): { item: RlpItem; end: number } {
  return decodeItem(bytes, offset, MAX_DEPTH, fail)
}

/** The bytes of an item that must not be a list. */
export function rlpBytes(item: RlpItem | undefined, what: string, fail: Malformed): Uint8Array {
  if (!(item instanceof Uint8Array)) throw fail(`${what} is not an RLP string`)
  return item
}

/** The bytes of an item that must have exactly `length` of them. */
export function rlpFixed(item: RlpItem | undefined, length: number, what: string, fail: Malformed): Uint8Array {
  const bytes = rlpBytes(item, what, fail)
  if (bytes.length !== length) throw fail(`${what} has ${bytes.length} bytes instead of ${length}`)
  return bytes
}

/** The integer of an item: no leading zero, at most `maxBytes`. */
export function rlpInteger(item: RlpItem | undefined, what: string, fail: Malformed, maxBytes = 32): bigint {
  const bytes = rlpBytes(item, what, fail)
  if (bytes.length > maxBytes) throw fail(`${what} has ${bytes.length} bytes, at most ${maxBytes} are allowed`)
  if (bytes[0] === 0) throw fail(`${what} has a leading zero`)
  return fromBigEndian(bytes)
}

/** The items of a list that has exactly `length` of them. */
export function rlpList(item: RlpItem | undefined, length: number, what: string, fail: Malformed): RlpItem[] {
  if (!Array.isArray(item)) throw fail(`${what} is not an RLP list`)
  if (item.length !== length) throw fail(`${what} has ${item.length} fields instead of ${length}`)
  return item
}

function decodeItem(bytes: Uint8Array, offset: number, depth: number, fail: Malformed): { item: RlpItem; end: number } {
  const { start, end, list } = header(bytes, offset, fail)
  if (!list) return { item: bytes.subarray(start, end), end }
  if (depth === 0) throw fail(`RLP lists are nested deeper than ${MAX_DEPTH}`)
  const items: RlpItem[] = []
  const body = bytes.subarray(0, end)
  for (let at = start; at < end; ) {
    const next = decodeItem(body, at, depth - 1, fail)
    items.push(next.item)
    at = next.end
  }
  return { item: items, end }
}

function header(bytes: Uint8Array, offset: number, fail: Malformed): { start: number; end: number; list: boolean } {
  const first = bytes[offset]
  if (first === undefined) throw fail(`an RLP item is missing at offset ${offset}`)
  if (first < 0x80) return { start: offset, end: offset + 1, list: false }
  const list = first >= 0xc0
  const short = first - (list ? 0xc0 : 0x80)
  const lengthBytes = Math.max(0, short - 55)
  const start = offset + 1 + lengthBytes
  const length = lengthBytes === 0 ? short : longLength(bytes.subarray(offset + 1, start), lengthBytes, fail)
  if (length > bytes.length - start)
    throw fail(`the RLP item at offset ${offset} claims ${length} bytes, more than follow`)
  if (!list && length === 1 && (bytes[start] ?? 0) < 0x80)
    throw fail(`the RLP byte at offset ${offset} is not canonical`)
  return { start, end: start + length, list }
}

function longLength(bytes: Uint8Array, size: number, fail: Malformed): number {
  if (bytes.length < size) throw fail('an RLP length is cut off')
  const length = fromBigEndian(bytes)
  if (bytes[0] === 0 || length < 56n || length > BigInt(Number.MAX_SAFE_INTEGER))
    throw fail(`the RLP length ${length} is not canonical`)
  return Number(length)
}
