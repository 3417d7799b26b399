import { Contract } from 'ethers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  epochSlots,
  SEQUENCER_SET_ADDRESS,
  sequencerSetStorage,
  slotWord,
} from '../../src/core/genesis/sequencerSet.js'
import { sequencerSetAbi } from '../../src/l1/abi/sequencerSet.js'
import { loadArtifact } from '../../src/l1/artifacts.js'
import { type Anvil, startAnvil } from '../support/anvil.js'

const group = `0x${'a1'.repeat(20)}` as const
const sequencer = `0x${'b2'.repeat(20)}` as const
const next = `0x${'c3'.repeat(20)}` as const
let anvil: Anvil
let set: Contract

beforeAll(async () => {
  anvil = await startAnvil()
  const { provider } = anvil
  await provider.send('anvil_setCode', [SEQUENCER_SET_ADDRESS, loadArtifact('MetisSequencerSet').deployedBytecode])
  const storage = sequencerSetStorage({ owner: group, group, firstSequencer: sequencer, epochLength: 10n })
  for (const [slot, value] of Object.entries(storage)) {
    await provider.send('anvil_setStorageAt', [SEQUENCER_SET_ADDRESS, slot, value])
  }
  await provider.send('anvil_impersonateAccount', [group])
  await provider.send('anvil_setBalance', [group, '0xde0b6b3a7640000'])
  set = new Contract(SEQUENCER_SET_ADDRESS, sequencerSetAbi, await provider.getSigner(group))
})
afterAll(() => anvil?.stop())

const view = async (name: string, ...values: unknown[]) => {
  const result: unknown = await set.getFunction(name).staticCall(...values)
  return typeof result === 'string' ? result.toLowerCase() : result
}

it('is an initialised contract in epoch 0 (rule E3)', async () => {
  expect(await view('owner')).toBe(group)
  expect(await view('mpcAddress')).toBe(group)
  expect(await view('epochLength')).toBe(10n)
  expect(await view('currentEpochNumber')).toBe(0n)
  expect(await view('getEpochByBlock', 9)).toBe(0n)
  expect(await view('getEpochByBlock', 10)).toBe(2n ** 256n - 1n)
  expect(await view('getMetisSequencer', 0)).toBe(sequencer)
  expect(await view('getMetisSequencer', 10)).toBe(`0x${'00'.repeat(20)}`)
  expect(await view('finalizedBlock')).toBe(0n)
  const { number, signer, startBlock, endBlock } = await set.getFunction('currentEpoch')()
  expect([number, signer.toLowerCase(), startBlock, endBlock]).toEqual([0n, sequencer, 0n, 9n])
  await expect(set.getFunction('initialize').staticCall(group, group, 100, 200, 10)).rejects.toMatchObject({
    reason: 'Initializable: contract is already initialized',
  })
})

it('writes a committed epoch to the slots that nodes read', async () => {
  await (await set.getFunction('commitEpoch')(1, 10, 19, next)).wait()
  const read = async (slot: string) => anvil.provider.getStorage(SEQUENCER_SET_ADDRESS, slot)
  const slots = epochSlots(1n)
  expect(await read(slotWord(104n))).toBe(slotWord(1n))
  expect(await read(slots.number)).toBe(slotWord(1n))
  expect(await read(slots.signer)).toBe(slotWord(BigInt(next)))
  expect(await read(slots.startBlock)).toBe(slotWord(10n))
  expect(await read(slots.endBlock)).toBe(slotWord(19n))
})
