import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Contract, JsonRpcProvider, Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DevnetDescriptor } from '../../../src/devnet/descriptor.js'
import { erc20Abi } from '../../../src/l1/abi/erc20.js'
import { lockingPoolAbi } from '../../../src/l1/abi/lockingPool.js'
import type { Rotation } from '../../../src/node/types.js'
import { cli } from '../cli/support.js'
import { freePortBase, type Place, placeIn, processesOf, RunningDevnet } from './support.js'

const METIS = 10n ** 18n

describe('a running devnet', () => {
  let root: string
  let place: Place
  let devnet: RunningDevnet
  const providers: JsonRpcProvider[] = []

  const connect = (url: string, chainId: number) => {
    const provider = new JsonRpcProvider(url, chainId, { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 })
    provider.pollingInterval = 100
    providers.push(provider)
    return provider
  }
  const l2 = (index: number) => connect(devnet.descriptor.nodes[index]?.rpc ?? '', devnet.descriptor.l2.chainId)
  const rotation = async () => JSON.parse((await devnet.command('rotation')).stdout) as Rotation

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'metis-seq-devnet-'))
    place = placeIn(root, await freePortBase())
    devnet = await RunningDevnet.start(place, ['--epoch-length', '4'])
  })

  afterAll(async () => {
    for (const provider of providers) provider.destroy()
    await devnet.end('SIGKILL')
    await rm(root, { recursive: true, force: true })
  })

  it('tells the same when it is ready and when it is asked, from the folder and as the one started last', async () => {
    const named = JSON.parse((await devnet.command('devnet', 'info')).stdout) as DevnetDescriptor
    const last = JSON.parse((await cli(['devnet', 'info', '--json'], { env: place.env })).stdout) as DevnetDescriptor
    expect(last).toEqual(named)
    expect(devnet.descriptor).toEqual({ event: 'ready', ...named })
    expect(named.nodes.map(({ stake }) => BigInt(stake) / METIS)).toEqual([100_000n, 60_000n, 40_000n, 20_000n, 0n])
    expect(named.nodes.every(({ state }) => state === 'running')).toBe(true)
    expect(named.accounts).toHaveLength(3)
  })

  it('refuses a second one on its folder, and one on its ports', async () => {
    const where = ['--port-base', String(place.portBase)]
    const sameFolder = await cli(['run', '--devnet', '--json', '--data-dir', place.dataDir], { env: place.env })
    const samePorts = await cli(['run', '--devnet', '--json', '--data-dir', `${root}/other`, ...where])
    expect([sameFolder.code, sameFolder.stdout]).toEqual([9, expect.stringContaining('DEVNET_IN_USE')])
    expect([samePorts.code, samePorts.stdout]).toEqual([6, expect.stringContaining(`Port ${place.portBase} `)])
  })

  it('carries transfers to any node', async () => {
    const [from, to] = devnet.descriptor.accounts
    const sent = JSON.parse((await devnet.command('devnet', 'tx', '--count', '5', '--node', '4')).stdout)
    expect(sent).toMatchObject({ sent: 5, from: from?.address, lastBlock: expect.any(Number) })
    const wallet = new Wallet(from?.privateKey ?? '', l2(2))
    const response = await wallet.sendTransaction({ to: to?.address ?? '', value: METIS })
    const receipt = await response.wait(1, 20_000)
    expect(receipt?.status).toBe(1)
    expect(await l2(1).getBalance(to?.address ?? '')).toBeGreaterThan(METIS)
  })

  it('rotates, and says who comes next', async () => {
    const opened = await devnet.first('termOpened')
    expect(opened.term).toMatchObject({ kind: 'boundary', epoch: 1, parentNumber: 3, endBlock: 7 })
    const now = await rotation()
    expect(now.current.epoch).toBeGreaterThanOrEqual(1)
    expect(now.history[0]).toMatchObject({ epoch: 0, startBlock: 0, endBlock: 3 })
    const { sequencer } = now.history[0] ?? now.current
    const status = JSON.parse((await devnet.command('status', sequencer, '--no-rate')).stdout)
    expect(status.sequencers).toMatchObject([{ signer: sequencer, consensus: { address: sequencer, active: true } }])
    expect(status.detail.turns.had).toBeGreaterThanOrEqual(1)
    expect(status.detail.turns.of).toBeGreaterThanOrEqual(now.history.length)
  })

  it('puts batches on L1', async () => {
    const batch = await devnet.first('batch')
    const receipt = await connect(devnet.descriptor.l1.url, devnet.descriptor.l1.chainId).getTransactionReceipt(
      batch.transaction,
    )
    expect(receipt).toMatchObject({
      status: 1,
      to: expect.stringMatching(new RegExp(devnet.descriptor.contracts.inbox, 'i')),
    })
  })

  it('goes on when its sequencer is stopped, and takes it back', async () => {
    const { current } = await rotation()
    const from = devnet.events.length
    const index = devnet.descriptor.nodes.findIndex(({ address }) => address === current.sequencer)
    const stopped = JSON.parse((await devnet.command('devnet', 'stop', String(index))).stdout)
    expect(stopped.node).toMatchObject({ index, state: 'stopped' })
    const next = await devnet.first('block', ({ node }) => node !== current.sequencer, from)
    expect(next.nodeIndex).not.toBe(index)
    const started = JSON.parse((await devnet.command('devnet', 'start', String(index))).stdout)
    expect(started.node).toMatchObject({ index, state: 'running' })
    const unknown = await devnet.command('devnet', 'stop', '9')
    expect([unknown.code, unknown.stdout]).toEqual([2, expect.stringContaining('NODE_UNKNOWN')])
  })

  it('lets the spare node join once METIS is locked for it', async () => {
    const { accounts, admin, contracts, l1, spare } = devnet.descriptor
    const provider = connect(l1.url, l1.chainId)
    const owner = new Wallet(accounts[2]?.privateKey ?? '', provider)
    const pool = new Contract(contracts.lockingPool, lockingPoolAbi, owner)
    const metis = new Contract(contracts.metis, erc20Abi, owner)
    const whitelist = pool.connect(new Wallet(admin.privateKey, provider)) as Contract
    await (await whitelist.getFunction('setWhitelist')(owner.address, true)).wait()
    await (await metis.getFunction('approve')(contracts.lockingInfo, 50_000n * METIS)).wait()
    await (await pool.getFunction('lockFor')(spare.address, 50_000n * METIS, spare.publicKey)).wait()
    await devnet.first('committee', ({ members }) => members.includes(spare.address))
    const { nodes } = JSON.parse((await devnet.command('devnet', 'nodes')).stdout) as DevnetDescriptor
    expect(nodes[4]?.stake).toBe((50_000n * METIS).toString())
  })

  it('lets it leave again, and the address of the group stays', async () => {
    const { accounts, contracts, group, l1, spare } = devnet.descriptor
    const owner = new Wallet(accounts[2]?.privateKey ?? '', connect(l1.url, l1.chainId))
    const pool = new Contract(contracts.lockingPool, lockingPoolAbi, owner)
    const id = await pool.getFunction('seqSigners')(spare.address)
    const from = devnet.events.length
    await (await pool.getFunction('setSequencerRewardRecipient')(id, owner.address)).wait()
    const fee = 200_000n * 10n ** 9n // what the bridge asks for the rewards that it has earned meanwhile
    await (await pool.getFunction('unlock')(id, 0, { value: fee })).wait()
    const { members } = await devnet.first('committee', () => true, from)
    expect(members).toHaveLength(4)
    expect(members).not.toContain(spare.address)
    const { term } = await devnet.first('termOpened', () => true, from)
    await devnet.first('signed', ({ kind, subject }) => /commitEpoch/.test(kind) && subject > term.term + 1, from)
    const status: unknown = await (await fetch(`${devnet.descriptor.nodes[0]?.rest}/status`)).json()
    expect(status).toHaveProperty('group', { address: group, generation: 2 })
  })

  it('lets a node begin with the state of another one', async () => {
    const file = join(root, 'state.snapshot')
    const block = String((await rotation()).safe)
    await devnet.command('devnet', 'stop', '1')
    const exported = await devnet.command('snapshot', 'export', file, '--node', '1', '--block', block)
    const { number, hash } = JSON.parse(exported.stdout)
    expect(number).toBeGreaterThan(10)
    await devnet.command('devnet', 'start', '1')
    await devnet.command('devnet', 'stop', '4')
    await rm(join(place.dataDir, 'nodes', '4', 'chain'), { recursive: true })
    const imported = await devnet.command('snapshot', 'import', file, '--node', '4', '--expect', hash)
    expect(JSON.parse(imported.stdout)).toMatchObject({ node: 4, number, hash, trusted: true })
    await devnet.command('devnet', 'start', '4')
    const head = await l2(0).getBlock('latest')
    const joined = l2(4)
    await new Promise<void>((resolve) => {
      joined.on('block', (newest: number) => newest >= (head?.number ?? 0) && resolve())
    })
    expect((await joined.getBlock(head?.number ?? 0))?.hash).toBe(head?.hash)
  })

  it('ends in order at Ctrl-C, leaves nothing behind, and goes on at the next start, after kill -9 too', async () => {
    const before = (await rotation()).head
    expect(await devnet.end('SIGINT')).toBe(130)
    expect(processesOf(place)).toEqual([])
    const gone = await devnet.command('devnet', 'info')
    expect([gone.code, gone.stdout]).toEqual([6, expect.stringContaining('DEVNET_NOT_RUNNING')])

    devnet = await RunningDevnet.start(place)
    expect((await devnet.first('block')).number).toBeGreaterThan(before)
    const killedAt = (await devnet.first('block', ({ number }) => number > before + 2)).number
    await devnet.end('SIGKILL')

    devnet = await RunningDevnet.start(place)
    const next = await devnet.first('block')
    expect(next.number).toBeGreaterThanOrEqual(killedAt)
    expect(devnet.events.filter(({ event }) => event === 'failure')).toEqual([])
  })
})
