import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemContracts } from '../../../src/core/chain/systemContracts.js'
import { bigEndian, bytesToHex } from '../../../src/core/codec/index.js'
import type { Genesis, GenesisAccount } from '../../../src/core/genesis/types.js'
import type { Address, Hash } from '../../../src/core/types/hex.js'
import { createEmbeddedEngine, makeGenesisBlock } from '../../../src/node/execution/embedded/index.js'
import { openDatabase } from '../../../src/node/storage/level.js'
import { genesisAround } from '../../support/network.js'
import { observe } from '../../support/records/observe.js'
import { next } from '../../unit/execution/support.js'
import { binary, cli, project } from '../cli/support.js'

const SEQUENCER: Address = `0x${'5e'.repeat(20)}`
/** So many that an export takes longer than a signal. */
const ACCOUNTS = 20_000
const HEAD = 40

let root: string
/** The hash of each block. */
let hashes: Hash[]

async function genesisOf(accounts: number): Promise<Genesis> {
  const alloc: Record<Address, GenesisAccount> = { ...systemContracts() }
  for (let i = 1; i <= accounts; i++) alloc[bytesToHex(bigEndian(2 ** 40 + i, 20))] = { balance: String(i) }
  const fields = { timestamp: 1_700_000_000, gasLimit: 30_000_000, baseFee: '1000000000' }
  const l2 = { chainId: 108_800, ...fields, alloc, sequencerSet: SEQUENCER, ...(await makeGenesisBlock(alloc, fields)) }
  return genesisAround(l2)
}

/** A folder as a devnet leaves it, in which node 0 has a chain and node 1 has none. */
async function devnet(name: string, genesis: Genesis, blocks: number): Promise<Hash[]> {
  const folder = join(root, name)
  await mkdir(join(folder, 'nodes', '0'), { recursive: true })
  await writeFile(join(folder, 'version'), '2\n')
  await writeFile(join(folder, 'genesis.json'), JSON.stringify(genesis))
  const database = await openDatabase(join(folder, 'nodes', '0', 'chain'))
  const engine = await createEmbeddedEngine({ database, genesis: genesis.l2 })
  const made = [engine.head().hash]
  for (let i = 0; i < blocks; i++) made.push((await engine.execute([], next(engine))).block.hash)
  await engine.close()
  return made
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'metis-seq-snapshot-'))
  hashes = await devnet('one', await genesisOf(ACCOUNTS), HEAD)
  await devnet('other', await genesisOf(3), 1)
}, 120_000)
afterAll(() => rm(root, { recursive: true, force: true }))

const dir = (name: string) => ['--data-dir', join(root, name)]
const run = (...args: string[]) => cli(['snapshot', ...args], { cwd: root, env: { HOME: root } })
async function json(...args: string[]) {
  const { code, stdout, stderr } = await run(...args, '--json')
  return { code, stderr, ...JSON.parse(stdout) }
}
const chainOfNode = (node: number, name = 'one') => join(root, name, 'nodes', String(node), 'chain')

describe('snapshot', () => {
  it('export, show and import hand a state from one node to another', async () => {
    const exported = await run('export', 'state', '--node', '0', ...dir('one'))
    expect(exported).toMatchObject({ code: 0, stderr: expect.stringContaining('Writing the state of node 0') })
    const number = HEAD - 32
    expect(exported.stdout).toContain(`Block ${number} ${hashes[number]}`)
    expect(exported.stdout).toContain(`--expect ${hashes[number]}`)
    const shown = await json('show', 'state')
    expect(shown).toMatchObject({ code: 0, number, hash: hashes[number], genesis: hashes[0], blocks: number + 1 })
    expect(shown.bytes).toBe((await stat(join(root, 'state'))).size)
    const imported = await json('import', 'state', '--node', '1', '--expect', hashes[number] ?? '', ...dir('one'))
    expect(imported).toMatchObject({ code: 0, stderr: '', node: 1, number, trusted: true, nodes: shown.nodes })
    const again = await json('export', 'again', '--node', '1', ...dir('one'))
    expect(again).toMatchObject({ code: 0, number, file: 'again' })
    expect((await readFile(join(root, 'again'))).equals(await readFile(join(root, 'state')))).toBe(true)
  })

  it('says loudly what was not checked', async () => {
    const { code, stdout, stderr } = await run('import', 'state', '--node', '2', ...dir('one'))
    expect([code, stdout]).toEqual([0, expect.stringContaining('Node 2 begins with it at its next start')])
    expect(stderr).toContain(`NOT CHECKED: that block ${HEAD - 32} ${hashes[HEAD - 32]} is on the chain`)
  })

  it.each<[string, number, string[]]>([
    ['DEVNET_NOT_FOUND', 6, ['export', 'new', '--node', '0', '--data-dir', 'nowhere']],
    ['NODE_UNKNOWN', 2, ['export', 'new', '--node', '9', '--data-dir', 'one']],
    ['SNAPSHOT_NO_CHAIN', 9, ['export', 'new', '--node', '3', '--data-dir', 'one']],
    ['BLOCK_UNKNOWN', 9, ['export', 'new', '--node', '0', '--block', '41', '--data-dir', 'one']],
    ['STATE_PRUNED', 9, ['export', 'new', '--node', '1', '--block', '7', '--data-dir', 'one']],
    ['OUTPUT_FAILED', 2, ['export', 'state', '--node', '0', '--data-dir', 'one']],
    ['OUTPUT_FAILED', 2, ['export', 'nowhere/new', '--node', '0', '--data-dir', 'one']],
    ['SNAPSHOT_UNREADABLE', 2, ['import', 'nowhere', '--node', '3', '--data-dir', 'one']],
    ['GENESIS_MISMATCH', 9, ['import', 'state', '--node', '3', '--data-dir', 'other']],
    ['SNAPSHOT_TARGET_USED', 9, ['import', 'state', '--node', '0', '--data-dir', 'one']],
    [
      'SNAPSHOT_UNEXPECTED',
      10,
      ['import', 'state', '--node', '3', '--expect', `0x${'ab'.repeat(32)}`, '--data-dir', 'one'],
    ],
    ['VALUE_INVALID', 2, ['import', 'state', '--node', '3', '--expect', '0x12', '--data-dir', 'one']],
    ['SNAPSHOT_UNREADABLE', 2, ['show', 'nowhere']],
  ])('%s: exit %i for %j', async (code, exit, args) => {
    const { error, ...outcome } = await json(...args)
    expect([error.code, error.exit, outcome.code, outcome.stderr]).toEqual([code, exit, exit, ''])
    expect(error.next).toMatch(/\S/)
    await expect(stat(join(root, 'new'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('refuses the data of a node that runs', async () => {
    const held = await openDatabase(chainOfNode(0))
    const [out, into] = [
      await json('export', 'new', '--node', '0', ...dir('one')),
      await json('import', 'state', '--node', '0', ...dir('one')),
    ]
    await held.close()
    expect([out.error.code, out.code, into.error.code, into.code]).toEqual(['DATABASE_IN_USE', 9, 'DATABASE_IN_USE', 9])
  })

  it.each<[string, (whole: Buffer) => Buffer]>([
    ['cut off', (whole) => whole.subarray(0, -1)],
    ['cut off in the middle', (whole) => whole.subarray(0, 100_000)],
    ['longer', (whole) => Buffer.concat([whole, Buffer.of(0)])],
    ['empty', () => Buffer.of()],
    ['with a byte of the state changed', (whole) => flipped(whole, whole.length - 5000)],
    ['with a byte of a block changed', (whole) => flipped(whole, 400)],
    ['with a byte of its sum changed', (whole) => flipped(whole, whole.length - 1)],
  ])('refuses a file that is damaged: %s', async (name, damage) => {
    await writeFile(join(root, name), damage(await readFile(join(root, 'state'))))
    const [shown, imported] = [await json('show', name), await json('import', name, '--node', '3', ...dir('one'))]
    expect([shown.error.code, shown.code]).toEqual(['SNAPSHOT_DAMAGED', 9])
    expect([imported.error.code, imported.code]).toEqual(['SNAPSHOT_DAMAGED', 9])
    await expect(stat(chainOfNode(3))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('is newer than the program', async () => {
    const whole = await readFile(join(root, 'state'))
    whole[8] = 2
    await writeFile(join(root, 'later'), whole)
    expect(await json('show', 'later')).toMatchObject({ code: 9, error: { code: 'SNAPSHOT_TOO_NEW', exit: 9 } })
  })

  it.each([
    ['export', ['new', '--node', '0']],
    ['import', ['state', '--node', '3']],
  ])('%s leaves nothing at Ctrl-C', async (command, args) => {
    const words = ['snapshot', command, ...args, ...dir('one')]
    const child = spawn(process.execPath, [binary, ...words], {
      cwd: root,
      env: { PATH: process.env.PATH ?? '', HOME: root },
    })
    const outcome = observe(child, words)
    await once(child.stderr, 'data')
    child.kill('SIGINT')
    expect(await outcome).toMatchObject({ code: 130, stdout: '', stderr: expect.stringContaining('Interrupted') })
    expect((await readdir(root)).filter((name) => name.startsWith('new'))).toEqual([])
    await expect(stat(chainOfNode(3))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

function flipped(whole: Buffer, at: number): Buffer {
  const bytes = Buffer.from(whole)
  bytes[at] = (bytes[at] ?? 0) ^ 1
  return bytes
}

it('run takes a state history of 64 blocks or more, or all', async () => {
  const { code, stdout } = await cli(['run', '--devnet', '--state-history', '63', '--json'], { cwd: project })
  expect([code, JSON.parse(stdout).error]).toMatchObject([2, { code: 'VALUE_INVALID', exit: 2 }])
})
