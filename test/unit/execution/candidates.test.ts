import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hexToBytes } from '../../../src/core/codec/index.js'
import type { BlockAttributes } from '../../../src/core/ports/execution.js'
import { GWEI, METIS, next, openRig, type Rig, SEQUENCER, sign, testGenesis, wallet, wallets } from './support.js'

let rig: Rig
beforeEach(async () => {
  rig = await openRig(await testGenesis({}, 100_000))
})
afterEach(() => rig.remove())

const to = wallet(5).address

/** What the engine says of `raws`, and how many it took. */
async function offered(...raws: Uint8Array[]) {
  const { block, rejected } = await rig.engine.execute(raws, next(rig.engine))
  return { taken: block.transactions.length, rejected }
}

describe('a transaction that cannot be included is left out', () => {
  it.each<[string, () => Promise<Uint8Array>, RegExp, boolean]>([
    ['nonce gap', () => sign(wallet(0), 3, { to }), /nonce 3 is above the account's 0/, false],
    [
      'low fee cap',
      () => sign(wallet(0), 0, { to, maxFeePerGas: GWEI / 2n, maxPriorityFeePerGas: 0n }),
      /below the base fee/,
      false,
    ],
    ['too expensive', () => sign(wallet(0), 0, { to, value: 1001n * METIS }), /the account has/, false],
    ['no gas', () => sign(wallet(0), 0, { to, gasLimit: 20_000 }), /below the 21000/, true],
    [
      'no gas for its data (EIP-7623)',
      () => sign(wallet(0), 0, { to, data: `0x${'11'.repeat(10)}`, gasLimit: 21_399 }),
      /below the 21400/,
      true,
    ],
    ['larger than a block', () => sign(wallet(0), 0, { to, gasLimit: 100_001 }), /above the block's 100000/, true],
    ['other chain', () => sign(wallet(0), 0, { to, chainId: 1 }), /invalid/i, true],
    ['no transaction', async () => hexToBytes('0x02c0'), /invalid/i, true],
    ['nothing', async () => new Uint8Array(0), /invalid/i, true],
    ['blobs', async () => hexToBytes('0x03c0'), /type is 3/, true],
    ['set code', async () => hexToBytes('0x04c0'), /invalid/i, true],
  ])('%s', async (_, make, reason, stale) => {
    const { taken, rejected } = await offered(await make(), await sign(wallet(1), 0, { to }))
    expect(taken).toBe(1)
    expect(rejected).toEqual([
      { hash: expect.stringMatching(/^0x[0-9a-f]{64}$/), reason: expect.stringMatching(reason), stale },
    ])
  })

  it('a spent nonce, and the same transaction twice', async () => {
    const raw = await sign(wallet(0), 0, { to })
    const { taken, rejected } = await offered(raw, raw)
    expect([taken, rejected]).toEqual([1, [expect.objectContaining({ stale: true })]])
    expect(await offered(raw)).toMatchObject({ taken: 0, rejected: [{ stale: true }] })
  })

  it('what does not fit any more, and what its sender sends after it', async () => {
    const large = await sign(wallet(0), 0, { to, gasLimit: 90_000 })
    const after = await sign(wallet(0), 1, { to })
    const others = await Promise.all(wallets.slice(1, 5).map((each) => sign(each, 0, { to })))
    const { taken, rejected } = await offered(...others.slice(0, 2), large, after, ...others.slice(2))
    expect(taken).toBe(4)
    expect(rejected).toEqual([
      { hash: expect.anything(), reason: expect.stringContaining('does not fit'), stale: false },
      { hash: expect.anything(), reason: expect.stringContaining('is above the account'), stale: false },
    ])
    expect(await offered(large, after)).toEqual({ taken: 2, rejected: [] })
  })
})

describe('a block', () => {
  const withdrawal = { index: 0, address: SEQUENCER, amountGwei: 1n }
  it.each<[string, Partial<BlockAttributes>]>([
    ['the time of its parent', { timestamp: 1_700_000_000 }],
    ['a time that is no integer', { timestamp: 1_700_000_000.5 }],
    ['33 bytes of extraData', { extraData: `0x${'00'.repeat(33)}` }],
    ['extraData that is no hex', { extraData: '0xzz' }],
    ['a short fee recipient', { feeRecipient: '0x12' }],
    ['a short prevRandao', { prevRandao: '0x12' }],
    ['a negative deposit', { withdrawals: [{ ...withdrawal, amountGwei: -1n }] }],
    ['a deposit without a place', { withdrawals: [{ ...withdrawal, index: 0.5 }] }],
    ['a deposit to nobody', { withdrawals: [{ ...withdrawal, address: '0x' }] }],
  ])('cannot have %s', async (_, change) => {
    const attributes = { ...next(rig.engine), ...change }
    await expect(rig.engine.execute([], attributes)).rejects.toMatchObject({ code: 'BLOCK_INVALID' })
    const { block } = await rig.engine.execute([], next(rig.engine))
    expect(rig.engine.decodeBlock(block.encoded)).toEqual(block)
  })

  it('has the base fee of EIP-1559', async () => {
    const full = await Promise.all(wallets.slice(0, 4).map((each) => sign(each, 0, { to })))
    const { block } = await rig.engine.execute(full, next(rig.engine))
    expect(block.gasUsed).toBe(84_000n)
    const { block: second } = await rig.engine.execute([], next(rig.engine))
    expect(second.baseFee).toBe(block.baseFee + (block.baseFee * 34_000n) / 50_000n / 8n)
    const { block: third } = await rig.engine.execute([], next(rig.engine))
    expect(third.baseFee).toBe(second.baseFee - second.baseFee / 8n)
  })
})
