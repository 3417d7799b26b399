import { bigEndian, concatBytes, utf8 } from '../../../../core/codec/index.js'
import type { Hash } from '../../../../core/types/hex.js'
import { fromHex } from '../hex.js'

const prefix = (letter: string) => {
  const head = utf8(letter)
  return (bytes: Uint8Array) => concatBytes(head, bytes)
}
const number = (letter: string) => {
  const at = prefix(letter)
  return (value: number) => at(bigEndian(value, 8))
}
const hash = (letter: string) => {
  const at = prefix(letter)
  return (value: Hash) => at(fromHex(value))
}

/** Where things lie in the database: one letter and the hash or number. */
export const key = {
  /** A state node, after the number of the block that wrote it last: see `nodeEntry.ts`. */
  node: prefix('s'),
  /** A state node as version 1 kept it: by itself. */
  undated: prefix('n'),
  code: prefix('c'),
  block: hash('b'),
  receipts: hash('r'),
  /** Hash of the canonical block with a number. */
  canonical: number('h'),
  /** Bloom of the canonical block with a number, where it has logs: of version 1. */
  bloom: prefix('l'),
  /** What begins the keys of the logs' index: see `logIndex.ts`. */
  logs: utf8('i'),
  /** Number, place and block of a transaction; true only while that block is canonical. */
  place: hash('t'),
  head: utf8('mhead'),
  genesis: utf8('mgenesis'),
  version: utf8('mversion'),
  /** Number of the oldest block whose state is kept, where it is not the first one. */
  oldest: utf8('moldest'),
  /** There only while a snapshot is being imported. */
  importing: utf8('mimporting'),
}

/** The range of all keys of one letter, for `entries`. */
export function rangeOf(letter: (bytes: Uint8Array) => Uint8Array): readonly [from: Uint8Array, to: Uint8Array] {
  const from = letter(new Uint8Array(0))
  return [from, from.map((byte) => byte + 1)]
}

/** The number at the end of a key. */
export function numberOf(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Number(view.getBigUint64(1))
}
