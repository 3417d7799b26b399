import { AbiCoder, type TransactionRequest } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesToHex } from '../../../src/core/codec/index.js'
import type { Address, Hex } from '../../../src/core/types/hex.js'
import { type Anvil, startAnvil } from '../../support/anvil.js'
import { compilePlayground } from './playground.js'
import { CHAIN_ID, METIS, next, openRig, type Rig, sign, wallet, wallets } from './support.js'

const { abi, creation } = compilePlayground()
const call = (to: Address, name: string, ...args: unknown[]) => ({ to, data: abi.encodeFunctionData(name, args) })
const salt = (n: number) => AbiCoder.defaultAbiCoder().encode(['uint256'], [n])

interface AnvilReceipt {
  status: Hex
  gasUsed: Hex
  contractAddress: Address | null
  logs: { address: Address; topics: Hex[]; data: Hex }[]
}

let anvil: Anvil
let rig: Rig
beforeAll(async () => {
  anvil = await startAnvil(['--no-mining', '--order', 'fifo'], CHAIN_ID)
  for (const { address } of wallets)
    await anvil.provider.send('anvil_setBalance', [address, `0x${(1000n * METIS).toString(16)}`])
  rig = await openRig()
})
afterAll(async () => {
  await anvil.stop()
  await rig.remove()
})

/** Status, gas and logs of each transaction, in both. */
async function both(raws: readonly Uint8Array[]) {
  const { engine } = rig
  const { block, rejected } = await engine.execute(raws, next(engine))
  expect(rejected).toEqual([])
  const hashes: string[] = []
  for (const raw of raws) hashes.push(await anvil.provider.send('eth_sendRawTransaction', [bytesToHex(raw)]))
  await anvil.provider.send('evm_mine', [])
  const theirs: AnvilReceipt[] = []
  for (const hash of hashes) theirs.push(await anvil.provider.send('eth_getTransactionReceipt', [hash]))
  const ours = (await engine.receipts(block.hash)) ?? []
  return {
    ours: ours.map(({ status, gasUsed, contractAddress, logs }) => ({
      status,
      gasUsed,
      contractAddress,
      logs: logs.map(({ address, topics, data }) => ({ address, topics, data })),
    })),
    theirs: theirs.map(({ status, gasUsed, contractAddress, logs }) => ({
      status: Number(status),
      gasUsed: BigInt(gasUsed),
      contractAddress,
      logs: logs.map(({ address, topics, data }) => ({ address, topics, data })),
    })),
  }
}

describe('against anvil, with the same signed transactions', () => {
  it('gas, status, addresses and logs are the same', async () => {
    const deployed = await both([await sign(wallet(0), 0, { data: creation, gasLimit: 3_000_000 })])
    expect(deployed.ours).toEqual(deployed.theirs)
    const at = deployed.ours[0]?.contractAddress
    if (at === null || at === undefined) throw new Error('the contract was not created')
    const requests: TransactionRequest[] = [
      { to: wallet(4).address, value: 5n },
      { to: '0x00000000000000000000000000000000000000a1', value: 1n, data: `0x${'00ff'.repeat(300)}` },
      call(at, 'set', 1, 7),
      call(at, 'set', 1, 0),
      call(at, 'set', 2, 3),
      { ...call(at, 'set', 2, 4), type: 1, accessList: [{ address: at, storageKeys: [salt(0), salt(2)] }] },
      call(at, 'clear', 0, 5),
      call(at, 'log', 4),
      call(at, 'refuse', 9),
      call(at, 'tryRefuse', 9),
      call(at, 'spin', 500),
      { ...call(at, 'spawn', salt(1), false), value: 3n },
      { ...call(at, 'spawn', salt(2), true), value: 4n },
      { ...call(at, 'spawn', salt(1), false) },
      call(at, 'transient_'),
      call(at, 'transient_'),
      call(at, 'transfer', wallet(3).address, 5),
      { ...call(at, 'log', 4), gasLimit: 30_000 },
      { data: '0xfe', gasLimit: 100_000 },
      { to: '0x0000000000000000000000000000000000000001', data: `0x${'01'.repeat(128)}` },
      {
        to: '0x0000000000000000000000000000000000000005',
        data: `0x${'00'.repeat(31)}01${'00'.repeat(31)}01${'00'.repeat(31)}01020305`,
      },
      { to: '0x000000000000000000000000000000000000000b', data: `0x${'00'.repeat(256)}` },
    ]
    const raws: Uint8Array[] = []
    for (const [i, request] of requests.entries())
      raws.push(await sign(wallet(1), i, { gasLimit: 900_000, ...request }))
    const { ours, theirs } = await both(raws)
    for (const [i, each] of ours.entries()) expect({ i, ...each }).toEqual({ i, ...theirs[i] })
    expect(ours.filter(({ status }) => status === 0).length).toBeGreaterThan(3)
  })

  it('calls and estimates agree', async () => {
    const { ours } = await both([await sign(wallet(2), 0, { data: creation, gasLimit: 3_000_000 })])
    const to = ours[0]?.contractAddress
    if (to === null || to === undefined) throw new Error('the contract was not created')
    const from = wallet(3).address.toLowerCase() as Address
    const { engine } = rig
    const head = engine.head().hash
    for (const [name, ...args] of [
      ['set', 1, 7],
      ['log', 3],
      ['spawn', salt(5), true],
      ['tryRefuse', 1],
      ['spin', 50],
    ] as const) {
      const data = abi.encodeFunctionData(name, args) as Hex
      const estimate = await engine.estimateGas({ from, to, data }, head)
      const theirs = BigInt(await anvil.provider.send('eth_estimateGas', [{ from, to, data }]))
      expect({ name, ratio: Number((estimate * 100n) / theirs) / 100 }).toEqual({ name, ratio: expect.closeTo(1, 1) })
      expect(await engine.call({ from, to, data, gas: estimate }, head)).toMatchObject({ success: true })
    }
    const refuse = abi.encodeFunctionData('refuse', [3]) as Hex
    const revert = abi.encodeErrorResult('Refused', [3])
    expect(await engine.call({ from, to, data: refuse }, head)).toMatchObject({
      success: false,
      data: revert,
      error: 'execution reverted',
    })
    await expect(engine.estimateGas({ from, to, data: refuse }, head)).rejects.toMatchObject({
      code: 'CALL_REVERTED',
      details: { data: revert },
    })
    await expect(engine.estimateGas({ from, to, data: refuse, value: 2000n * METIS }, head)).rejects.toMatchObject({
      code: 'GAS_REQUIRED_EXCEEDS_ALLOWANCE',
    })
  })
})
