import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findLeaks } from '../../support/records/leaks.js'
import { commandOf } from '../../support/records/observe.js'
import type { RunRecord } from '../../support/records/record.js'
import { assertSchema } from '../../support/records/schema.js'
import { secret } from '../../support/records/secrets.js'
import { commandsWithoutFailure, errorTable, patternOf } from '../../support/records/table.js'

const project = fileURLToPath(new URL('../../..', import.meta.url))
const KEY = '0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318'
const PHRASE = 'legal winner thank year wave sausage worth useful legal winner thank yellow'
const PASSWORD = 'Correct Horse 9'
const bytes = Buffer.from(KEY.slice(2), 'hex')

const run = (output: string, more: Partial<RunRecord> = {}): RunRecord => {
  return { test: 'a test', command: 'keys show', args: [], exit: 0, error: null, output, ...more }
}
const forms = (record: RunRecord, value: string, shownBy: string[] = []) =>
  findLeaks({ runs: [record], secrets: [{ value, shownBy }] }).map(({ form }) => form)

describe('a secret in an output', () => {
  it.each<[string, string, string, string[]]>([
    ['a key', KEY, `key ${KEY}.`, ['hex']],
    ['a key without 0x in upper case', KEY, KEY.slice(2).toUpperCase(), ['hex']],
    ['a key inside other digits', KEY, `0x02f8${KEY.slice(2)}c0`, ['hex']],
    ['a key as base64', KEY, bytes.toString('base64'), ['base64']],
    ['a key as base64 of a longer text', KEY, Buffer.concat([Buffer.from('k='), bytes]).toString('base64'), ['base64']],
    ['a key as base64url', KEY, Buffer.concat([Buffer.from('a'), bytes]).toString('base64url'), ['base64']],
    ['a key as a number', KEY, `d: ${BigInt(KEY)}n`, ['number']],
    ['a key as a list', KEY, JSON.stringify([...bytes]), ['bytes']],
    ['a key as a list in lines', KEY, JSON.stringify([...bytes], null, 2), ['bytes']],
    ['a key as JSON has typed arrays', KEY, JSON.stringify(new Uint8Array(bytes)), ['bytes']],
    ['a key as JSON in JSON has it', KEY, JSON.stringify(JSON.stringify(new Uint8Array(bytes))), ['bytes']],
    ['a key as Node shows a buffer', KEY, inspect({ key: bytes }), ['bytes']],
    ['a key as Node shows bytes', KEY, inspect({ key: new Uint8Array(bytes) }), ['bytes']],
    ['a key as JSON has buffers', KEY, JSON.stringify({ key: bytes }, null, 1), ['bytes']],
    ['the bytes of a key in a file', KEY, `seal${bytes.toString('latin1')}`, ['raw']],
    ['a password in JSON', 'say "Friend" 7', JSON.stringify({ p: 'say "Friend" 7' }), ['text']],
    ['a password in a URL', PASSWORD, `?p=${encodeURIComponent(PASSWORD)}`, ['text']],
    ['a password', PASSWORD, `--password "${PASSWORD.toUpperCase()}"`, ['text']],
    ['a password as hex', PASSWORD, Buffer.from(PASSWORD).toString('hex'), ['hex']],
    ['a password as base64', PASSWORD, Buffer.from(`user:${PASSWORD}`).toString('base64'), ['base64']],
    ['a phrase', PHRASE, PHRASE, ['text']],
    ['a part of a phrase', PHRASE, 'the words "sausage worth useful legal" are', ['text']],
    ['another key', KEY, KEY.replace('4c', '4d'), []],
    ['the beginning of a key', KEY, KEY.slice(0, 20), []],
    ['three words', PHRASE, 'a useful legal winner', []],
  ])('%s', (_, value, output, expected) => {
    expect(forms(run(output), value)).toEqual(expected)
  })

  it('is seen among arguments and in errors, and let pass where it is shown on purpose alone', () => {
    expect(forms(run('', { args: ['keys', 'import', KEY] }), KEY)).toEqual(['hex'])
    expect(forms(run(KEY, { command: 'devnet info' }), KEY, ['devnet info'])).toEqual([])
    expect(forms(run(KEY, { command: 'devnet nodes' }), KEY, ['devnet info'])).toEqual(['hex'])
    expect(forms(run(KEY, { command: null }), KEY, ['devnet info'])).toEqual(['hex'])
  })

  it.each([`0x${'1'.padStart(64, '0')}`, 'short', ''])('cannot be "%s", which could be there by chance', (value) => {
    expect(() => secret(value)).toThrow('by chance')
  })

  it('fails the whole run, which names the command and the test; without it the same run passes', async () => {
    const [planted, clean] = await Promise.all([runPlanted('1'), runPlanted('0')])
    expect(planted.code).toBe(1)
    expect(planted.stderr).toContain(
      'metis-seq keys show shows a secret as hex, in test/unit/tooling/planted/leak.planted.ts > prints what it should not',
    )
    expect(clean).toEqual({ code: 0, stderr: '' })
  }, 60_000)
})

function runPlanted(plant: string): Promise<{ code: unknown; stderr: string }> {
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/unit/tooling/planted/vitest.config.ts']
  const env = { PATH: process.env.PATH, METIS_SEQ_TEST_PLANT: plant, NO_COLOR: '1' }
  return new Promise((done) => {
    execFile(process.execPath, [...args, '--root', project], { cwd: project, env }, (error, _, stderr) => {
      done({ code: error?.code ?? 0, stderr })
    })
  })
}

it('every test that starts the program by itself lets it be seen', async () => {
  const files = (await readdir(join(project, 'test/e2e'), { recursive: true })).filter((name) => name.endsWith('.ts'))
  const texts = await Promise.all(files.map((name) => readFile(join(project, 'test/e2e', name), 'utf8')))
  const starting = files.filter((_, i) => /\bbinary\b.*\b(spawn|execFile|fork)\(/s.test(texts[i] ?? ''))
  const seen = files.filter((_, i) => /\b(observe|recordOutcome)\(/.test(texts[i] ?? ''))
  expect(starting.length).toBeGreaterThanOrEqual(4)
  expect(starting.filter((name) => !seen.includes(name))).toEqual([])
})

describe('the table of errors', () => {
  it.each([
    ['There is no key "x" in /home/a/.keys.', 'There is no key "…" in ….'],
    [
      'http://127.0.0.1:1/ is chain 5; the L1 of a is chain 1. Nothing was sent.',
      '… is chain …; the L1 of a is chain ….',
    ],
    ['/a/b cannot be read: ENOENT: no such file.', '… cannot be read.'],
    ['0.5 METIS is below 20000.25 METIS. Nothing was sent. (2 more)', '… METIS is below … METIS.'],
    ['It ends on 2026-12-01 10:00 UTC, in 20 days.', 'It ends on … UTC, in … days.'],
    [`-: it ends too early, at 0x12.`, 'it ends too early, at ….'],
  ])('shows "%s" without its values', (message, pattern) => {
    expect(patternOf(message)).toBe(pattern)
  })

  const failed = (command: string | null, code: string, message = 'It is so.', exit = 2) =>
    run('', { command, exit, error: { code, message } })
  const runs = [
    failed('lock', 'B', 'Long reason of 5.'),
    failed('lock', 'B', 'Reason.'),
    failed('lock', 'A', 'x', 3),
    failed('claim', 'USAGE'),
    failed(null, 'UNKNOWN_COMMAND'),
    run('fine'),
    run('found', { command: 'derive', args: ['derive', '--json'], exit: 10 }),
  ]

  it('is the same in whatever order the tests ran', () => {
    const table = errorTable(runs)
    expect(table.split('\n').filter((line) => /`(lock|derive)`/.test(line))).toEqual([
      '| `derive` | 10 |  | No error: the result says what the check found. |',
      '| `lock` | 2 | `B` | Reason. |',
      '| `lock` | 3 | `A` | x |',
    ])
    const shuffled = fc.shuffledSubarray(runs, { minLength: runs.length })
    fc.assert(fc.property(shuffled, (order) => errorTable(order) === table))
  })

  it('knows whom no test saw fail: wrong words are not enough', () => {
    expect(commandsWithoutFailure(runs, ['lock', 'claim', 'unlock'])).toEqual(['claim', 'unlock'])
  })
})

describe('a result of --json', () => {
  const key = { name: 'one', path: '/one.json', address: `0x${'12'.repeat(20)}`, publicKey: `0x${'34'.repeat(64)}` }

  it('has to be as the schema of its command says, no more and no less', () => {
    assertSchema('keys show', key)
    expect(() => assertSchema('keys show', { ...key, extra: 1 })).toThrow('schemas/keys/show.json')
    expect(() => assertSchema('keys show', { ...key, address: '12' })).toThrow('/address must match pattern')
    expect(() => assertSchema('keys show', {})).toThrow('must have required property')
    expect(() => assertSchema('keys show', { error: { code: 'X' } })).toThrow('schemas/error.json')
    expect(() => assertSchema('fly', {})).toThrow('there is no schemas/fly.json')
  })

  it.each([
    [['rotation', 'predict', '--span', '1'], 'rotation predict'],
    [['rotation', '--json'], 'rotation'],
    [['lock', '20000', '--from', 'x'], 'lock'],
    [['keys'], null],
    [['--help'], null],
    [['rotation', 'fly'], 'rotation'],
  ])('of %j belongs to %s', (args, command) => {
    expect(commandOf(args)).toBe(command)
  })
})
