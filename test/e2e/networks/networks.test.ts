import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStage, type Stage } from '../staking/support.js'

let stage: Stage
let file: string
beforeAll(async () => {
  stage = await openStage()
  file = join(stage.dataDir, 'contracts.json')
  await writeFile(file, JSON.stringify({ LockingPool: stage.descriptor.contracts.lockingPool }))
})
afterAll(() => stage?.close())

const add = (name: string, contracts: string, ...more: string[]) =>
  stage.run(['networks', 'add', name, '--contracts', contracts, '--rpc-url', stage.anvil.url, ...more])

describe('a network of the user', () => {
  it('needs its LockingPool alone, and is then known by name with its endpoint', async () => {
    const { lockingInfo, metis, bridge, lockingPool } = stage.descriptor.contracts
    const added = await add('mine', file)
    expect(added).toMatchObject({
      code: 0,
      json: { name: 'mine', l1ChainId: '31337', contracts: { lockingInfo, metis, bridge, lockingPool } },
    })
    expect(added.stdout).not.toContain(stage.anvil.url)
    const listed = await stage.run(['networks', 'list'])
    expect(listed.json.networks.map(({ name }: { name: string }) => name)).toEqual(['andromeda', 'sepolia', 'mine'])
    expect(await stage.run(['status', '--network', 'mine'])).toMatchObject({ code: 0, json: { network: 'mine' } })
    const owner = `0x${'99'.repeat(20)}`
    expect(await stage.run(['whitelist', 'check', owner, '--network', 'mine'])).toMatchObject({
      code: 10,
      json: { network: 'mine', whitelisted: false },
    })
  })

  it('takes the file of a devnet', async () => {
    expect(await add('same', join(stage.dataDir, 'devnet.json'))).toMatchObject({ code: 0 })
  })

  it.each<[string, number, string, object | string]>([
    ['NETWORK_NAME_INVALID', 2, 'sepolia', {}],
    ['NETWORK_NAME_INVALID', 2, '../up', {}],
    ['CONTRACTS_INVALID', 2, 'other', {}],
    ['CONTRACTS_INVALID', 2, 'other', { lockingPool: '0x12' }],
    ['CONTRACTS_INVALID', 2, 'other', 'no JSON'],
  ])('%s: exit %i for %s', async (code, exit, name, content) => {
    const bad = join(stage.dataDir, 'bad.json')
    await writeFile(bad, typeof content === 'string' ? content : JSON.stringify(content))
    expect(await add(name, bad)).toMatchObject({ code: exit, json: { error: { code } } })
  })

  it('is refused where the chain says otherwise', async () => {
    const bad = join(stage.dataDir, 'bad.json')
    const { lockingPool } = stage.descriptor.contracts
    await writeFile(bad, JSON.stringify({ lockingPool, metis: `0x${'12'.repeat(20)}` }))
    expect(await add('other', bad)).toMatchObject({ code: 6, json: { error: { code: 'NETWORK_MISMATCH' } } })
    await writeFile(bad, JSON.stringify({ lockingPool, l1_chain_id: 5 }))
    expect(await add('other', bad)).toMatchObject({ code: 6, json: { error: { code: 'NETWORK_MISMATCH' } } })
    const away = await stage.run(['networks', 'add', 'other', '--contracts', file, '--rpc-url', 'http://127.0.0.1:1'])
    expect(away).toMatchObject({ code: 6, json: { error: { code: 'RPC_UNREACHABLE' } } })
  })

  it('a damaged or newer file of networks is refused, not overwritten', async () => {
    const path = join(stage.dataDir, '..', 'networks.json')
    for (const [text, code] of [
      ['{', 'NETWORKS_INVALID'],
      ['{"version":3}', 'NETWORKS_TOO_NEW'],
    ] as const) {
      await writeFile(path, text)
      expect(await add('again', file)).toMatchObject({ code: 9, json: { error: { code } } })
      expect(await stage.run(['networks', 'list'])).toMatchObject({ code: 9, json: { error: { code } } })
      expect(await readFile(path, 'utf8')).toBe(text)
    }
  })
})
