import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checksumAddress, type Hex } from '../../../src/core/codec/index.js'
import { predictRespan, predictSpan } from '../../../src/core/selection/themis.js'

const A233: Hex = '0xa233cc81fc6c12e3318ea71ec5d7bba78c706b04'
const AFF6: Hex = '0xaff606251d8540f97ca2db12774c0147a170ab9e'
const ECA7: Hex = '0xeca7ae7de0d1978df299a547ee66c4503fba474d'
const mainnet = [
  { id: 2n, signer: A233, power: 20000n },
  { id: 3n, signer: AFF6, power: 20000n },
  { id: 1n, signer: ECA7, power: 20000n },
]
const uneven = [20000n, 40000n, 100000n].map((power, i) => ({
  id: BigInt(i + 1),
  signer: `0x${String(i + 1).padStart(40, '0')}` as Hex,
  power,
}))

describe('predictSpan', () => {
  it.each([
    [1n, '4bf5122f344554c5', 1n, 2n],
    [2n, 'dbc1b4c900ffe48d', 2n, 3n],
    [3n, '084fed08b978af4d', 1n, 1n],
    [4n, 'e52d9c508c502347', 1n, 3n],
  ])('draws span %s as the live network does', (span, seed, genesis, other) => {
    const prediction = predictSpan({ validators: mainnet, span, producerCount: 1 })
    expect(prediction.seed.slice(2, 18)).toBe(seed)
    expect(prediction.producers.map(({ id }) => id)).toEqual([genesis])
    const second = predictSpan({ validators: uneven, span, producerCount: 1 })
    expect(second.producers.map(({ id }) => id)).toEqual([other])
  })

  /** Validators with these powers, and who of them is drawn for spans from 1 on. */
  const drawn = (powers: bigint[], spans: number) => {
    const validators = powers.map((power, i) => ({ id: BigInt(i + 1), signer: uneven[0]?.signer ?? A233, power }))
    const span = (_: unknown, i: number) => predictSpan({ validators, span: BigInt(i + 1), producerCount: 1 }).producers
    return Array.from({ length: spans }, span).map(([winner]) => Number(winner?.id))
  }

  // Of Go's own generator, with the original's bound.
  it('draws each number of a total, and passes over draws above the last whole multiple', () => {
    expect(drawn([1n, 1n, 1n, 1n, 1n], 12)).toEqual([4, 3, 2, 2, 1, 3, 3, 1, 3, 3, 2, 3])
    // Every second draw lies above 2^63 + 5.
    expect(drawn([1n << 62n, (1n << 62n) + 5n], 8)).toEqual([2, 1, 2, 1, 2, 2, 1, 1])
    expect(drawn([0n, 1n], 3)).toEqual([2, 2, 2])
  })

  it('takes the first span, and as many producers as it may draw', () => {
    const request = { validators: uneven, span: 0n, producerCount: 1 }
    expect(predictSpan(request).producers).toHaveLength(1)
    const many = Array.from({ length: 1025 }, (_, i) => ({ id: BigInt(i), signer: A233, power: 1n }))
    expect(predictSpan({ validators: many, span: 1n, producerCount: 1024 }).producers.length).toBeGreaterThan(1)
  })

  it('takes all without a draw when they are no more than asked for', () => {
    const { producers } = predictSpan({ validators: [...mainnet].reverse(), span: 9n, producerCount: 3 })
    expect(producers).toEqual(mainnet)
  })

  it('draws with replacement and counts', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 1n << 40n }), (span) => {
        const { producers } = predictSpan({ validators: uneven, span, producerCount: 2 })
        expect(producers.reduce((sum, { power }) => sum + power, 0n)).toBe(2n)
        expect([...producers].sort((a, b) => (a.signer < b.signer ? -1 : 1))).toEqual(producers)
      }),
      { numRuns: 30 },
    )
  })

  it.each([
    ['no validator', { validators: [], span: 1n, producerCount: 1 }, 'SELECTION_NO_CANDIDATES'],
    ['a negative span', { validators: mainnet, span: -1n, producerCount: 1 }, 'SELECTION_INVALID'],
    ['no producer', { validators: mainnet, span: 1n, producerCount: 0 }, 'SELECTION_INVALID'],
    [
      'no power',
      { validators: mainnet.map((v) => ({ ...v, power: 0n })), span: 1n, producerCount: 1 },
      'SELECTION_INVALID',
    ],
    ['more producers than draws', { validators: mainnet, span: 1n, producerCount: 1025 }, 'SELECTION_INVALID'],
    [
      'as much power as the generator has numbers',
      {
        validators: mainnet.map((v, i) => ({ ...v, power: i === 0 ? (1n << 64n) - 1n : 0n })),
        span: 1n,
        producerCount: 1,
      },
      'SELECTION_INVALID',
    ],
    [
      'negative power',
      { validators: mainnet.map((v) => ({ ...v, power: -1n })), span: 1n, producerCount: 1 },
      'SELECTION_INVALID',
    ],
  ])('refuses %s', (_, request, code) => {
    expect(() => predictSpan(request)).toThrow(expect.objectContaining({ code, exit: 3 }))
  })
})

describe('predictRespan', () => {
  it.each([
    [0n, ECA7],
    [2n, AFF6],
  ])('replaces the stalled sequencer with seed %s as the live network does', (seed, next) => {
    const current = checksumAddress(A233)
    expect(predictRespan({ validators: mainnet, height: 15214600n, seed, current })).toBe(next)
  })

  it('adds seed and height, and does not look at the order of the validators', () => {
    const next = (height: bigint, seed: bigint, validators = mainnet) =>
      predictRespan({ validators, height, seed, current: A233 })
    const winners = Array.from({ length: 16 }, (_, i) => next(BigInt(i), 40n - 3n * BigInt(i)))
    expect(winners).toEqual(Array.from({ length: 16 }, (_, i) => next(40n - 2n * BigInt(i), 0n)))
    expect(winners).toEqual(
      Array.from({ length: 16 }, (_, i) => next(40n - 2n * BigInt(i), 0n, [...mainnet].reverse())),
    )
    expect(new Set(winners).size).toBe(2)
  })

  it('never names the stalled one and refuses when there is no other', () => {
    for (let height = 0n; height < 20n; height++) {
      expect(predictRespan({ validators: mainnet, height, seed: 0n, current: ECA7 })).not.toBe(ECA7)
    }
    expect(() => predictRespan({ validators: [{ signer: A233 }], height: 1n, seed: 0n, current: A233 })).toThrow(
      expect.objectContaining({ code: 'SELECTION_NO_CANDIDATES' }),
    )
  })
})

describe('checksumAddress', () => {
  it.each([
    '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
    '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
    '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
    '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
  ])('writes %s as EIP-55 does', (address) => {
    expect(checksumAddress(address.toLowerCase())).toBe(address)
  })
})
