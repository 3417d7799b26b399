import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addressOf, GWEI, METIS, next, openRig, type Rig, SEQUENCER, sign, wallet } from './support.js'

let rig: Rig
beforeEach(async () => {
  rig = await openRig()
})
afterEach(() => rig.remove())

describe('the embedded engine', () => {
  it('starts at the block of the genesis document', () => {
    expect(rig.engine.head()).toMatchObject({ number: 0, hash: rig.genesis.hash, stateRoot: rig.genesis.stateRoot })
  })

  it('executes a transfer, stores it, and answers about it', async () => {
    const { engine } = rig
    const raw = await sign(wallet(0), 0, { to: wallet(1).address, value: METIS })
    const { block, rejected } = await engine.execute([raw], next(engine))
    expect(rejected).toEqual([])
    expect(block).toMatchObject({ number: 1, gasUsed: 21_000n, feeRecipient: SEQUENCER, parentHash: rig.genesis.hash })
    expect(engine.head()).toEqual(block)
    const hash = engine.decodeTransaction(raw).hash
    expect(await engine.transactionPlace(hash)).toEqual({ blockHash: block.hash, blockNumber: 1, index: 0 })
    const [receipt] = (await engine.receipts(block.hash)) ?? []
    expect(receipt).toMatchObject({ status: 1, gasUsed: 21_000n, from: addressOf(wallet(0)), to: addressOf(wallet(1)) })
    expect(await engine.balance(addressOf(wallet(1)), block.hash)).toBe(1001n * METIS)
    expect(await engine.balance(addressOf(wallet(1)), rig.genesis.hash)).toBe(1000n * METIS)
    expect(await engine.balance(SEQUENCER, block.hash)).toBe(21_000n * GWEI)
    expect(await engine.nonce(addressOf(wallet(0)), block.hash)).toBe(1)
  })

  it('has the same head after it was closed and opened', async () => {
    const raw = await sign(wallet(0), 0, { to: wallet(1).address, value: 5n })
    const { block } = await rig.engine.execute([raw], next(rig.engine))
    const receipts = await rig.engine.receipts(block.hash)
    const engine = await rig.reopen()
    expect(engine.head()).toEqual(block)
    expect(await engine.receipts(block.hash)).toEqual(receipts)
    const { block: second } = await engine.execute([await sign(wallet(0), 1, { to: wallet(1).address })], next(engine))
    expect(second).toMatchObject({ number: 2, gasUsed: 21_000n })
  })
})
