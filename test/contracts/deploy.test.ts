import { Contract, type InterfaceAbi } from 'ethers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bridgeAbi } from '../../src/l1/abi/bridge.js'
import { erc20Abi } from '../../src/l1/abi/erc20.js'
import { lockingInfoAbi } from '../../src/l1/abi/lockingInfo.js'
import { lockingPoolAbi } from '../../src/l1/abi/lockingPool.js'
import { stateCommitmentChainAbi } from '../../src/l1/abi/stateCommitmentChain.js'
import { deployContracts } from '../../src/l1/deploy.js'
import { type Anvil, startAnvil } from '../support/anvil.js'

let anvil: Anvil
beforeAll(async () => {
  anvil = await startAnvil()
})
afterAll(() => anvil?.stop())

it('deploys, wires and hands over everything to the group', async () => {
  const [deployer, group, admin] = await Promise.all([anvil.wallet(0), anvil.wallet(1), anvil.wallet(2)])
  const addresses = await deployContracts(deployer, {
    group: group.address.toLowerCase() as `0x${string}`,
    admin: admin.address.toLowerCase() as `0x${string}`,
    l2ChainId: 1001n,
    minLock: 10n,
  })
  const at = (address: string, abi: InterfaceAbi) => new Contract(address, abi, anvil.provider)
  const pool = at(addresses.lockingPool, lockingPoolAbi)
  const info = at(addresses.lockingInfo, lockingInfoAbi)
  const bridge = at(addresses.bridge, bridgeAbi)
  const chain = at(addresses.stateCommitmentChain, stateCommitmentChainAbi)
  const metis = at(addresses.metis, erc20Abi)

  expect(await pool.getFunction('owner')()).toBe(group.address)
  expect(await pool.getFunction('mpcAddress')()).toBe(group.address)
  expect(await pool.getFunction('whitelistAdmin')()).toBe(admin.address)
  expect(String(await pool.getFunction('escrow')()).toLowerCase()).toBe(addresses.lockingInfo)
  expect(await info.getFunction('owner')()).toBe(group.address)
  expect(String(await info.getFunction('manager')()).toLowerCase()).toBe(addresses.lockingPool)
  expect(await info.getFunction('minLock')()).toBe(10n)
  expect(await info.getFunction('maxLock')()).toBe(100_000n * 10n ** 18n)
  expect(await info.getFunction('rewardPayer')()).toBe(deployer.address)
  expect(await bridge.getFunction('owner')()).toBe(group.address)
  expect(await bridge.getFunction('queueLength')()).toBe(0n)
  expect(await chain.getFunction('proposerOf')(1001n)).toBe(group.address)
  expect(await metis.getFunction('balanceOf')(deployer.address)).toBe(10n ** 25n)
})
