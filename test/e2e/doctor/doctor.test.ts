import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Checked } from '../../../src/cli/doctor/check.js'
import { hexToBytes, keccak256 } from '../../../src/core/codec/index.js'
import { fileJournal } from '../../../src/l1/journal/file.js'
import { startAnvil } from '../../support/anvil.js'
import { openStage, type Stage } from '../staking/support.js'

let stage: Stage
let root: string
/** A port base that is free, so that nothing of this machine shows. */
let base: number
const closing: (() => unknown)[] = []
beforeAll(async () => {
  stage = await openStage()
  root = join(stage.dataDir, '..')
  await stage.key('owner')
  await chmod(stage.passwordFile, 0o600)
  base = 20_000 + 10 * (process.pid % 1000)
})
afterAll(() => stage?.close())
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
  for (const name of ['config.json', 'networks.json', 'journal.jsonl']) await rm(join(root, name), { force: true })
})

async function doctor(args: string[] = [], env: Record<string, string> = {}) {
  const flags = [
    '--port-base',
    String(base),
    ...(args.includes('--data-dir') ? [] : ['--data-dir', stage.dataDir]),
    ...args,
  ]
  const { code, json, stdout } = await stage.run(['doctor', ...flags], env)
  const found = (name: string): Checked[] => json.checks.filter((each: Checked) => each.name === name)
  const worst = (name: string) => found(name).map(({ status }) => status)
  return { code, json, stdout, found, worst }
}

describe('on a machine that is well', () => {
  it('every check is ok, and nothing was changed', async () => {
    const { code, json } = await doctor()
    const bad = json.checks.filter(({ status }: Checked) => status !== 'ok')
    // Where secp256k1 has no binary that is a warning; all else has to be well.
    expect(bad.filter(({ name }: Checked) => name !== 'secp256k1')).toEqual([])
    expect({ code, problems: json.problems }).toEqual({ code: 0, problems: 0 })
    expect(Object.keys(json)).toEqual(['problems', 'warnings', 'checks'])
    const names = [...new Set(json.checks.map(({ name }: Checked) => name))]
    for (const name of ['node', 'kzg', 'leveldb', 'keystore', 'disk-journal', 'journal', 'l1', 'clock', 'ports']) {
      expect(names).toContain(name)
    }
    await expect(readFile(stage.journal)).rejects.toThrow('ENOENT')
  })
})

describe('the L1 endpoint', () => {
  it('that does not answer is one problem, and hides no other check', async () => {
    const { code, json, worst } = await doctor(['--rpc-url', 'http://127.0.0.1:9/0123456789abcdef0123?key=s3cret'])
    expect(code).toBe(10)
    expect(json.problems).toBe(1)
    expect(worst('l1')).toEqual(['problem'])
    expect(worst('l1-contracts')).toEqual(['warning'])
    expect(worst('keystore')).toEqual(['ok'])
    expect(JSON.stringify(json)).not.toMatch(/s3cret|0123456789abcdef/)
  })

  it('that is another chain, or has no contracts', async () => {
    const empty = await startAnvil()
    closing.push(() => empty.stop())
    const bare = await doctor(['--rpc-url', empty.url])
    expect([bare.code, bare.worst('l1'), bare.worst('l1-contracts')]).toEqual([10, ['ok'], ['problem']])
    const other = await doctor(['--network', 'sepolia', '--rpc-url', empty.url])
    expect([other.code, other.worst('l1')]).toEqual([10, ['problem']])
    expect(other.found('l1')[0]?.found).toContain('is chain 31337, not 11155111')
  })

  it('that is not known is a problem of a network, and a warning where none was chosen', async () => {
    expect((await doctor(['--network', 'sepolia'])).code).toBe(10)
    const { code, json } = await stage.run(['doctor', '--port-base', String(base)], {
      METIS_SEQ_STATE: '/nonexistent/state',
    })
    expect(code).toBe(0)
    expect(json.checks.find(({ name }: Checked) => name === 'l1').status).toBe('warning')
  })

  it('of a devnet that was started and is down says how to start it', async () => {
    const dataDir = join(root, 'down')
    await mkdir(dataDir)
    const text = await readFile(join(stage.dataDir, 'devnet.json'), 'utf8')
    await writeFile(join(dataDir, 'devnet.json'), text.replaceAll(stage.anvil.url, 'http://127.0.0.1:9'))
    const { code, found } = await doctor(['--data-dir', dataDir])
    expect(code).toBe(10)
    expect(found('l1')[0]).toMatchObject({ status: 'problem', mend: expect.stringContaining('run --devnet') })
  })

  it('whose clock or chain is elsewhere in time, or that still synchronises, shows it', async () => {
    const fake = await pretend({ timestamp: Math.floor(Date.now() / 1000) - 600, offset: -3600, syncing: true })
    const { worst, found } = await doctor(['--rpc-url', fake])
    expect([worst('clock'), worst('l1-syncing')]).toEqual([['problem'], ['problem']])
    expect(found('clock')[0]?.found).toMatch(/36\d\d s ahead of the endpoint/)
    expect(found('l1-syncing')[0]?.found).toContain('at block 16 of 32')
  })
})

describe('the second endpoint', () => {
  const keep = async (secondRpcUrl: string) => {
    const { lockingInfo, metis, bridge, lockingPool } = stage.descriptor.contracts
    const contracts = { lockingInfo, metis, bridge, lockingPool }
    const mine = { name: 'mine', l1ChainId: '31337', l2ChainId: '1001', contracts }
    const endpoints = { mine: { rpcUrl: stage.anvil.url, secondRpcUrl, l2RpcUrl: null } }
    await writeFile(join(root, 'networks.json'), JSON.stringify({ version: 2, networks: [mine], endpoints }), {
      mode: 0o600,
    })
    const { code, found } = await doctor(['--network', 'mine'])
    return { code, ...found('second-l1')[0] }
  }

  it('agrees, tells another story, or is away', async () => {
    expect(await keep(stage.anvil.url)).toMatchObject({ code: 0, status: 'ok' })
    const other = await startAnvil()
    closing.push(() => other.stop())
    await other.provider.send('evm_increaseTime', [5])
    await other.provider.send('anvil_mine', ['0x30'])
    expect(await keep(other.url)).toMatchObject({
      code: 10,
      status: 'problem',
      found: expect.stringContaining('different'),
    })
    expect(await keep('http://127.0.0.1:9')).toMatchObject({ code: 10, status: 'problem' })
  })
})

describe('files', () => {
  it('a damaged config file is found, and does not stop the rest', async () => {
    await writeFile(join(root, 'config.json'), '{"version":2}', { mode: 0o600 })
    const { code, worst, found } = await doctor()
    expect([code, worst('config'), worst('l1')]).toEqual([10, ['problem'], ['ok']])
    expect(found('config')[0]?.mend).toContain('Update metis-seq')
  })

  it('a setting that nobody knows and rights that are too wide are warnings', async () => {
    await writeFile(join(root, 'config.json'), '{"version":1,"keystor":"/x"}')
    await chmod(join(root, 'config.json'), 0o644)
    const { code, found } = await doctor()
    expect(code).toBe(0)
    expect(found('config').map(({ status, mend }) => [status, mend])).toEqual([
      ['warning', expect.stringContaining('Did you mean keystore?')],
      ['warning', `Run \`chmod 600 ${join(root, 'config.json')}\`.`],
      ['ok', null],
    ])
  })

  it('keys and passwords that others can reach, and files that are no keys', async () => {
    const keystore = join(root, 'wide')
    await mkdir(keystore)
    await copyFile(join(stage.keystore, 'owner.json'), join(keystore, 'owner.json'))
    await writeFile(join(keystore, 'bad.json'), 'no key', { mode: 0o600 })
    await writeFile(join(keystore, '.left.json.0.tmp'), '', { mode: 0o600 })
    await chmod(join(keystore, 'owner.json'), 0o644)
    await chmod(keystore, 0o777)
    const password = join(root, 'readable')
    await writeFile(password, 'one that others could read')
    await chmod(password, 0o644)
    const { code, found, worst, stdout } = await doctor(['--keystore', keystore, '--password-file', password])
    expect(code).toBe(10)
    expect(
      found('keystore')
        .map(({ status }) => status)
        .sort(),
    ).toEqual(['ok', 'problem', 'problem', 'warning', 'warning'])
    expect(worst('password-file')).toEqual(['problem'])
    expect(stdout).not.toContain('one that others could read')
    await rm(password) // else the last look at all files would find it in its own
    expect((await doctor(['--password-file', '/nonexistent'])).worst('password-file')).toEqual(['problem'])
  })

  it('transactions under way are a warning, a damaged journal a problem', async () => {
    const sent = { chainId: 31337n, network: 'mine', from: `0x${'cd'.repeat(20)}`, nonce: 4, raw: '0x01' } as const
    const journal = fileJournal(stage.journal, Date.now)
    await journal.append({ event: 'signed', hash: keccak256(hexToBytes(sent.raw)), title: 'lock 20000 METIS', ...sent })
    const { code, found } = await doctor()
    expect(code).toBe(0)
    expect(found('journal')[0]).toMatchObject({ status: 'warning', mend: expect.stringContaining('tx resume') })
    expect(found('journal')[0]?.found).toContain('"lock 20000 METIS" on mine (nonce 4)')
    await writeFile(stage.journal, 'nonsense\nmore\n')
    expect(await doctor()).toMatchObject({ code: 10 })
  })
})

it('a port that somebody else has is named', async () => {
  const server = createServer()
  await new Promise<void>((done) => server.listen(base + 1, '127.0.0.1', done))
  closing.push(() => server.close())
  const { code, found } = await doctor()
  expect([code, found('ports')[0]?.status]).toEqual([0, 'warning'])
  expect(found('ports')[0]?.found).toContain(String(base + 1))
})

/** An endpoint of the devnet's chain that says what no anvil says. */
async function pretend(says: { timestamp: number; offset: number; syncing: boolean }): Promise<string> {
  const answers: Record<string, unknown> = {
    eth_chainId: '0x7a69',
    eth_getCode: '0x60',
    eth_syncing: says.syncing && { currentBlock: '0x10', highestBlock: '0x20' },
    eth_getBlockByNumber: {
      number: '0x10',
      timestamp: `0x${says.timestamp.toString(16)}`,
      hash: `0x${'11'.repeat(32)}`,
    },
  }
  const server: Server = createServer(async (request, response) => {
    const { id, method } = JSON.parse(Buffer.concat(await request.toArray()).toString())
    response.setHeader('date', new Date(Date.now() + 1000 * says.offset).toUTCString())
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result: answers[method] ?? null }))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
