import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { networkIdOf } from '../../../src/core/consensus/digest.js'
import { devnetAccounts } from '../../../src/devnet/accounts.js'
import { beginNodeGuard } from '../../../src/node/guard.js'
import { openSealGuard, sealKeyOf } from '../../../src/node/sequencer/seals.js'
import { openDatabase } from '../../../src/node/storage/level.js'
import { genesisAround } from '../../support/network.js'
import { cli } from '../cli/support.js'

const hash = (n: number) => `0x${n.toString(16).padStart(64, '0')}` as const
const genesis = genesisAround({
  chainId: 2,
  timestamp: 1,
  gasLimit: 30_000_000,
  baseFee: '1',
  alloc: {},
  sequencerSet: `0x${'42'.repeat(20)}`,
  hash: hash(1),
  stateRoot: hash(1),
})
const networkId = networkIdOf(genesis)
const keys = devnetAccounts(4).sequencers

/** The term that the nodes of the devnet tell. */
let term = 7
let root: string
const nodes = createServer((_, response) => response.end(JSON.stringify({ networkId, term: { term } })))

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'metis-seq-guards-'))
  nodes.listen(0, '127.0.0.1')
  await once(nodes, 'listening')
  await devnet('one', genesis)
  await devnet('other', { ...genesis, salt: hash(2) })
  for (const index of [0, 1])
    await beginNodeGuard({ ...place(index), networkId, address: keys[index]?.address ?? '0x' })
  await seal(0, 3, 12)
})
afterAll(async () => {
  nodes.close()
  await rm(root, { recursive: true, force: true })
})

/** A folder as a devnet leaves it; all its nodes are the server above. */
async function devnet(name: string, document: object): Promise<void> {
  const folder = join(root, name)
  await mkdir(folder)
  await writeFile(join(folder, 'version'), '2\n')
  await writeFile(join(folder, 'genesis.json'), JSON.stringify(document))
  const address = `0x${'aa'.repeat(20)}`
  const http = `http://127.0.0.1:${(nodes.address() as AddressInfo).port}`
  const names = ['metis', 'lockingInfo', 'lockingPool', 'bridge', 'stateCommitmentChain', 'inbox', 'sequencerSet']
  const node = {
    index: 0,
    address,
    stake: '0',
    state: 'running',
    rpc: http,
    ws: http,
    rest: `${http}/v1`,
    metrics: http,
  }
  const descriptor = {
    version: 1,
    l1: { url: http, chainId: 1 },
    l2: { chainId: 2 },
    contracts: Object.fromEntries(names.map((each) => [each, address])),
    group: address,
    admin: { address, privateKey: hash(3) },
    nodes: [node],
    spare: { index: 4, address, publicKey: `0x${'00'.repeat(64)}`, keystore: '', passwordFile: '' },
    accounts: [],
  }
  await writeFile(join(folder, 'devnet.json'), JSON.stringify(descriptor))
}

function place(index: number) {
  return { directory: join(root, 'one', 'nodes', String(index)) }
}

async function seal(index: number, of: number, number: number): Promise<void> {
  const database = await openDatabase(join(place(index).directory, 'guard'))
  try {
    await openSealGuard(database, networkId, sealKeyOf(keys[index]?.privateKey ?? new Uint8Array()))(
      of,
      number,
      hash(number),
    )
  } finally {
    await database.close()
  }
}

async function guard(...args: string[]) {
  const all = ['guard', ...args, '--json']
  const { code, stdout, stderr } = await cli(args.includes('--data-dir') ? all : [...all, '--data-dir', 'one'], {
    cwd: root,
    env: { HOME: root },
  })
  return { code, stderr, ...JSON.parse(stdout) }
}

describe('guard', () => {
  it('show, export and import hand over what a key signed, in a file for its owner alone', async () => {
    const last = { term: 3, number: 12, hash: hash(12) }
    expect(await guard('show', '--node', '0')).toMatchObject({
      code: 0,
      usable: true,
      last,
      floor: { term: 3, number: 12 },
    })
    // The folder as it goes to another machine: the key with it, the guard apart.
    await cp(join(root, 'one'), join(root, 'two'), { recursive: true })
    await rm(join(root, 'two', 'nodes'), { recursive: true })
    const exported = await guard('export', 'guard.json', '--node', '0')
    expect(exported).toMatchObject({ code: 0, file: 'guard.json', usable: false, last, networkId })
    expect((await stat(join(root, 'guard.json'))).mode & 0o777).toBe(0o600)
    expect(await guard('import', 'guard.json', '--node', '0', '--data-dir', 'two')).toMatchObject({
      code: 0,
      usable: true,
      last,
      address: keys[0]?.address,
    })
    await expect(seal(0, 3, 13)).rejects.toMatchObject({ code: 'GUARD_MOVED' })
  })

  it('says it to a person, too', async () => {
    const { code, stdout } = await cli(['guard', 'show', '--node', '0', '--data-dir', 'one'], { cwd: root })
    expect(code).toBe(0)
    expect(stdout).toMatch(/Last signed +block 12 of term 3 as 0x/)
    expect(stdout).toMatch(/Signs here +no: The guard of 0x[0-9a-f]{40} was exported/)
  })

  it('begins after the term that the nodes tell, or after a later one that is given', async () => {
    expect(await guard('begin', '--node', '2')).toMatchObject({ code: 0, usable: true, last: null, floor: { term: 7 } })
    term = 9
    expect(await guard('begin', '--node', '3', '--after-term', '11')).toMatchObject({ code: 0, floor: { term: 11 } })
  })

  it.each<[string, number, string[]]>([
    ['GUARD_MISSING', 9, ['show', '--node', '4']],
    ['GUARD_MISSING', 9, ['export', 'new', '--node', '4']],
    ['OUTPUT_FAILED', 2, ['export', 'guard.json', '--node', '1']],
    ['GUARD_FOREIGN', 9, ['import', 'guard.json', '--node', '1']],
    ['GUARD_FOREIGN', 9, ['import', 'guard.json', '--node', '0', '--data-dir', 'other']],
    ['GUARD_NOT_BACK', 3, ['import', 'guard.json', '--node', '0']],
    ['GUARD_FILE_DAMAGED', 9, ['import', 'damaged.json', '--node', '0']],
    ['INPUT_UNREADABLE', 2, ['import', 'nowhere', '--node', '0']],
    ['GUARD_EXISTS', 3, ['begin', '--node', '1']],
    ['GUARD_TERM_LOW', 3, ['begin', '--node', '4', '--after-term', '8']],
    ['GUARD_TERM_UNKNOWN', 6, ['begin', '--node', '4', '--data-dir', 'other']],
    ['DEVNET_NOT_FOUND', 6, ['show', '--node', '0', '--data-dir', 'nowhere']],
    ['NODE_UNKNOWN', 2, ['show', '--node', '9']],
  ])('%s: exit %i for %j', async (code, exit, args) => {
    await writeFile(
      join(root, 'damaged.json'),
      (await readFile(join(root, 'guard.json'), 'utf8')).replace('"number": 12', '"number": 11'),
    )
    const { error, ...outcome } = await guard(...args)
    expect([error.code, error.exit, outcome.code, outcome.stderr]).toEqual([code, exit, exit, ''])
    expect(error.next).toMatch(/\S/)
    await expect(stat(join(root, 'new'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('of a node that runs is refused', async () => {
    const held = await openDatabase(join(place(0).directory, 'guard'))
    const outcomes = [
      await guard('show', '--node', '0'),
      await guard('export', 'new', '--node', '0'),
      await guard('import', 'guard.json', '--node', '0'),
      await guard('begin', '--node', '0'),
    ]
    await held.close()
    expect(outcomes.map(({ code, error }) => [code, error.code])).toEqual(Array(4).fill([9, 'DATABASE_IN_USE']))
  })
})
