import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checksumAddress, hexToBytes, keccak256 } from '../../../src/core/codec/index.js'
import { fileJournal } from '../../../src/l1/journal/file.js'
import { startAnvil } from '../../support/anvil.js'
import { cli } from '../cli/support.js'
import { openStage, type Stage } from '../staking/support.js'

const SECRET = '0123456789abcdef0123456789abcdef'
let stage: Stage
let root: string
beforeAll(async () => {
  stage = await openStage()
  root = join(stage.dataDir, '..')
  const contracts = join(root, 'contracts.json')
  await writeFile(contracts, JSON.stringify({ LockingPool: stage.descriptor.contracts.lockingPool }))
  const flags = ['--contracts', contracts, '--rpc-url', withSecret(stage.anvil.url)]
  expect(await stage.run(['networks', 'add', 'mine', ...flags])).toMatchObject({ code: 0 })
})
afterAll(() => stage?.close())

/** The same endpoint with a key in its query, which anvil does not mind. */
const withSecret = (url: string) => `${url}/?key=${SECRET}`
const networks = async (...args: string[]) => {
  const outcome = await stage.run(['networks', ...args])
  expect(outcome.stdout + outcome.stderr).not.toContain(SECRET)
  return outcome
}
const inUse = async () => (await networks('list')).json.inUse

describe('networks use', () => {
  it('makes a network the default, and list marks it', async () => {
    expect(await inUse()).toBe('devnet')
    expect(await networks('use', 'mine')).toMatchObject({ code: 0, json: { inUse: 'mine', answered: null } })
    expect(await stage.run(['status'])).toMatchObject({ code: 0, json: { network: 'mine' } })
    const { json } = await networks('list')
    const marks = json.networks.map(({ name, inUse: used }: { name: string; inUse: boolean }) => [name, used])
    expect(marks).toEqual([
      ['andromeda', false],
      ['sepolia', false],
      ['mine', true],
    ])
    expect(await networks('use', 'devnet')).toMatchObject({ code: 0 })
    expect(await stage.run(['status', '--data-dir', stage.dataDir])).toMatchObject({ json: { network: 'devnet' } })
  })

  it('keeps more endpoints, those that were there staying', async () => {
    const used = await networks('use', 'mine', '--second-rpc-url', withSecret(stage.anvil.url))
    const shown = stage.anvil.url
    expect(used.json).toEqual({
      inUse: 'mine',
      endpoints: { rpcUrl: shown, secondRpcUrl: shown, l2RpcUrl: null },
      answered: true,
    })
    expect((await stat(join(root, 'networks.json'))).mode & 0o777).toBe(0o600)
  })

  it('reads one that holds a key from standard input, away from the command line', async () => {
    const args = ['networks', 'use', 'mine', '--rpc-url', '-', '--json']
    const { code, stdout, stderr } = await cli(args, { env: stage.settings, input: `${withSecret(stage.anvil.url)}\n` })
    expect({ code, shown: (stdout + stderr).includes(SECRET) }).toEqual({ code: 0, shown: false })
    expect(JSON.parse(stdout)).toMatchObject({ endpoints: { rpcUrl: stage.anvil.url }, answered: true })
    expect(await readFile(join(root, 'networks.json'), 'utf8')).toContain(SECRET)
    const empty = await cli(args, { env: stage.settings, input: '' })
    expect(empty).toMatchObject({ code: 2, stdout: expect.stringContaining('RPC_URL_INVALID') })
  })

  it('refuses an endpoint of another chain or without the contracts, and keeps nothing of it', async () => {
    const before = await readFile(join(root, 'networks.json'), 'utf8')
    const wrong = await networks('use', 'sepolia', '--rpc-url', withSecret(stage.anvil.url))
    expect(wrong).toMatchObject({ code: 6, json: { error: { code: 'WRONG_CHAIN' } } })
    const other = await networks('use', 'mine', '--l2-rpc-url', withSecret(stage.anvil.url))
    expect(other).toMatchObject({ code: 6, json: { error: { code: 'WRONG_CHAIN' } } })
    const empty = await startAnvil()
    try {
      const bare = await networks('use', 'mine', '--rpc-url', empty.url)
      expect(bare).toMatchObject({ code: 6, json: { error: { code: 'CONTRACT_MISSING' } } })
    } finally {
      await empty.stop()
    }
    expect(await networks('use', 'mine', '--rpc-url', 'ftp://x')).toMatchObject({ code: 2 })
    expect(await networks('use', 'holesky')).toMatchObject({ code: 2, json: { error: { code: 'NETWORK_UNKNOWN' } } })
    expect(await networks('use', 'devnet', '--rpc-url', stage.anvil.url)).toMatchObject({ code: 2 })
    expect(await readFile(join(root, 'networks.json'), 'utf8')).toBe(before)
    expect(await inUse()).toBe('mine')
  })

  it('keeps one of a preset that does not answer now, and says so', async () => {
    const used = await networks('use', 'sepolia', '--rpc-url', `http://127.0.0.1:1/${SECRET}`)
    expect(used).toMatchObject({ code: 0, json: { answered: false } })
    expect(used.stderr).toContain('http://127.0.0.1:1/***')
    expect(await stage.run(['status'])).toMatchObject({ code: 6, json: { error: { code: 'RPC_UNREACHABLE' } } })
    expect(await networks('show', 'sepolia', '--check')).toMatchObject({ code: 6 })
  })
})

describe('networks show', () => {
  it('asks nothing of the network without --check', async () => {
    expect(await networks('show', 'sepolia')).toMatchObject({
      code: 0,
      json: { name: 'sepolia', origin: 'preset', l2ChainId: '59902', checked: false },
    })
    expect(await networks('show', 'andromeda', '--check')).toMatchObject({
      code: 2,
      json: { error: { code: 'RPC_URL_MISSING' } },
    })
  })

  it('with it every endpoint is asked', async () => {
    expect(await networks('show', 'mine', '--check')).toMatchObject({ code: 0, json: { checked: true } })
    const devnet = await networks('show', 'devnet', '--data-dir', stage.dataDir, '--check')
    expect(devnet).toMatchObject({ code: 0, json: { origin: 'devnet', endpoints: { rpcUrl: stage.anvil.url } } })
  })
})

/** Which endpoint `status` asks: each but the kept one is a port where nobody listens. */
it('precedence: flag, environment, config file, network, default', async () => {
  const at = (port: number) => `http://127.0.0.1:${port}`
  const asked = async (args: string[], env: Record<string, string>) => {
    const { json } = await stage.run(['status', ...args], env)
    return json.error?.details.url ?? json.network
  }
  await networks('use', 'mine')
  expect(await asked([], {})).toBe('mine')
  await stage.run(['config', 'set', 'rpc-url', at(11)])
  expect(await asked([], {})).toBe(at(11))
  const env = { METIS_SEQ_RPC_URL: at(12) }
  expect(await asked([], env)).toBe(at(12))
  expect(await asked(['--rpc-url', at(13)], env)).toBe(at(13))
  await stage.run(['config', 'unset', 'rpc-url'])
  const got = await stage.run(['config', 'get', 'rpc-url'])
  expect(got.json.settings[0]).toMatchObject({ value: stage.anvil.url, source: 'network' })
  expect(await asked([], { METIS_SEQ_NETWORK: 'devnet', METIS_SEQ_DATA_DIR: stage.dataDir })).toBe('devnet')
  await stage.run(['config', 'unset', 'network'])
  expect(await asked(['--data-dir', stage.dataDir], {})).toBe('devnet')
})

describe('networks remove', () => {
  it('forgets the endpoints of a preset, once', async () => {
    expect(await networks('remove', 'sepolia')).toMatchObject({ code: 0 })
    for (const name of ['sepolia', 'devnet']) {
      expect(await networks('remove', name)).toMatchObject({ code: 2, json: { error: { code: 'NOTHING_TO_REMOVE' } } })
    }
  })

  it('does not remove the network in use, nor one with transactions under way', async () => {
    await networks('use', 'mine')
    expect(await networks('remove', 'mine')).toMatchObject({ code: 3, json: { error: { code: 'NETWORK_IN_USE' } } })
    await networks('use', 'devnet')
    const hash = keccak256(hexToBytes('0x01'))
    const from = `0x${'cd'.repeat(20)}` as const
    const journal = fileJournal(stage.journal, Date.now)
    const sent = { chainId: 31337n, network: 'mine', from, nonce: 0, title: 'lock', raw: '0x01' } as const
    await journal.append({ event: 'signed', hash, ...sent })
    const refused = await networks('remove', 'mine')
    expect(refused).toMatchObject({ code: 3, json: { error: { code: 'NETWORK_NEEDED', details: { hashes: [hash] } } } })
    await journal.append({ event: 'refused', hash, reason: 'a test' })
    expect(await networks('remove', 'mine')).toMatchObject({ code: 0, json: { removed: 'mine' } })
    expect(await stage.run(['status', '--network', 'mine'])).toMatchObject({ code: 2 })
  })
})

it('a file of version 1 is taken over, with the endpoint of each network', async () => {
  const path = join(root, 'networks.json')
  const { lockingInfo, metis, bridge, lockingPool } = stage.descriptor.contracts
  const contracts = { lockingInfo, metis, bridge, lockingPool }
  const old = { name: 'old', rpcUrl: withSecret(stage.anvil.url), l1ChainId: '31337', l2ChainId: '1001', contracts }
  await writeFile(path, JSON.stringify({ version: 1, networks: [old] }))
  expect(await stage.run(['status', '--network', 'old'])).toMatchObject({ code: 0, json: { network: 'old' } })
  expect(JSON.parse(await readFile(path, 'utf8')).version).toBe(1)
  await networks('use', 'old', '--second-rpc-url', stage.anvil.url)
  const checked = Object.entries(contracts).map(([name, address]) => [name, checksumAddress(address)])
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({
    version: 2,
    networks: [{ name: 'old', l1ChainId: '31337', l2ChainId: '1001', contracts: Object.fromEntries(checked) }],
    endpoints: { old: { rpcUrl: old.rpcUrl, secondRpcUrl: stage.anvil.url, l2RpcUrl: null } },
  })
})
