import { type Input, RLP } from '@ethereumjs/rlp'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type RlpInput, rlpEncode } from '../../../src/core/codec/index.js'

/** The reference takes the same input but for `number`s that it reads otherwise: as bigint. */
function reference(input: RlpInput): Uint8Array {
  const plain = (item: RlpInput): Input => {
    if (typeof item === 'number') return BigInt(item)
    return item instanceof Uint8Array || typeof item === 'bigint' ? item : item.map(plain)
  }
  return RLP.encode(plain(input))
}

const { item } = fc.letrec<{ item: RlpInput }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 5 },
    fc.uint8Array({ maxLength: 70 }),
    fc.maxSafeNat(),
    fc.nat(300),
    fc.bigInt({ min: 0n, max: 2n ** 70n }),
    fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
    fc.array(tie('item'), { maxLength: 12 }),
  ),
}))

describe('the RLP encoder', () => {
  it('agrees with the reference on anything nested', () => {
    fc.assert(
      fc.property(item, (input) => {
        expect(rlpEncode(input)).toEqual(reference(input))
      }),
      { numRuns: 300 },
    )
  })

  it.each([0, 1, 55, 56, 57, 255, 256, 257, 65_535, 65_536, 16_777_216])('agrees on %i bytes and items', (length) => {
    const bytes = new Uint8Array(length).fill(0x80)
    expect(Buffer.compare(rlpEncode(bytes), reference(bytes))).toBe(0)
    const list = Array.from({ length: Math.min(length, 70_000) }, () => 5)
    expect(Buffer.compare(rlpEncode(list), reference(list))).toBe(0)
    expect(Buffer.compare(rlpEncode([bytes, [bytes]]), reference([bytes, [bytes]]))).toBe(0)
  })

  it('agrees at every power of two, as number and as bigint', () => {
    for (let bits = 0n; bits <= 600n; bits++) {
      for (const value of [2n ** bits - 1n, 2n ** bits, 2n ** bits + 1n]) {
        expect(rlpEncode(value)).toEqual(reference(value))
        if (value <= 2n ** 53n) expect(rlpEncode([Number(value)])).toEqual(reference([BigInt(Number(value))]))
      }
    }
    expect(rlpEncode(2 ** 60)).toEqual(reference(2n ** 60n))
  })

  it.each([-1, -1n, 1.5, Number.NaN, Number.POSITIVE_INFINITY, -(2n ** 70n), -(2 ** 60)])('refuses %s', (value) => {
    expect(() => rlpEncode([1, value])).toThrow(expect.objectContaining({ code: 'INTEGER_OUT_OF_RANGE' }))
  })
})
