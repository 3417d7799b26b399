import { describe, expect, it } from 'vitest'
import { addressOfPublicKey, publicKeyOf } from '../../../src/core/consensus/crypto.js'
import type { Plan, Precheck, SequencerPublicRecord } from '../../../src/core/staking/index.js'
import { handInOf, registrationChecks } from '../../../src/core/staking/registration/checklist.js'
import { avatarOf, type Picture, pictureProblems } from '../../../src/core/staking/registration/picture.js'
import { reportRecords } from '../../../src/core/staking/registration/registry.js'

function recordOf(number: number, change: Record<string, unknown> = {}): SequencerPublicRecord {
  const pubkey = publicKeyOf(new Uint8Array(32).fill(number))
  const address = `0x${number.toString(16).padStart(40, '0')}` as const
  return {
    name: `Sequencer ${number}`,
    avatar: '{BASEDIR}/assets/a.png',
    desc: 'A sequencer.',
    address,
    seq_addr: addressOfPublicKey(pubkey),
    pubkey,
    url: 'https://alpha.example',
    ...change,
  }
}

describe('a list of records', () => {
  it('is valid where each is, and no two share what is their own', () => {
    const reports = reportRecords([recordOf(1), recordOf(2)])
    expect(reports.map(({ index, name, owner, problems }) => [index, name, owner, problems])).toEqual([
      [0, 'Sequencer 1', recordOf(1).address, []],
      [1, 'Sequencer 2', recordOf(2).address, []],
    ])
  })

  it.each<[string, Record<string, unknown>, string[]]>([
    ['name', { name: 'Sequencer 1' }, ['name']],
    ['owner, in other letters', { address: recordOf(171).address.toUpperCase().replace('X', 'x') }, ['address']],
    ['signer and key', { seq_addr: recordOf(1).seq_addr, pubkey: recordOf(1).pubkey }, ['seq_addr', 'pubkey']],
  ])('names the %s that stands there twice, and where first', (_, change, fields) => {
    const reports = reportRecords([recordOf(1), recordOf(171), recordOf(3, change)])
    const first = fields[0] === 'address' ? 1 : 0
    expect(reports.map(({ problems }) => problems)).toEqual([
      [],
      [],
      fields.map((field) => `"${field}" is that of record ${first} too.`),
    ])
  })

  it('names all that is wrong with any entry, whatever it is', () => {
    const reports = reportRecords([null, 'x', [], {}, recordOf(1, { name: '', url: 'http://a' })])
    expect(reports.map(({ problems }) => problems.length)).toEqual([1, 1, 1, 7, 2])
    expect(reports[3]).toMatchObject({ name: null, owner: null })
  })

  it('cuts a name that is too long to show', () => {
    expect(reportRecords([recordOf(1, { name: 'x'.repeat(1000) })])[0]?.name).toHaveLength(40)
  })
})

describe('a picture', () => {
  const good: Picture = {
    file: 'a.png',
    bytes: 24_576,
    type: 'png',
    width: 128,
    height: 128,
    whole: true,
    active: false,
  }

  it('passes at its limits', () => {
    expect(pictureProblems(good)).toEqual([])
    expect(pictureProblems({ ...good, file: 'A.SVG', type: 'svg', width: 256, height: 256 })).toEqual([])
  })

  it.each<[string, Partial<Picture>]>([
    ['24577 bytes', { bytes: 24_577 }],
    ['not a picture', { type: null }],
    ['jpg; only PNG and SVG', { type: 'jpg', file: 'a.jpg' }],
    ['the name "a.svg" says otherwise', { file: 'a.svg' }],
    ['the name "png" says otherwise', { file: 'png', type: 'svg' }],
    ['127 by 127', { width: 127, height: 127 }],
    ['257 by 257', { width: 257, height: 257 }],
    ['256 by 255 pixels, not square', { width: 256, height: 255 }],
    ['each side', { width: Number.NaN, height: 200 }],
    ['end of the picture is missing', { whole: false }],
    ['script', { active: true }],
  ])('is refused: %s', (reason, change) => {
    expect(pictureProblems({ ...good, ...change }).join(' ')).toContain(reason)
  })

  it.each([
    ['Alpha', 'Alpha'],
    ['Metis Genesis 1', 'Metis-Genesis-1'],
    ['../../etc', 'etc'],
    ['.hidden', 'hidden'],
    ['数', 'sequencer'],
  ])('of "%s" is called %s', (name, file) => {
    expect(avatarOf(name, 'svg')).toBe(`{BASEDIR}/assets/${file}.svg`)
    expect(reportRecords([recordOf(1, { avatar: avatarOf(name, 'svg') })])[0]?.problems).toEqual([])
  })
})

describe('the way to the lock', () => {
  const bad = (code: string): Precheck => ({ code, title: code, ok: false, reason: 'No.', mend: 'Mend it.' })
  const plan = { prechecks: ['NOT_WHITELISTED', 'INSUFFICIENT_METIS', 'LOCK_ABOVE_MAXIMUM'].map(bad) } as Plan
  const handIn = handInOf(recordOf(1), 1088n)

  it('names the place of record and picture', () => {
    expect(handIn).toMatchObject({ list: 'sequencers/1088/all.json', picture: 'sequencers/1088/assets/a.png' })
  })

  it('lists what is missing, in the order of doing it', () => {
    const checks = registrationChecks({ picture: false, proven: false, handIn, plan })
    const codes = checks.map(({ code, ok }) => `${code} ${ok}`)
    expect(codes).toEqual([
      'RECORD_INVALID true',
      'PICTURE_MISSING false',
      'KEY_NOT_PROVEN false',
      'NOT_WHITELISTED false',
      'INSUFFICIENT_METIS false',
    ])
    expect(checks[3]).toMatchObject({ mend: expect.stringContaining(handIn.list) })
  })

  it('asks for no picture where nothing is handed in', () => {
    const checks = registrationChecks({ picture: false, proven: true, handIn: null, plan })
    expect(checks.map(({ code }) => code)).not.toContain('PICTURE_MISSING')
    expect(checks[2]).toMatchObject({ code: 'NOT_WHITELISTED', mend: 'Mend it.' })
  })
})
