import { mkdtemp, readdir, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HDNodeWallet, Mnemonic } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recordFiles, secret } from '../../support/records/secrets.js'
import { cli } from '../cli/support.js'

/** The phrase of BIP-39's first test vector, whose addresses are public. */
const PHRASE = `${'abandon '.repeat(11)}about`
const FIRST = '0x9858effd232b4033e47d90003d41ec34ecaeda94'
const SECRET = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(PHRASE), "m/44'/60'/0'/0/0").privateKey
const outputs: string[] = []
let root: string
let env: Record<string, string>
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'keys-life-'))
  for (const name of ['one', 'two']) await writeFile(join(root, name), secret(`${name}-password-of-the-test`))
  secret(PHRASE)
  secret(SECRET)
  env = { XDG_DATA_HOME: root, METIS_SEQ_PASSWORD_FILE: join(root, 'one') }
})
afterAll(() => {
  recordFiles(root, [join(root, 'one'), join(root, 'two')])
  const all = outputs.join('\n').toLowerCase()
  for (const secret of [SECRET.slice(2), 'abandon', '-password-of-the-test']) expect(all).not.toContain(secret)
})

async function keys(args: string[], input = '') {
  const { code, stdout, stderr } = await cli(['keys', ...args, '--json'], { env, input })
  outputs.push(stdout, stderr)
  return { code, json: JSON.parse(stdout) }
}
const outcome = ({ code, json }: Awaited<ReturnType<typeof keys>>) => `${code} ${json.error?.code ?? json.address}`

describe('a key that was made elsewhere', () => {
  it('is imported from a phrase, a path of it, and a private key', async () => {
    expect(outcome(await keys(['import', 'phrase'], PHRASE))).toBe(`0 ${FIRST}`)
    expect(outcome(await keys(['import', 'hex'], `${SECRET}\n`))).toBe(`0 ${FIRST}`)
    const second = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(PHRASE), "m/44'/60'/1'/0/0").address.toLowerCase()
    expect(outcome(await keys(['import', 'second', '--path', "m/44'/60'/1'/0/0"], PHRASE))).toBe(`0 ${second}`)
    expect((await stat(join(root, 'metis-seq', 'keystore', 'phrase.json'))).mode & 0o777).toBe(0o600)
  })

  it.each<[string, string, string[]]>([
    ['2 SECRET_INVALID', PHRASE.replace('about', 'above'), []],
    ['2 SECRET_INVALID', `${SECRET}00`, []],
    ['2 SECRET_INVALID', '0x'.padEnd(66, 'f'), []],
    ['2 SECRET_INVALID', '', []],
    ['2 SECRET_INVALID', 'x'.repeat(2000), []],
    ['2 PATH_INVALID', PHRASE, ['--path', 'm/44/up']],
    ['2 PATH_INVALID', PHRASE, ['--path', 'm/4294967296']],
    ['5 KEY_EXISTS', PHRASE, ['phrase']],
  ])('%s leaves nothing behind', async (expected, input, [first = 'bad', ...more]) => {
    const args = first.startsWith('--') ? ['bad', first, ...more] : [first, ...more]
    expect(outcome(await keys(['import', ...args], input))).toBe(expected)
    expect(await readdir(join(root, 'metis-seq', 'keystore'))).not.toContain('bad.json')
  })
})

it('keeps secrets out of the trace that METIS_SEQ_DEBUG adds', async () => {
  const debug = { ...env, METIS_SEQ_DEBUG: '1' }
  for (const input of [`${PHRASE} about`, `${SECRET}00`, SECRET]) {
    const { code, stderr } = await cli(['keys', 'import', 'hex'], { env: debug, input })
    expect([code === 0, stderr]).toEqual([false, expect.stringMatching(/\n +at .+:\d+/)])
    outputs.push(stderr)
  }
})

describe('a key in the keystore', () => {
  it('is copied under another password, checked, and imported from the copy', async () => {
    const copy = join(root, 'copy.json')
    const two = join(root, 'two')
    expect(outcome(await keys(['export', 'phrase', '--out', copy, '--new-password-file', two]))).toBe(`0 ${FIRST}`)
    expect((await stat(copy)).mode & 0o777).toBe(0o600)
    expect(outcome(await keys(['export', 'phrase', '--out', copy, '--new-password-file', two]))).toBe('5 KEY_EXISTS')
    const check = (name: string, password: string) =>
      keys(['backup-check', name, '--file', copy, '--password-file', join(root, password)])
    expect(await check('phrase', 'two')).toMatchObject({ code: 0, json: { same: true } })
    expect(await check('second', 'two')).toMatchObject({ code: 10, json: { same: false } })
    expect(outcome(await check('phrase', 'one'))).toBe('5 WRONG_PASSWORD')
    const from = ['--file', copy, '--file-password-file', two]
    expect(outcome(await keys(['import', 'again', ...from]))).toBe(`0 ${FIRST}`)
  })

  it('takes a new password, and keeps the old one after a wrong try', async () => {
    const change = (password: string, next: string) => [
      ...['change-password', 'hex', '--password-file', join(root, password)],
      ...['--new-password-file', join(root, next)],
    ]
    expect(outcome(await keys(change('two', 'two')))).toBe('5 WRONG_PASSWORD')
    expect(outcome(await keys(change('one', 'two')))).toBe(`0 ${FIRST}`)
    expect(outcome(await keys(change('one', 'two')))).toBe('5 WRONG_PASSWORD')
    expect(outcome(await keys(change('two', 'one')))).toBe(`0 ${FIRST}`)
    const files = await readdir(join(root, 'metis-seq', 'keystore'))
    expect(files.filter((name) => name.startsWith('.'))).toEqual([])
  })
})
