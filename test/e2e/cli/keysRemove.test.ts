import { copyFile, link, mkdtemp, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createKey, type KeyInfo } from '../../../src/signers/index.js'
import { terminal } from '../../support/terminal.js'
import { cli } from './support.js'

const PASSWORD = 'of-the-backup-and-the-key'
let root: string
let keystore: string
let key: KeyInfo
let other: KeyInfo
let backup: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'keys-remove-'))
  await writeFile(join(root, 'password'), PASSWORD)
  await writeFile(join(root, 'wrong'), 'opens none of the keys')
  other = await createKey(join(root, 'others'), { name: 'other', password: PASSWORD, strength: 'light' })
})
beforeEach(async () => {
  keystore = await mkdtemp(join(root, 'keystore-'))
  key = await createKey(keystore, { name: 'one', password: PASSWORD, strength: 'light' })
  backup = join(keystore, '..', `backup-of-${key.address}.json`)
  await copyFile(key.path, backup)
})

async function remove(...args: string[]) {
  const flags = args.includes('--password-file') ? [] : ['--password-file', join(root, 'password')]
  const { code, stdout } = await cli(['keys', 'remove', 'one', '--keystore', keystore, '--json', ...flags, ...args])
  expect(stdout).not.toContain(PASSWORD)
  return { code, json: JSON.parse(stdout) }
}
const isThere = () =>
  stat(key.path).then(
    () => true,
    () => false,
  )

describe('keys remove', () => {
  it('removes a key whose backup opens', async () => {
    expect(await remove('--backup', backup, '--yes')).toEqual({
      code: 0,
      json: { name: 'one', address: key.address, path: key.path, backup },
    })
    expect(await isThere()).toBe(false)
    expect(JSON.parse(await readFile(backup, 'utf8')).version).toBe(3)
  })

  it('removes one without a backup when that is said', async () => {
    expect(await remove('--without-backup', '--yes')).toMatchObject({ code: 0, json: { backup: null } })
    expect(await isThere()).toBe(false)
  })

  it.each<[string, number, () => Promise<string[]>]>([
    ['BACKUP_NEEDED', 3, async () => ['--yes']],
    ['NOT_CONFIRMED', 4, async () => ['--without-backup']],
    ['NOT_CONFIRMED', 4, async () => ['--backup', backup]],
    ['BACKUP_MISMATCH', 3, async () => ['--yes', '--backup', other.path]],
    ['BACKUP_IS_KEY', 3, async () => ['--yes', '--backup', key.path]],
    ['WRONG_PASSWORD', 5, async () => ['--yes', '--backup', backup, '--password-file', join(root, 'wrong')]],
    ['KEY_NOT_FOUND', 5, async () => ['--yes', '--backup', '/nonexistent/backup.json']],
    ['USAGE', 2, async () => ['--yes', '--backup', backup, '--without-backup']],
  ])('%s (exit %i) leaves it where it is', async (code, exit, args) => {
    expect(await remove(...(await args()))).toMatchObject({ code: exit, json: { error: { code } } })
    expect(await isThere()).toBe(true)
  })

  it('takes neither a link to the key nor a file that only claims its address for a backup', async () => {
    await symlink(key.path, join(keystore, '..', `soft-${key.address}`))
    await link(key.path, join(keystore, '..', `hard-${key.address}`))
    for (const name of ['soft', 'hard']) {
      const linked = join(keystore, '..', `${name}-${key.address}`)
      expect(await remove('--yes', '--backup', linked)).toMatchObject({ json: { error: { code: 'BACKUP_IS_KEY' } } })
    }
    const { 'x-metis-seq': _, ...file } = JSON.parse(await readFile(other.path, 'utf8'))
    await writeFile(backup, JSON.stringify({ ...file, address: key.address.slice(2) }))
    expect((await remove('--yes', '--backup', backup)).code).not.toBe(0)
    expect(await isThere()).toBe(true)
  })

  it('asks at a terminal, and says what is lost', async () => {
    const args = ['keys', 'remove', 'one', '--keystore', keystore, '--without-backup']
    for (const [answer, code, there] of [
      ['n', 4, true],
      ['y', 0, false],
    ] as const) {
      const run = terminal(args, { CI: '1' })
      await run.shows(/Nobody can sign for it again/)
      run.type(`${answer}\r`)
      expect([await run.ended, await isThere()]).toEqual([code, there])
    }
  })
})
