import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { cli } from '../cli/support.js'

let root: string
let path: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'config-'))
  path = join(root, 'new', 'config.json')
})

async function config(args: string[], env: Record<string, string> = {}) {
  const { code, stdout } = await cli(['config', ...args, '--json'], { env: { METIS_SEQ_CONFIG: path, ...env } })
  return { code, stdout, json: JSON.parse(stdout) }
}
const kept = async () => JSON.parse(await readFile(path, 'utf8'))

describe('config set and unset', () => {
  it('keep values by flag name, with the version, for the owner alone', async () => {
    expect(await config(['set', 'network', 'sepolia'])).toMatchObject({
      code: 0,
      json: { path, key: 'network', value: 'sepolia' },
    })
    await config(['set', 'port-base', '9645'])
    await config(['set', 'update-notice', 'false'])
    expect(await kept()).toEqual({ version: 1, network: 'sepolia', 'port-base': 9645, 'update-notice': false })
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await stat(join(root, 'new'))).mode & 0o777).toBe(0o700)
    expect(await config(['unset', 'network'])).toMatchObject({ code: 0, json: { removed: true } })
    expect(await config(['unset', 'network'])).toMatchObject({ code: 0, json: { removed: false } })
    expect(await kept()).toEqual({ version: 1, 'port-base': 9645, 'update-notice': false })
    expect(await readdir(join(root, 'new'))).toEqual(['config.json'])
  })

  it.each<[string, string[], string]>([
    ['CONFIG_KEY_UNKNOWN', ['set', 'netwrok', 'sepolia'], 'Did you mean network? There are: '],
    ['CONFIG_KEY_UNKNOWN', ['set', 'version', '2'], 'There are: '],
    ['CONFIG_KEY_UNKNOWN', ['set', 'from', 'owner'], 'There are: '],
    ['CONFIG_KEY_UNKNOWN', ['unset', 'netwrok'], 'Did you mean network?'],
    ['CONFIG_KEY_UNKNOWN', ['get', 'keystor'], 'Did you mean keystore?'],
    ['CONFIG_SECRET', ['set', 'password', 'hunter2-hunter2'], 'keys import'],
    ['CONFIG_SECRET', ['set', 'private-key', 'x'], 'keys import'],
    ['CONFIG_SECRET', ['set', 'rpc', `0x${'ab'.repeat(32)}`], 'keys import'],
    [
      'CONFIG_SECRET',
      ['set', 'keystore', 'letter advice cage absurd amount doctor acoustic avoid letter advice cage above'],
      'keys import',
    ],
    ['CONFIG_VALUE_INVALID', ['set', 'port-base', 'ninety'], 'Nothing was changed'],
    ['CONFIG_VALUE_INVALID', ['set', 'update-notice', 'maybe'], 'Nothing was changed'],
    ['CONFIG_VALUE_INVALID', ['set', 'rpc-url', 'ethereum.example'], 'Nothing was changed'],
    ['CONFIG_VALUE_INVALID', ['set', 'rpc-url', ''], 'Nothing was changed'],
    ['NETWORK_UNKNOWN', ['set', 'network', 'holesky'], 'sepolia'],
  ])('%s: %o exits 2 and changes nothing', async (code, args, next) => {
    const { stdout, ...outcome } = await config(args)
    expect(outcome).toMatchObject({ code: 2, json: { error: { code, next: expect.stringContaining(next) } } })
    for (const secret of ['hunter2', 'abab', 'absurd']) expect(stdout).not.toContain(secret)
    await expect(readFile(path)).rejects.toThrow('ENOENT')
  })

  it.each([
    ['CONFIG_TOO_NEW', '{"version":2,"network":"sepolia"}'],
    ['CONFIG_INVALID', '{"network":"sepolia"}'],
    ['CONFIG_INVALID', '{"version":1,"network":'],
  ])('%s: exit 9, and the file stays as it was', async (code, content) => {
    path = join(root, 'config.json')
    await writeFile(path, content)
    for (const args of [['set', 'network', 'sepolia'], ['unset', 'network'], ['get']]) {
      expect(await config(args)).toMatchObject({ code: 9, json: { error: { code } } })
    }
    expect(await readFile(path, 'utf8')).toBe(content)
  })

  it('what no command knows any more may be taken out', async () => {
    path = join(root, 'config.json')
    await writeFile(path, '{"version":1,"of-an-old-program":"x"}')
    expect(await config(['unset', 'of-an-old-program'])).toMatchObject({ code: 0, json: { removed: true } })
    expect(await kept()).toEqual({ version: 1 })
  })

  it('a folder that cannot be written is named', async () => {
    await writeFile(join(root, 'new'), 'a file')
    expect(await config(['set', 'network', 'sepolia'])).toMatchObject({ code: 9 })
  })
})

describe('config get', () => {
  const of = async (key: string, env = {}) => (await config(['get', key], env)).json.settings[0]

  it('says what holds, and where it comes from', async () => {
    expect(await of('network')).toEqual({
      key: 'network',
      value: 'devnet',
      source: 'default',
      env: 'METIS_SEQ_NETWORK',
    })
    expect(await of('rpc-url')).toMatchObject({ value: null, source: null })
    await config(['set', 'network', 'sepolia'])
    expect(await of('network')).toMatchObject({ value: 'sepolia', source: 'config' })
    expect(await of('network', { METIS_SEQ_NETWORK: 'andromeda' })).toMatchObject({
      value: 'andromeda',
      source: 'environment',
    })
  })

  it('lists all, and hides what a URL may hold', async () => {
    const secret = '0123456789abcdef0123456789abcdef'
    const set = await config(['set', 'rpc-url', `https://user:word@ethereum.example/v3/${secret}?key=${secret}`])
    const list = await config(['get'])
    expect(list.json.settings.map(({ key }: { key: string }) => key)).toEqual(
      expect.arrayContaining(['data-dir', 'keystore', 'network', 'password-file', 'rpc-url', 'update-notice']),
    )
    expect(list.stdout).toContain('https://ethereum.example/v3/***')
    for (const text of [set.stdout, list.stdout]) expect(text).not.toMatch(/0123456789|word@/)
    expect((await kept())['rpc-url']).toContain(secret)
  })
})

it('config path names every file, and whether it exists', async () => {
  const env = {
    XDG_DATA_HOME: join(root, 'data'),
    XDG_STATE_HOME: join(root, 'state'),
    XDG_CACHE_HOME: join(root, 'c'),
  }
  await config(['set', 'network', 'sepolia'])
  const { json } = await config(['path'], env)
  const found = Object.fromEntries(json.files.map((each: { name: string }) => [each.name, each]))
  expect(found).toMatchObject({
    config: { path, exists: true },
    networks: { path: join(root, 'new', 'networks.json'), exists: false },
    keystore: { path: join(root, 'data', 'metis-seq', 'keystore'), exists: false },
    journal: { path: join(root, 'state', 'metis-seq', 'journal.jsonl'), exists: false },
    state: { path: join(root, 'state', 'metis-seq', 'state.json'), exists: false },
  })
})

it('config path answers where the config file is damaged, too', async () => {
  path = join(root, 'config.json')
  await writeFile(path, 'damaged')
  const { code, json } = await config(['path'])
  expect([code, json.files[0]]).toMatchObject([0, { name: 'config', path, exists: true }])
})

it('a config file takes no flag of a command away', async () => {
  await config(['set', 'network', 'sepolia'])
  const env = { METIS_SEQ_CONFIG: path }
  const { code, stdout } = await cli(['keys', 'list', '--json', '--no-color', '--keystore', root], { env })
  expect({ code, list: JSON.parse(stdout) }).toEqual({ code: 0, list: { keys: [], unreadable: [] } })
})

it('a value in the file that the flag would refuse is named with the file', async () => {
  path = join(root, 'config.json')
  await writeFile(path, '{"version":1,"port-base":"ninety"}')
  const { code, stdout } = await cli(['run', '--devnet', '--json'], { env: { METIS_SEQ_CONFIG: path } })
  expect(code).toBe(9)
  expect(JSON.parse(stdout).error).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining(path) })
})
