import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeGuardRecord,
  encodeGuardRecord,
  readGuardExport,
  writeGuardExport,
} from '../../../src/core/guard/document.js'
import {
  begunGuard,
  exportOf,
  type GuardExport,
  type GuardRecord,
  guardProblem,
  isAbove,
  maySeal,
  mergeGuard,
  movedGuard,
} from '../../../src/core/guard/guard.js'
import type { Hex } from '../../../src/core/types/hex.js'

const address = `0x${'a1'.repeat(20)}` as const
const networkId = `0x${'0e'.repeat(32)}` as const
const id = (n: number): Hex => `0x${n.toString(16).padStart(32, '0')}`
const hash = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`
const given = (more: Partial<GuardExport> = {}): GuardExport => {
  return { networkId, address, floor: { term: 3, number: 9 }, last: null, lineage: [id(1)], ...more }
}
const guard = (more: Partial<GuardRecord> = {}): GuardRecord => ({ ...begunGuard(address, null), ...more })
const alone = { signed: undefined, back: false }

const height = fc.record({ term: fc.nat(5), number: fc.nat(20) })
const sealed = fc.record({ term: fc.nat(5), number: fc.nat(20), hash: fc.nat(9).map(hash) })
const exported = fc.record({
  networkId: fc.constant(networkId),
  address: fc.constant(address),
  floor: fc.option(height),
  last: fc.option(sealed),
  lineage: fc.uniqueArray(fc.nat(99).map(id), { maxLength: 5 }),
})

describe('a guard', () => {
  it('signs only where it was begun, for its own key, and while it was not moved', () => {
    expect(guardProblem(undefined, address)).toMatchObject({ code: 'GUARD_MISSING', exit: 9 })
    expect(guardProblem(guard(), hash(1))).toMatchObject({ code: 'GUARD_FOREIGN', exit: 9 })
    expect(guardProblem(movedGuard(guard(), id(1)), address)).toMatchObject({ code: 'GUARD_MOVED', exit: 9 })
    expect(guardProblem(guard(), address)).toBeUndefined()
  })

  it('lets no block be built for a term that ends at its floor or below', () => {
    const floor = { term: 3, number: Number.MAX_SAFE_INTEGER }
    expect([3, 4].map((term) => maySeal(guard({ floor }), address, { term, number: 20 }))).toEqual([false, true])
    expect(maySeal(undefined, address, { term: 1, number: 1 })).toBe(false)
  })

  it('stays as it is when it is exported again, so that a crash before the file was written can be made good', () => {
    const moved = movedGuard(guard(), id(1))
    expect(movedGuard(moved, id(2))).toEqual(moved)
  })

  it('remembers no more than 64 moves', () => {
    let now = guard()
    for (let i = 0; i < 80; i++) now = { ...movedGuard(now, id(i)), moved: false }
    expect([now.lineage.length, now.lineage.at(-1)]).toEqual([64, id(79)])
  })
})

describe('an import', () => {
  it('into nothing gives what the file says', () => {
    const last = { term: 3, number: 9, hash: hash(5) }
    const { guard: made, last: signed } = mergeGuard(undefined, given({ last }), alone)
    expect([made, signed]).toEqual([guard({ floor: { term: 3, number: 9 }, lineage: [id(1)] }), last])
  })

  it('never lowers', () => {
    fc.assert(
      fc.property(exported, fc.option(height), (file, floor) => {
        const { guard: merged } = mergeGuard(guard({ floor }), file, alone)
        for (const before of [floor, file.floor])
          if (before !== null) expect(merged.floor !== null && !isAbove(before, merged.floor)).toBe(true)
      }),
    )
  })

  it('of two hashes for one height is a critical conflict', () => {
    const file = given({ last: { term: 3, number: 9, hash: hash(5) } })
    const both = () => mergeGuard(guard(), file, { signed: hash(6), back: false })
    expect(both).toThrowError(expect.objectContaining({ code: 'GUARD_CONFLICT', exit: 9, severity: 'critical' }))
  })

  it("refuses another key's guard", () => {
    const others = () => mergeGuard(guard({ address: hash(1) }), given(), alone)
    expect(others).toThrowError(expect.objectContaining({ code: 'GUARD_FOREIGN' }))
  })

  it('after an export takes what came out of it, and with a word its own file', () => {
    const moved = guard({ lineage: [id(1), id(2)], moved: true })
    const merge = (lineage: Hex[], back = false) => mergeGuard(moved, given({ lineage }), { signed: undefined, back })
    expect(merge([id(1), id(2), id(3)]).guard.moved).toBe(false)
    expect(merge([id(1), id(2)], true).guard.moved).toBe(false)
    expect(() => merge([id(1), id(2)])).toThrowError(expect.objectContaining({ code: 'GUARD_NOT_BACK', exit: 3 }))
    for (const older of [[], [id(1)], [id(1), id(7)]])
      expect(() => merge(older, true)).toThrowError(expect.objectContaining({ code: 'GUARD_STALE', exit: 9 }))
  })
})

describe('the file of a guard', () => {
  it('gives back what was written, its floor at what was signed last or above', () => {
    fc.assert(
      fc.property(exported, (file) => {
        const { networkId: network, last, ...own } = file
        const written = exportOf(network, { ...own, moved: true }, last)
        if (last !== null) expect(written.floor !== null && !isAbove(last, written.floor)).toBe(true)
        expect(readGuardExport(writeGuardExport(written), 'a')).toEqual(written)
      }),
    )
  })

  it('is refused with any character changed, and with any cut', () => {
    const text = writeGuardExport(given({ last: { term: 3, number: 9, hash: hash(5) } }))
    const whole = readGuardExport(text, 'a')
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom('0', '1', 'a', '"', ' '), (at, other) => {
        const changed = `${text.slice(0, at)}${other}${text.slice(at + 1)}`
        for (const damaged of [changed, text.slice(0, at)]) expect(tried(damaged) ?? whole).toEqual(whole)
      }),
      { numRuns: 2000 },
    )
    expect(() => readGuardExport(text.slice(0, -3), 'a')).toThrowError(/not JSON/)
  })

  it.each([
    ['no JSON', 'hello', 'GUARD_FILE_DAMAGED'],
    ['no object', '[]', 'GUARD_FILE_DAMAGED'],
    ['something else', '{"version":1}', 'GUARD_FILE_DAMAGED'],
    ['too long', ' '.repeat(20_000), 'GUARD_FILE_DAMAGED'],
    ['newer', '{"format":"metis-seq/guard","version":2}', 'GUARD_FILE_TOO_NEW'],
    ['with a height that is no number', sum({ floor: { term: '3', number: 1 } }), 'GUARD_FILE_DAMAGED'],
    ['with more fields', sum({ more: 1 }), 'GUARD_FILE_DAMAGED'],
  ])('is refused when it is %s', (_, text, code) => {
    expect(() => readGuardExport(text, 'a')).toThrowError(expect.objectContaining({ code, exit: 9 }))
  })
})

it('a record in the database comes back as it was, and damaged it stops the node', () => {
  const record = guard({ floor: { term: 1, number: 2 }, lineage: [id(1)], moved: true })
  const text = encodeGuardRecord(record)
  expect(decodeGuardRecord(text)).toEqual(record)
  for (const damaged of [text.slice(1), text.replace('true', '1'), text.replace('"version":1', '"version":0')])
    expect(() => decodeGuardRecord(damaged)).toThrowError(expect.objectContaining({ code: 'GUARD_DAMAGED', exit: 9 }))
  expect(() => decodeGuardRecord(text.replace('"version":1', '"version":2'))).toThrowError(
    expect.objectContaining({ code: 'GUARD_TOO_NEW', exit: 9 }),
  )
})

function sum(more: object): string {
  return JSON.stringify({ ...JSON.parse(writeGuardExport(given())), ...more })
}

function tried(text: string): GuardExport | undefined {
  try {
    return readGuardExport(text, 'a')
  } catch {
    return undefined // refused, as it should be
  }
}
