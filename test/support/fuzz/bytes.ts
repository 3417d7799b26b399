import { concatAll } from '../../../src/core/codec/index.js'
import type { Dice } from '../../unit/execution/differential/dice.js'

/** No input is longer. */
export const MAX_INPUT = 256 * 1024
const EDGES = [0x00, 0x01, 0x7f, 0x80, 0xb7, 0xb8, 0xbf, 0xc0, 0xf7, 0xf8, 0xff]

type Change = (bytes: Uint8Array, dice: Dice, samples: readonly Uint8Array[]) => Uint8Array

/** Half of all places lie in the first hundred bytes, where lengths and counts are. */
function place(bytes: Uint8Array, dice: Dice): number {
  return dice.below(dice.once(2) ? Math.min(100, bytes.length) : bytes.length)
}

const flip: Change = (bytes, dice) => {
  const at = place(bytes, dice)
  return bytes.with(at, (bytes[at] ?? 0) ^ (1 << dice.below(8)))
}

const set: Change = (bytes, dice) => bytes.with(place(bytes, dice), dice.once(2) ? dice.pick(EDGES) : dice.below(256))

const cut: Change = (bytes, dice) => bytes.slice(0, dice.below(bytes.length + 1))

const remove: Change = (bytes, dice) => {
  const at = place(bytes, dice)
  return concatAll([bytes.subarray(0, at), bytes.subarray(at + dice.between(1, 8))])
}

const insert: Change = (bytes, dice) => {
  const at = place(bytes, dice)
  const added = dice.once(2)
    ? new Uint8Array(dice.between(1, 64)).fill(dice.pick(EDGES))
    : dice.bytes(dice.between(1, 8))
  return concatAll([bytes.subarray(0, at), added, bytes.subarray(at)])
}

/** A part of it twice, or many times. */
const double: Change = (bytes, dice) => {
  const [a, b] = [place(bytes, dice), place(bytes, dice)]
  const part = bytes.subarray(Math.min(a, b), Math.max(a, b) + 1)
  const times = dice.once(8) ? Math.min(1000, Math.floor(MAX_INPUT / part.length)) : 1
  return concatAll([
    bytes.subarray(0, Math.max(a, b) + 1),
    ...Array(times).fill(part),
    bytes.subarray(Math.max(a, b) + 1),
  ])
}

/** The beginning of one and the end of another. */
const splice: Change = (bytes, dice, samples) => {
  const other = dice.pick(samples)
  return concatAll([bytes.subarray(0, place(bytes, dice)), other.subarray(dice.below(other.length + 1))])
}

/** A number in 1 to 8 bytes where there is another: of lengths and counts, huge ones. */
const number: Change = (bytes, dice) => {
  const [at, size] = [place(bytes, dice), dice.between(1, 8)]
  const changed = bytes.slice()
  const value = dice.pick([0xff, 0x7f, 0x80, 0x00])
  for (let i = at; i < Math.min(at + size, bytes.length); i++)
    changed[i] = i === at ? value : dice.pick([0xff, 0x00, 0x01])
  return changed
}

/** Lists in lists, as RLP and JSON write them. */
const nest: Change = (bytes, dice) => {
  const opening = dice.pick([0xc1, 0xf8, 0xf9, 0x5b, 0x7b])
  return concatAll([new Uint8Array(dice.pick([17, 100, 20_000])).fill(opening), bytes.subarray(place(bytes, dice))])
}

const CHANGES: readonly (readonly [number, Change])[] = [
  [6, flip],
  [5, set],
  [3, cut],
  [2, remove],
  [3, insert],
  [2, double],
  [2, splice],
  [3, number],
  [1, nest],
]

/** A sample with one to four things changed in it; now and then as it is, or bytes of no meaning. */
export function mutatedBytes(samples: readonly Uint8Array[], dice: Dice): Uint8Array {
  if (dice.once(25)) return dice.bytes(dice.once(10) ? dice.below(5000) : dice.below(100))
  let bytes = dice.pick(samples)
  if (dice.once(50)) return bytes
  for (let changes = dice.between(1, 4); changes > 0 && bytes.length > 0; changes--)
    bytes = dice.weighted(CHANGES)(bytes, dice, samples)
  return bytes.subarray(0, MAX_INPUT)
}
