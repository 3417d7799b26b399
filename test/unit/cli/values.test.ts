import { describe, expect, it } from 'vitest'
import { parseValidators } from '../../../src/cli/validators.js'
import { parseAddress, parseWhole } from '../../../src/cli/values.js'

const signer = '0xECA7ae7de0d1978df299a547ee66c4503fba474d'
const usage = (code: string) => expect.objectContaining({ code, exit: 2 })

describe('values of flags', () => {
  it.each([
    ['0', 0n],
    ['007', 7n],
    [`${2n ** 256n - 1n}`, 2n ** 256n - 1n],
  ])('reads %s as a whole number', (text, value) => expect(parseWhole(text, '--span')).toBe(value))

  it.each(['', '-1', '1.0', '1e3', '0x10', ' 1', '9'.repeat(79)])('refuses "%s" as a whole number', (text) => {
    expect(() => parseWhole(text, '--span')).toThrow(usage('VALUE_INVALID'))
  })

  it('reads an address in one case or as EIP-55 has it, and nothing else as one', () => {
    const eip55 = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed' // an example of EIP-55
    const lower = eip55.toLowerCase()
    for (const text of [eip55, lower, `0x${lower.slice(2).toUpperCase()}`]) {
      expect(parseAddress(text, '--current')).toBe(lower)
    }
    for (const text of [`${eip55.slice(0, -1)}D`, eip55.replace('5aA', '5aa'), eip55.replace('60', '06')]) {
      expect(() => parseAddress(text, '--current')).toThrow(/checksum is wrong/)
    }
    for (const text of ['', '0x', signer.slice(2), `${signer}00`]) {
      expect(() => parseAddress(text, '--current')).toThrow(usage('VALUE_INVALID'))
    }
  })
})

describe('a file of validators', () => {
  it('keeps its order', () => {
    const other = `0x${'11'.repeat(20)}`
    const content = [
      { id: 7, signer, power: 20000 },
      { id: '1', signer: other, power: '18446744073709551616' },
    ]
    expect(parseValidators('f', content)).toEqual([
      { id: 7n, signer: signer.toLowerCase(), power: 20000n },
      { id: 1n, signer: other, power: 2n ** 64n },
    ])
  })

  it.each<[string, unknown]>([
    ['no list', { id: 1 }],
    ['no object', [1]],
    ['no address', [{ id: 1, signer: '0x12', power: 1 }]],
    ['a fraction', [{ id: 1, signer, power: 0.5 }]],
    ['a number that lost digits', [{ id: 1, signer, power: 2 ** 53 }]],
    ['a negative power', [{ id: 1, signer, power: -1 }]],
    ['an id beyond exact numbers', [{ id: '9007199254740992', signer, power: 1 }]],
    [
      'a doubled signer',
      [
        { id: 1, signer, power: 1 },
        { id: 2, signer: signer.toLowerCase(), power: 1 },
      ],
    ],
    ['too many', Array.from({ length: 10_001 }, () => ({}))],
  ])('is refused with %s', (_, content) => {
    expect(() => parseValidators('f', content)).toThrow(usage('INPUT_INVALID'))
  })
})
