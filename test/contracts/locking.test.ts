import { type Contract, getAddress, SigningKey, type Wallet } from 'ethers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type DeployedContracts, deployContracts } from '../../src/l1/deploy.js'
import { type Anvil, startAnvil } from '../support/anvil.js'
import { contractAt, events, outcome, send } from '../support/contracts.js'

const METIS = 10n ** 18n
const FEE = { value: 200_000n * 10n ** 9n }
const NULL = `0x${'00'.repeat(20)}`
const lower = (wallet: Wallet) => wallet.address.toLowerCase() as `0x${string}`
const pubkey = (wallet: Wallet) => `0x${SigningKey.computePublicKey(wallet.privateKey, false).slice(4)}`

let anvil: Anvil
let at: DeployedContracts
let [payer, group, admin, alice, bob, signer, other] = [] as unknown as Wallet[] as [
  Wallet,
  Wallet,
  Wallet,
  Wallet,
  Wallet,
  Wallet,
  Wallet,
]
let info: Contract
let snapshot: string
const pool = (wallet: Wallet) => contractAt('LockingPool', at.lockingPool, wallet)
const lock = (owner: Wallet, key: Wallet, recipient: string, amount = 20_000n * METIS) =>
  send(pool(owner), 'lockWithRewardRecipient', key.address, recipient, amount, pubkey(key))
const reward = (blocks: number, id = 2, start = 1) =>
  send(pool(group), 'batchSubmitRewards', id, start, start + 1, [signer.address], [blocks])

beforeAll(async () => {
  anvil = await startAnvil()
  const wallets: Wallet[] = []
  for (let i = 0; i < 7; i++) wallets.push(await anvil.wallet(i))
  ;[payer, group, admin, alice, bob, signer, other] = wallets as typeof wallets &
    [Wallet, Wallet, Wallet, Wallet, Wallet, Wallet, Wallet]
  at = await deployContracts(payer, { group: lower(group), admin: lower(admin), l2ChainId: 1001n })
  info = contractAt('LockingInfo', at.lockingInfo, group)
  for (const owner of [alice, bob]) {
    await send(pool(admin), 'setWhitelist', owner.address, true)
    await send(contractAt('MetisToken', at.metis, payer), 'transfer', owner.address, 150_000n * METIS)
    await send(contractAt('MetisToken', at.metis, owner), 'approve', at.lockingInfo, 150_000n * METIS)
  }
  snapshot = await anvil.provider.send('evm_snapshot', [])
})
beforeEach(async () => {
  await anvil.provider.send('evm_revert', [snapshot])
  snapshot = await anvil.provider.send('evm_snapshot', [])
})
afterAll(() => anvil?.stop())

it('has the defaults of the live network', async () => {
  const view = async (name: string) => pool(alice).getFunction(name)()
  expect(await view('exitDelayPeriod')).toBe(21n * 86_400n)
  expect(await view('rewardPerBlock')).toBe(761_000n * 10n ** 9n)
  expect(await view('currentBatch')).toBe(1n)
  expect(await view('signerUpdateThrottle')).toBe(1n)
})

describe('who may call', () => {
  const notOwner = 'Ownable: caller is not the owner'
  it.each([
    ['updateMpc', [NULL], notOwner],
    ['setPause', [true], notOwner],
    ['updateWithdrawDelayTimeValue', [0], notOwner],
    ['updateBlockReward', [0], notOwner],
    ['setSignerUpdateThrottle', [0], notOwner],
    ['setWhitelist', [NULL, true], notOwner],
    ['setWhitelistAdmin', [NULL], notOwner],
    ['forceUnlock', [1, 0], notOwner],
    ['lockFor', [NULL, 0, '0x'], 'NotWhitelisted'],
    ['lockWithRewardRecipient', [NULL, NULL, 0, '0x'], 'NotWhitelisted'],
    ['relock', [1, 0, false], 'NotWhitelisted'],
    ['withdraw', [1, 0], 'NotWhitelisted'],
    ['withdrawRewards', [1, 0], 'NotWhitelisted'],
    ['unlock', [1, 0], 'NotWhitelisted'],
    ['unlockClaim', [1, 0], 'NotWhitelisted'],
    ['setSequencerRewardRecipient', [1, NULL], 'NotWhitelisted'],
    ['batchSubmitRewards', [2, 1, 2, [], []], 'not MPC'],
    ['updateSigner', [1, '0x'], 'SeqNotActive'],
  ])('a stranger gets from %s%j: %s', async (method, values, expected) => {
    expect(await outcome(pool(other), method, ...values)).toBe(expected)
  })

  it.each([
    ['updateWithdrawDelayTimeValue', [0], 'dalayTime==0'],
    ['updateBlockReward', [0], 'invalid newReward'],
    ['updateMpc', [NULL], 'ok'],
    ['setPause', [false], 'Pausable: not paused'],
  ])('the owner gets from %s%j: %s', async (method, values, expected) => {
    expect(await outcome(pool(group), method, ...values)).toBe(expected)
  })

  it('the whitelist admin whitelists, and nothing else', async () => {
    expect(await outcome(pool(admin), 'setWhitelist', bob.address, false)).toBe('ok')
    expect(await outcome(pool(admin), 'setPause', true)).toBe(notOwner)
  })

  it.each([
    'newSequencer',
    'increaseLocked',
    'withdrawLocking',
    'finalizeUnlock',
    'liquidateReward',
    'distributeReward',
    'logSignerChange',
  ])('the escrow takes %s from the pool alone', async (method) => {
    const inputs = info.interface.getFunction(method)?.inputs ?? []
    const values = inputs.map(({ type }) => (type === 'bytes' ? '0x' : type === 'address' ? NULL : 0))
    expect(await outcome(info, method, ...values)).toBe('Not manager')
  })
})

describe('locking', () => {
  it('emits what nodes read, with id 1 and nonce 1', async () => {
    const receipt = await lock(alice, signer, bob.address)
    expect(events(receipt, info)).toEqual([
      `Locked(${signer.address},1,1,1,${20_000n * METIS},${20_000n * METIS},${pubkey(signer)})`,
    ])
    expect(events(receipt, pool(alice))).toEqual([
      `SequencerOwnerChanged(1,${alice.address})`,
      `SequencerRewardRecipientChanged(1,${bob.address})`,
    ])
  })

  it('refuses in the order of the live contract', async () => {
    const attempt = (owner: Wallet, key: Wallet, named: Wallet, amount: bigint) =>
      outcome(pool(owner), 'lockFor', named.address, amount, pubkey(key))
    await lock(alice, signer, NULL)
    expect(await attempt(alice, signer, other, 0n)).toBe('pubkey and address mismatch')
    expect(await attempt(alice, signer, signer, 0n)).toBe('OwnedSequencer')
    expect(await attempt(bob, signer, signer, 0n)).toBe('SignerExisted')
    expect(await attempt(bob, other, other, 20_000n * METIS - 1n)).toBe('invalid amount')
    expect(await attempt(bob, other, other, 100_000n * METIS + 1n)).toBe('invalid amount')
    expect(await outcome(pool(bob), 'lockFor', other.address, 0, '0x1234')).toBe('invalid pubkey')
  })

  it('relocks the reward, withdraws once a batch, and keeps the minimum', async () => {
    await lock(alice, signer, NULL, 30_000n * METIS)
    expect(await outcome(pool(alice), 'relock', 1, 0, true)).toBe('No new locked added')
    expect(await outcome(pool(alice), 'relock', 1, 70_000n * METIS + 1n, false)).toBe('locked>maxLock')
    expect(await outcome(pool(alice), 'withdraw', 1, METIS)).toBe('withdraw throttle')
    await reward(1_000)
    const earned = 1_000n * 761_000n * 10n ** 9n
    const total = 30_000n * METIS + earned
    expect(events(await send(pool(alice), 'relock', 1, 0, true), info)).toEqual([
      `Relocked(1,${earned},${total})`,
      `LockUpdate(1,2,${total})`,
    ])
    expect(await outcome(pool(alice), 'withdraw', 1, 100_000n * METIS)).toBe('panic 0x11')
    expect(await outcome(pool(alice), 'withdraw', 1, total - 19_999n * METIS)).toBe('invalid amount')
    expect(events(await send(pool(alice), 'withdraw', 1, earned), info)).toEqual([
      `Withdraw(1,${earned})`,
      `LockUpdate(1,3,${30_000n * METIS})`,
    ])
    expect(await outcome(pool(alice), 'withdraw', 1, 1)).toBe('withdraw throttle')
  })
})

describe('rewards', () => {
  it.each([
    [2, 1, 2, 0, 1, 'mismatch length'],
    [2, 1, 2, 1, 2, 'mismatch length'],
    [3, 1, 2, 1, 1, 'invalid batch id'],
    [2, 0, 2, 1, 1, 'invalid startEpoch'],
    [2, 1, 1, 1, 1, 'invalid endEpoch'],
    [2, 1, 2, 1, 1, 'NoSuchSeq'],
  ])('batch %i, epochs %i to %i, %i signers, %i counts: %s', async (id, start, end, signers, counts, expected) => {
    const seqs = Array(signers).fill(other.address)
    expect(await outcome(pool(group), 'batchSubmitRewards', id, start, end, seqs, Array(counts).fill(1))).toBe(expected)
  })

  it('is not paid to a signer that was replaced (W27)', async () => {
    await lock(alice, signer, alice.address)
    expect(await outcome(pool(signer), 'updateSigner', 1, pubkey(other))).toBe('signer updating throttle')
    await reward(1)
    expect(await outcome(pool(alice), 'updateSigner', 1, pubkey(other))).toBe('NotSeqSigner')
    const receipt = await send(pool(signer), 'updateSigner', 1, pubkey(other))
    expect(events(receipt, info)).toEqual([`SignerChange(1,2,${signer.address},${other.address},${pubkey(other)})`])
    expect(await outcome(pool(group), 'batchSubmitRewards', 3, 3, 4, [signer.address], [1])).toBe('NoSuchSeq')
    expect(await outcome(pool(group), 'batchSubmitRewards', 3, 3, 4, [other.address], [1])).toBe('ok')
  })
})

it('a whole exit: force while paused, last reward, claim after the delay, signer burnt', async () => {
  await lock(alice, signer, bob.address)
  await reward(10)
  await send(pool(group), 'setPause', true)
  expect(await outcome(pool(alice), 'unlock', 1, 0)).toBe('Pausable: paused')
  expect(await outcome(pool(group), 'forceUnlock', 1, 0)).toMatch(
    /^insufficient fee supplied\. send at least 200000000000000$/,
  )
  const receipt = await send(pool(group), 'forceUnlock', 1, 0, FEE)
  const earned = 10n * 761_000n * 10n ** 9n
  expect(events(receipt, contractAt('L1Bridge', at.bridge, group))).toContain(
    `DepositQueued(0,${getAddress(at.metis)},${bob.address},${getAddress(at.lockingInfo)},${earned})`,
  )
  await send(pool(group), 'setPause', false)
  await reward(5, 3, 3)
  expect(await outcome(pool(alice), 'unlockClaim', 1, 0, FEE)).toBe('Not allowed to cliam')
  await anvil.provider.send('evm_increaseTime', [21 * 86_400])
  await anvil.provider.send('anvil_mine', ['0x1'])
  const claim = await send(pool(alice), 'unlockClaim', 1, 0, FEE)
  expect(events(claim, info).at(-1)).toBe(`Unlocked(${alice.address},1,${20_000n * METIS},0)`)
  expect(await contractAt('MetisToken', at.metis, alice).getFunction('balanceOf')(alice.address)).toBe(150_000n * METIS)
  expect(await contractAt('MetisToken', at.metis, alice).getFunction('balanceOf')(at.bridge)).toBe((earned / 10n) * 15n)
  expect(await outcome(pool(alice), 'lockFor', signer.address, 20_000n * METIS, pubkey(signer))).toBe('SignerExisted')
})
