import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Contract, hexlify, JsonRpcProvider, Wallet } from 'ethers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { devnetAccounts } from '../../../src/devnet/accounts.js'
import { erc20Abi } from '../../../src/l1/abi/erc20.js'
import { lockingPoolAbi } from '../../../src/l1/abi/lockingPool.js'
import { sequencerSetAbi } from '../../../src/l1/abi/sequencerSet.js'
import type { GroupView } from '../../../src/node/index.js'
import { freePortBase, type Place, placeIn, RunningDevnet } from '../devnet/support.js'

const METIS = 10n ** 18n
const FEE = 200_000n * 10n ** 9n // of the bridge, for rewards
const options = { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 } as const

let root: string
let place: Place
let devnet: RunningDevnet
let l1: JsonRpcProvider

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'metis-seq-new-key-'))
  place = placeIn(root, await freePortBase())
  devnet = await RunningDevnet.start(place, ['--epoch-length', '3'])
  l1 = new JsonRpcProvider(devnet.descriptor.l1.url, devnet.descriptor.l1.chainId, options)
  l1.pollingInterval = 100
})
afterAll(async () => {
  l1.destroy()
  await devnet.end('SIGKILL')
  await rm(root, { recursive: true, force: true })
})

const pool = (key: string) => new Contract(devnet.descriptor.contracts.lockingPool, lockingPoolAbi, new Wallet(key, l1))
const send = async (contract: Contract, name: string, args: unknown[], value = 0n) =>
  (await contract.getFunction(name)(...args, { value })).wait()

async function join5(): Promise<void> {
  const { accounts, admin, contracts, spare } = devnet.descriptor
  const key = accounts[2]?.privateKey ?? ''
  const owner = new Wallet(key, l1)
  const metis = new Contract(contracts.metis, erc20Abi, owner)
  await send(pool(admin.privateKey), 'setWhitelist', [owner.address, true])
  await send(metis, 'approve', [contracts.lockingInfo, 50_000n * METIS])
  await send(pool(key), 'lockFor', [spare.address, 50_000n * METIS, spare.publicKey])
}

/** The founder of that number goes, and the next committee is in force. */
async function leave(index: number): Promise<void> {
  const owner = pool(hexlify(devnetAccounts(4).owners[index]?.privateKey ?? '0x'))
  const from = devnet.events.length
  await send(owner, 'setSequencerRewardRecipient', [index + 1, devnet.descriptor.admin.address])
  await send(owner, 'unlock', [index + 1, 0], FEE)
  const left = devnet.descriptor.nodes[index]?.address ?? '0x'
  await devnet.first('committee', ({ members }) => !members.includes(left), from)
}

it('rule B7: gives the network another key when as many founders have left as are the old one, and all that it owned', {
  timeout: 240_000,
}, async () => {
  const { contracts, group: before, nodes } = devnet.descriptor
  const joined = devnet.events.length
  await join5()
  await devnet.first('committee', () => true, joined)
  await leave(0)
  await leave(1)
  const show = async (): Promise<GroupView> => JSON.parse((await devnet.command('group', 'show')).stdout)
  expect((await show()).departed?.members).toHaveLength(2)
  const from = devnet.events.length
  await leave(2)
  const { from: former, to: key } = await devnet.first('key', () => true, from)
  expect([former, key === before]).toEqual([before, false])
  expect(await show()).toMatchObject({ address: key, departed: null, former: { address: before } })
  await devnet.first('signed', ({ kind, subject }) => kind === 'handover' && subject === 2, from)

  // All of them die in the middle of the handover, L1 too, and go on.
  await devnet.end('SIGKILL')
  devnet = await RunningDevnet.start(place)
  expect(devnet.descriptor.group).toBe(key)
  await devnet.first('keyHandedOver')
  const after = devnet.events.length

  const { transaction } = await devnet.first('batch', () => true, after)
  expect((await l1.getTransaction(transaction))?.from.toLowerCase()).toBe(key)
  const rewards = await devnet.first('rewards', () => true, after)
  expect((await l1.getTransaction(rewards.transaction))?.from.toLowerCase()).toBe(key)
  const l2 = new JsonRpcProvider(nodes[3]?.rpc ?? '', devnet.descriptor.l2.chainId, options)
  const set = new Contract(contracts.sequencerSet, sequencerSetAbi, l2)
  for (const name of ['mpcAddress', 'owner']) expect((await set.getFunction(name)()).toLowerCase()).toBe(key)
  for (const contract of [contracts.lockingPool, contracts.lockingInfo, contracts.bridge]) {
    const owner = await new Contract(contract, ['function owner() view returns (address)'], l1).getFunction('owner')()
    expect(owner.toLowerCase()).toBe(key)
  }
  l2.destroy()
  expect(await show()).toMatchObject({ address: key, former: null })

  // Who left is not needed any more, and the chain on L1 is whole under both keys.
  for (const index of [0, 1, 2]) await devnet.command('devnet', 'stop', String(index))
  const stopped = devnet.events.length
  await devnet.first('batch', () => true, stopped)
  const derived = await devnet.command('derive')
  expect([derived.code, JSON.parse(derived.stdout).batches > 3]).toEqual([0, true])
})
