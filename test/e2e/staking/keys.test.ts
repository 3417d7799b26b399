import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recordFiles, secret } from '../../support/records/secrets.js'
import { cli } from '../cli/support.js'

const PASSWORD = 'one-password-for-the-test'
let env: Record<string, string>
let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'keys-'))
  await writeFile(join(root, 'password'), secret(PASSWORD))
  env = { XDG_DATA_HOME: join(root, 'data'), METIS_SEQ_PASSWORD_FILE: join(root, 'password') }
})
afterAll(() => recordFiles(root, [join(root, 'password')]))

describe('keys', () => {
  it('new, list and show agree, and never print the private key or the password', async () => {
    const made = await cli(['keys', 'new', 'one', '--json'], { env })
    const key = JSON.parse(made.stdout)
    const listed = await cli(['keys', 'list', '--json'], { env })
    const shown = await cli(['keys', 'show', key.address, '--json'], { env })
    expect(key.path).toBe(join(root, 'data', 'metis-seq', 'keystore', 'one.json'))
    expect((await stat(key.path)).mode & 0o777).toBe(0o600)
    expect(JSON.parse(listed.stdout)).toEqual({ keys: [key], unreadable: [] })
    expect(JSON.parse(shown.stdout)).toEqual(key)

    const wallet = await Wallet.fromEncryptedJson(await readFile(key.path, 'utf8'), PASSWORD)
    const plain = await cli(['keys', 'show', 'one'], { env })
    const output = [made, listed, shown, plain].map(({ stdout, stderr }) => stdout + stderr).join('')
    expect(output).toContain(`0x${wallet.signingKey.publicKey.slice(4)}`)
    expect(output).not.toContain(secret(wallet.privateKey).slice(2))
    expect(output).not.toContain(PASSWORD)
  })

  it.each([
    ['KEY_EXISTS', 5, ['keys', 'new', 'one'], {}],
    ['KEY_NAME_INVALID', 2, ['keys', 'new', '../one'], {}],
    ['PASSWORD_NEEDED', 5, ['keys', 'new', 'two'], { METIS_SEQ_PASSWORD_FILE: '' }],
    ['KEY_NOT_FOUND', 5, ['keys', 'show', 'three'], {}],
  ])('%s: exit %i', async (code, exit, args, change) => {
    const outcome = await cli([...args, '--json'], { env: { ...env, ...change } })
    expect(outcome.code).toBe(exit)
    expect(JSON.parse(outcome.stdout).error).toMatchObject({ code, exit })
  })

  it('list says where it looked when there is none', async () => {
    const { code, stdout, stderr } = await cli(['keys', 'list', '--keystore', join(root, 'none')], { env })
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).toContain(join(root, 'none'))
  })
})
