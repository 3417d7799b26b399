import { describe, expect, it } from 'vitest'
import { addressOfPublicKey, publicKeyOf } from '../../../src/core/consensus/crypto.js'
import { checkRecord, parsePublicKey, recordProblems } from '../../../src/core/staking/index.js'

const pubkey = publicKeyOf(new Uint8Array(32).fill(9))
const record = {
  name: 'Alpha',
  avatar: '{BASEDIR}/assets/Alpha_1.png',
  desc: 'A sequencer.',
  address: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed' as const,
  seq_addr: addressOfPublicKey(pubkey),
  pubkey,
  url: 'https://alpha.example',
}

describe('the public record', () => {
  it('passes when every field keeps its limit, with addresses in lower case', () => {
    const largest = {
      ...record,
      name: 'ü'.repeat(24),
      desc: '😀'.repeat(200),
      lst_name: 'a'.repeat(24),
      lst_url: record.url,
    }
    expect(recordProblems(largest)).toEqual([])
    expect(checkRecord(record).address).toBe(record.address.toLowerCase())
    expect(recordProblems({ ...record, lst_name: '', lst_url: '' })).toEqual([])
  })

  it.each<[string, Record<string, unknown>]>([
    ['name', { name: 'a'.repeat(25) }],
    ['name', { name: ' ' }],
    ['name', { name: 'a\u0007' }],
    ['desc', { desc: 'a'.repeat(201) }],
    ['avatar', { avatar: undefined }],
    ['avatar', { avatar: 'https://alpha.example/logo.png' }],
    ['avatar', { avatar: '{BASEDIR}/assets/../all.png' }],
    ['avatar', { avatar: '{BASEDIR}/assets/Alpha.jpg' }],
    ['url', { url: 'javascript:alert(1)' }],
    ['url', { url: 'http://alpha.example' }],
    ['lst_name', { lst_name: 'a'.repeat(25) }],
    ['lst_url', { lst_url: 'ftp://alpha' }],
    ['address', { address: '0x12' }],
    ['address', { address: record.address.replace('aAeb', 'aaeb') }],
    ['address', { address: `0x${'00'.repeat(20)}` }],
    ['seq_addr', { seq_addr: `0x${'12'.repeat(20)}` }],
    ['pubkey', { pubkey: `0x04${pubkey.slice(2)}` }],
    ['pubkey', { pubkey: pubkey.slice(2) }],
    ['pubkey', { pubkey: `0x${pubkey.slice(2).toUpperCase()}` }],
    ['pubkey', { pubkey: `0x${'11'.repeat(64)}` }],
    ['extra', { extra: 1 }],
  ])('refuses a bad %s', (field, change) => {
    const problems = recordProblems({ ...record, ...change })
    expect(problems).toHaveLength(1)
    expect(problems[0]?.toLowerCase()).toContain(`"${field}"`)
    expect(() => checkRecord({ ...record, ...change } as never)).toThrow(
      expect.objectContaining({ code: 'RECORD_INVALID', exit: 2 }),
    )
  })
})

describe('a public key', () => {
  it('is taken with and without 04, prefix and capitals', () => {
    const bare = pubkey.slice(2)
    for (const text of [pubkey, bare, `0x04${bare}`, `04${bare}`, bare.toUpperCase()])
      expect(parsePublicKey(text)).toBe(pubkey)
  })

  it.each(['', '0x', pubkey.slice(0, -2), `0x${'22'.repeat(64)}`, '0xzz'])('"%s" is refused', (text) => {
    expect(() => parsePublicKey(text)).toThrow(expect.objectContaining({ code: 'PUBKEY_INVALID', exit: 2 }))
  })
})
