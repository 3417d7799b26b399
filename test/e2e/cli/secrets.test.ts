import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKey } from '../../../src/signers/index.js'
import { secret } from '../../support/records/secrets.js'
import { cli } from './support.js'

/** Not registered as secrets: the arguments of a run may not have any. */
const KEY = Wallet.createRandom().privateKey
const PHRASE = 'legal winner thank year wave sausage worth useful legal winner thank yellow'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'metis-seq-secrets-'))
  await writeFile(join(root, 'wrong'), secret('one that opens nothing here'))
  const password = secret('the one that opens it')
  await createKey(join(root, 'keys'), {
    name: 'one',
    password,
    strength: 'light',
    privateKey: secret(Wallet.createRandom().privateKey as `0x${string}`),
  })
})
afterAll(() => rm(root, { recursive: true }))

const env = () => ({ HOME: root, METIS_SEQ_KEYSTORE: join(root, 'keys'), METIS_SEQ_DEBUG: '1' })

describe('a private key in the wrong place is not repeated, in the trace neither', () => {
  it.each<[string[]]>([
    [['keys', 'import', 'one', KEY]],
    [['keys', 'import', 'one', KEY.slice(2).toUpperCase()]],
    [['keys', 'show', KEY]],
    [['keys', 'new', `--password=${KEY}`]],
    [['keys', 'new', `--${KEY}`]],
    [['withdraw', KEY, '--from', 'one']],
    [['owner', 'transfer', KEY, '--from', 'one', '--json']],
    [[KEY]],
    [['keys', 'import', 'one', ...PHRASE.split(' ')]],
  ])('%#', async (args) => {
    const { code, stdout, stderr } = await cli(args, { env: env() })
    expect([2, 5]).toContain(code)
    const said = (stdout + stderr).toLowerCase()
    for (let i = 2; i < KEY.length - 12; i += 4) expect(said).not.toContain(KEY.slice(i, i + 12))
    expect(said).not.toMatch(/legal|sausage/)
  })

  it('where a hash belongs it is', async () => {
    const { stderr } = await cli(['tx', 'show', KEY], { env: env() })
    expect(stderr).toContain(KEY)
  })
})

describe('a secret that is refused is not repeated', () => {
  it.each<[string, string, number, string[], string?]>([
    [
      'a key with a digit too few',
      'SECRET_INVALID',
      2,
      ['keys', 'import', 'two'],
      Wallet.createRandom().privateKey.slice(0, -1),
    ],
    ['a phrase with a wrong word', 'SECRET_INVALID', 2, ['keys', 'import', 'two'], PHRASE.replace('year', 'yeah')],
    [
      'a password',
      'WRONG_PASSWORD',
      5,
      ['keys', 'export', 'one', '--out', 'x', '--password-file', 'wrong', '--new-password-file', 'wrong'],
    ],
  ])('%s', async (_, error, exit, args, input) => {
    const { code, stdout, stderr } = await cli([...args, '--json'], {
      env: env(),
      cwd: root,
      ...(input ? { input } : {}),
    })
    expect([code, JSON.parse(stdout).error.code]).toEqual([exit, error])
    expect(stderr).toContain('MetisSeqError')
  })
})
