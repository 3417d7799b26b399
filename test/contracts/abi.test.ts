import { Interface } from 'ethers'
import { describe, expect, it } from 'vitest'
import { addressManagerAbi } from '../../src/l1/abi/addressManager.js'
import { bridgeAbi } from '../../src/l1/abi/bridge.js'
import { discountOracleAbi } from '../../src/l1/abi/discountOracle.js'
import { erc20Abi } from '../../src/l1/abi/erc20.js'
import { inboxSenderManagerAbi } from '../../src/l1/abi/inboxSenderManager.js'
import { lockingInfoAbi } from '../../src/l1/abi/lockingInfo.js'
import { lockingPoolAbi } from '../../src/l1/abi/lockingPool.js'
import { sequencerSetAbi } from '../../src/l1/abi/sequencerSet.js'
import { stateCommitmentChainAbi } from '../../src/l1/abi/stateCommitmentChain.js'
import { type ContractName, loadArtifact } from '../../src/l1/artifacts.js'

const abis: [ContractName, readonly string[]][] = [
  ['AddressManager', addressManagerAbi],
  ['DiscountOracle', discountOracleAbi],
  ['InboxSenderManager', inboxSenderManagerAbi],
  ['L1Bridge', bridgeAbi],
  ['LockingInfo', lockingInfoAbi],
  ['LockingPool', lockingPoolAbi],
  ['MetisSequencerSet', sequencerSetAbi],
  ['MetisToken', erc20Abi],
  ['StateCommitmentChain', stateCommitmentChainAbi],
]

describe.each(abis)('ABI of %s', (name, abi) => {
  const compiled = new Set(new Interface(loadArtifact(name).abi).format())

  it('is contained in what is compiled, with the same names, types and indexed flags', () => {
    expect(new Interface(abi).format().filter((fragment) => !compiled.has(fragment))).toEqual([])
  })
})

it.each([
  ['LockingPool', 'batchSubmitRewards', '0x11c7d144'],
  ['L1Bridge', 'depositERC20ToByChainId', '0xef808be2'],
  ['StateCommitmentChain', 'appendStateBatchByChainId', '0xd710083f'],
  ['MetisSequencerSet', 'commitEpoch', '0x4fb71bdd'],
  ['MetisSequencerSet', 'recommitEpoch', '0x2c91c679'],
] as const)('%s.%s has the selector of the live network, %s', (name, method, selector) => {
  expect(new Interface(loadArtifact(name).abi).getFunction(method)?.selector).toBe(selector)
})
