import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { cli } from './support.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metis-seq-refusals-'))
  await writeFile(join(folder, 'networks.json'), '{')
  await writeFile(join(folder, 'blocks.json'), '{"meta":{},"blocks":[]}')
  await writeFile(join(folder, 'genesis.json'), '{"version":1}')
  await writeFile(join(folder, 'too-new.json'), '{"version":2}')
})
afterAll(() => rm(folder, { recursive: true }))

const ACCOUNT = `0x${'77'.repeat(20)}`
const CONFIG = 'METIS_SEQ_CONFIG'

it.each<[string, number, string[], Record<string, string>?]>([
  ['INPUT_INVALID', 2, ['batch', 'encode', 'blocks.json', '--format', 'span']],
  ['GENESIS_INVALID', 9, ['derive', '--l1-url', 'http://127.0.0.1:1', '--genesis', 'genesis.json']],
  ['FLAG_MISSING', 2, ['derive', '--l1-url', 'http://127.0.0.1:1', '--genesis', 'genesis.json', '--check']],
  ['DEVNET_NOT_FOUND', 6, ['derive']],
  ['DEVNET_NOT_FOUND', 6, ['devnet', 'nodes']],
  ['DEVNET_NOT_FOUND', 6, ['devnet', 'start', '0']],
  ['DEVNET_NOT_FOUND', 6, ['devnet', 'stop', '0']],
  ['NODE_UNREACHABLE', 6, ['rotation', '--rest', 'http://127.0.0.1:1/v1']],
  ['KEYSTORE_UNREADABLE', 9, ['keys', 'list', '--keystore', 'genesis.json']],
  ['NETWORKS_INVALID', 9, ['networks', 'list']],
  ['DEVNET_NOT_FOUND', 6, ['register', '--from', ACCOUNT, '--signer', 'nobody']],
  ['VALUE_INVALID', 2, ['rewards', 'recipient', '0x12', '--from', 'owner']],
  ['VALUE_INVALID', 2, ['owner', 'transfer', '0x12', '--from', 'owner']],
  ['VALUE_INVALID', 2, ['whitelist', 'check', '0x12']],
  ['DEVNET_NOT_FOUND', 6, ['whitelist', 'check', ACCOUNT]],
  ['CONFIG_INVALID', 9, ['keys', 'list'], { [CONFIG]: 'networks.json' }],
  ['CONFIG_TOO_NEW', 9, ['keys', 'list'], { [CONFIG]: 'too-new.json' }],
])('%s: exit %i for %j', async (code, exit, args, change) => {
  const env = { HOME: folder, [CONFIG]: join(folder, 'config.json'), ...change }
  const outcome = await cli([...args, '--json'], { env, cwd: folder })
  const { error } = JSON.parse(outcome.stdout)
  expect([error.code, error.exit, outcome.code, outcome.stderr]).toEqual([code, exit, exit, ''])
  expect(error.next).toMatch(/\S/)
})
