import { Contract } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventsRoot } from '../../../src/core/consensus/digest.js'
import type { L1Event } from '../../../src/core/consensus/types.js'
import type { L1View } from '../../../src/core/ports/l1.js'
import { bridgeAbi } from '../../../src/l1/abi/bridge.js'
import { erc20Abi } from '../../../src/l1/abi/erc20.js'
import { lockingPoolAbi } from '../../../src/l1/abi/lockingPool.js'
import { deployContracts, L2_METIS } from '../../../src/l1/deploy.js'
import { createL1View } from '../../../src/node/bridge/view.js'
import { type Anvil, startAnvil } from '../../support/anvil.js'
import { testGenesis, testKey } from '../../support/network.js'

const METIS = 10n ** 18n
const [owner, group, admin, signer, newSigner] = [0, 1, 2, 3, 4].map(testKey)
let anvil: Anvil
let view: L1View
const KEY = group?.address ?? '0x'
let events: L1Event[]
let start: number
let end: number

beforeAll(async () => {
  if (!owner || !group || !admin || !signer || !newSigner) throw new Error('keys')
  anvil = await startAnvil()
  const [ownerWallet, groupWallet, adminWallet, signerWallet] = await Promise.all(
    [0, 1, 2, 3].map((i) => anvil.wallet(i)),
  )
  if (!ownerWallet || !groupWallet || !adminWallet || !signerWallet) throw new Error('wallets')
  const contracts = await deployContracts(ownerWallet, {
    group: group.address,
    admin: admin.address,
    l2ChainId: 1001n,
  })
  start = contracts.blockNumber + 1
  const before = await anvil.provider.getBlock(contracts.blockNumber)
  const startParentHash = (before?.hash ?? '') as `0x${string}`
  const genesis = await testGenesis({
    contracts,
    group: group.address,
    sequencer: signer.address,
    startBlock: start,
    startParentHash,
  })
  const send = async (
    wallet: typeof ownerWallet,
    to: string,
    abi: readonly string[],
    name: string,
    args: unknown[],
    value = 0n,
  ) => {
    const sent = await new Contract(to, abi, wallet).getFunction(name)(...args, { value, gasLimit: 1_000_000n })
    await sent.wait()
  }
  await send(adminWallet, contracts.lockingPool, lockingPoolAbi, 'setWhitelist', [owner.address, true])
  const lock = [signer.address, owner.address, 20_000n * METIS, signer.pubkey]
  await send(ownerWallet, contracts.lockingPool, lockingPoolAbi, 'lockWithRewardRecipient', lock)
  await send(ownerWallet, contracts.lockingPool, lockingPoolAbi, 'relock', [1n, 5n * METIS, false])
  await send(ownerWallet, contracts.metis, erc20Abi, 'approve', [contracts.bridge, 2n ** 255n])
  const deposit = [1001n, contracts.metis, L2_METIS, newSigner.address, 3n * 10n ** 9n + 1n, 0, '0x']
  await send(ownerWallet, contracts.bridge, bridgeAbi, 'depositERC20ToByChainId', deposit, METIS)
  const plain = await groupWallet.sendTransaction({ to: genesis.l1.inbox, data: '0x1234', gasLimit: 100_000n })
  await plain.wait()
  await send(ownerWallet, contracts.lockingPool, lockingPoolAbi, 'unlock', [1n, 0])
  await anvil.provider.send('anvil_mine', ['0x14'])
  view = createL1View({ url: anvil.url, genesis, pollMs: 20 })
  end = await view.finalHeight()
  events = (await view.range(start, end, KEY)).events
})
afterAll(async () => {
  await view?.close()
  await anvil?.stop()
})

describe('view of L1', () => {
  const only = <T extends L1Event['type']>(type: T) =>
    events.filter((event): event is Extract<L1Event, { type: T }> => event.type === type)

  it('reads locks, their changes, exits and deposits in the order of L1', () => {
    expect(only('locked')).toMatchObject([
      { id: 1, signer: signer?.address, pubkey: signer?.pubkey, amount: 20_000n * METIS, activationBatch: 1 },
    ])
    expect(only('stake')).toMatchObject([{ id: 1, amount: 20_005n * METIS }])
    expect(only('deposit')).toMatchObject([{ index: 0, to: newSigner?.address, amount: 3n * 10n ** 9n + 1n }])
    expect(only('exit')).toMatchObject([{ id: 1, deactivationBatch: 1 }])
    expect(only('groupTransaction')).toMatchObject([{ nonce: 0, success: true }])
    const order = events.filter(({ type }) => type !== 'randao').map(({ type }) => type)
    expect(order).toEqual(['locked', 'stake', 'deposit', 'groupTransaction', 'exit'])
  })

  it('reads the entropy of snapshots from their blocks', async () => {
    const randao = only('randao')
    expect(randao.length).toBeGreaterThan(1)
    for (const { block, value } of randao) {
      expect((block - 4) % 8).toBe(0)
      const raw = await anvil.provider.send('eth_getBlockByNumber', [`0x${block.toString(16)}`, false])
      expect(value).toBe(raw.mixHash)
    }
  })

  it('gives ranges that chain, whose roots are those of their events', async () => {
    const whole = await view.range(start, end, KEY)
    const [first, second] = [await view.range(start, start + 3, KEY), await view.range(start + 4, end, KEY)]
    expect(second.range.prevToHash).toBe(first.range.toHash)
    expect([...first.events, ...second.events]).toEqual(whole.events)
    expect(whole.range).toMatchObject({ from: start, to: end, eventsRoot: eventsRoot(whole.events) })
    const block = await anvil.provider.getBlock(end)
    expect(whole.range.toHash).toBe(block?.hash)
  })

  it('never reads beyond the final block', async () => {
    const head = await anvil.provider.getBlockNumber()
    expect(await view.finalHeight()).toBe(head - 1)
    await expect(view.range(head, head, KEY)).rejects.toMatchObject({ code: 'L1_NOT_FINAL', severity: 'temporary' })
    expect((await view.range(start, head + 5, KEY)).range.to).toBe(head - 1)
  })

  it('reads a range anew where L1 has replaced its blocks', async () => {
    await anvil.provider.send('anvil_mine', ['0x3'])
    const to = await view.finalHeight()
    const before = await view.range(to, to, KEY)
    await anvil.provider.send('anvil_reorg', [4, []])
    const after = await view.range(to, to, KEY)
    const block = await anvil.provider.getBlock(to)
    expect(after.range.toHash).toBe(block?.hash)
    expect(after.range.toHash).not.toBe(before.range.toHash)
  })

  it('tells of new final blocks until it is told to stop', async () => {
    const told = new Promise<void>((resolve) => {
      const stop = view.onBlock(() => {
        stop()
        resolve()
      })
    })
    await anvil.provider.send('anvil_mine', ['0x2'])
    await told
  })

  it('names the reason when L1 is gone', async () => {
    const lost = createL1View({ url: 'http://127.0.0.1:1', genesis: await lostGenesis(), pollMs: 20 })
    await expect(lost.finalHeight()).rejects.toMatchObject({ code: 'L1_UNREACHABLE', exit: 6, severity: 'temporary' })
    await lost.close()
  })
})

async function lostGenesis() {
  const at: `0x${string}` = `0x${'11'.repeat(20)}`
  const contracts = {
    metis: at,
    lockingInfo: at,
    lockingPool: at,
    bridge: at,
    stateCommitmentChain: at,
    inboxSenderManager: at,
    addressManager: at,
    discountOracle: at,
    proxyAdmin: at,
    blockNumber: 1,
  }
  const startParentHash: `0x${string}` = `0x${'22'.repeat(32)}`
  return testGenesis({ contracts, group: at, sequencer: at, startBlock: 1, startParentHash })
}
