import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatMetis, formatShare, parseMetis } from '../../../src/core/staking/amount.js'

describe('amounts', () => {
  it('survive writing and reading exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 190n }), (wei) => {
        expect(parseMetis(formatMetis(wei))).toBe(wei)
      }),
    )
  })

  it('are read as digit strings, never as floats', () => {
    const digits = (max: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: max })
    fc.assert(
      fc.property(digits(40), digits(18), (whole, fraction) => {
        expect(parseMetis(`${whole}.${fraction}`)).toBe(BigInt(whole + fraction.padEnd(18, '0')))
      }),
    )
  })

  it.each([
    ['20000', 20_000n * 10n ** 18n],
    ['0.000000000000000001', 1n],
    ['007.50', 75n * 10n ** 17n],
    ['0.1', 10n ** 17n],
  ])('%s METIS', (text, wei) => expect(parseMetis(text)).toBe(wei))

  it.each([
    '',
    '-1',
    '+1',
    '1e3',
    '1.',
    '.5',
    '1,000',
    ' 1',
    '0x10',
    '1.0000000000000000001',
    'NaN',
    '1_000',
    '9'.repeat(61),
  ])('refuses "%s"', (text) =>
    expect(() => parseMetis(text)).toThrow(expect.objectContaining({ code: 'AMOUNT_INVALID', exit: 2 })),
  )

  it.each([
    [1n, 3n, '33.33'],
    [0n, 0n, '0.00'],
    [5n, 5n, '100.00'],
    [1n, 100_000n, '0.00'],
  ])('share of %s in %s', (part, whole, text) => expect(formatShare(part, whole)).toBe(text))
})
