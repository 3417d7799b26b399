import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Contract, JsonRpcProvider, NonceManager, Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bridgeAbi } from '../../../src/l1/abi/bridge.js'
import { erc20Abi } from '../../../src/l1/abi/erc20.js'
import { L2_METIS } from '../../../src/l1/deploy.js'
import type { Rotation } from '../../../src/node/types.js'
import { freePortBase, type Place, placeIn, RunningDevnet } from './support.js'

const METIS = 10n ** 18n

describe('a devnet under faults', () => {
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
  const l1 = () => connect(devnet.descriptor.l1.url, devnet.descriptor.l1.chainId)
  const l2 = (index: number) => connect(devnet.descriptor.nodes[index]?.rpc ?? '', devnet.descriptor.l2.chainId)
  const keyOf = (index: number) => devnet.descriptor.accounts[index]?.privateKey ?? ''
  const addressOf = (index: number) => devnet.descriptor.accounts[index]?.address ?? ''
  const rotation = async () => JSON.parse((await devnet.command('rotation')).stdout) as Rotation

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'metis-seq-faults-'))
    place = placeIn(root, await freePortBase())
    devnet = await RunningDevnet.start(place, ['--epoch-length', '4'])
  })

  afterAll(async () => {
    for (const provider of providers) provider.destroy()
    await devnet.end('SIGKILL')
    await rm(root, { recursive: true, force: true })
  })

  it('rule L2: METIS bridged on L1 arrives on L2 once, in order, with nothing lost below a gwei', async () => {
    const { contracts } = devnet.descriptor
    const owner = new NonceManager(new Wallet(keyOf(0), l1()))
    const metis = new Contract(contracts.metis, erc20Abi, owner)
    const bridge = new Contract(contracts.bridge, bridgeAbi, owner)
    const to = '0x00000000000000000000000000000000000d0001'
    const amounts = [METIS + 600_000_000n, 2n * METIS + 700_000_000n]
    await (await metis.getFunction('approve')(contracts.bridge, 4n * METIS)).wait()
    for (const amount of amounts) {
      const args = [devnet.descriptor.l2.chainId, contracts.metis, L2_METIS, to, amount, 0, '0x']
      await (await bridge.getFunction('depositERC20ToByChainId')(...args, { value: METIS / 100n })).wait()
    }
    const from = devnet.events.length
    await devnet.first('l1', () => true, from)
    const node = l2(3)
    for (let seen = from; (await node.getBalance(to)) < 3n * METIS; seen = devnet.events.length) {
      await devnet.first('block', () => true, seen)
    }
    // 0.6 and 0.7 gwei: the first is kept, and with the second makes one whole gwei.
    expect(await node.getBalance(to)).toBe(3n * METIS + 1_000_000_000n)
  })

  it('loses no transaction when the sequencer with the largest stake stops', async () => {
    const largest = devnet.descriptor.nodes[0]
    const from = devnet.events.length
    await devnet.first('block', ({ node, number }) => node === largest?.address && number > 0, from)
    const wallet = new Wallet(keyOf(1), l2(2))
    const start = await wallet.getNonce()
    const sent = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        wallet.sendTransaction({ to: addressOf(2), value: 1n, nonce: start + i, gasLimit: 21_000n }),
      ),
    )
    const stoppedAt = devnet.events.length
    expect((await devnet.command('devnet', 'stop', '0')).code).toBe(0)
    const next = await devnet.first('block', ({ nodeIndex, own }) => own && nodeIndex !== 0, stoppedAt)
    expect(next.number).toBeGreaterThan(0)
    for (const each of sent) expect((await each.wait(1, 30_000))?.status).toBe(1)
    expect(await wallet.getNonce()).toBe(start + 10)
    expect((await devnet.command('devnet', 'start', '0')).code).toBe(0)
    const head = (await rotation()).head
    const node = l2(0)
    for (let seen = devnet.events.length; (await node.getBlockNumber()) < head; seen = devnet.events.length) {
      await devnet.first('block', () => true, seen)
    }
  })
})
