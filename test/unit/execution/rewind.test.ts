import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Block } from '../../../src/core/ports/execution.js'
import { addressOf, next, openRig, type Rig, sign, wallet } from './support.js'

let rig: Rig
beforeEach(async () => {
  rig = await openRig()
})
afterEach(() => rig.remove())

const [from, to] = [wallet(0), addressOf(wallet(1))]

/** Blocks with one transfer each, of the given amounts. */
async function transfers(...amounts: number[]): Promise<Block[]> {
  const blocks: Block[] = []
  for (const value of amounts) {
    const { engine } = rig
    const nonce = await engine.nonce(addressOf(from), engine.head().hash)
    blocks.push((await engine.execute([await sign(from, nonce, { to, value })], next(engine))).block)
  }
  return blocks
}

describe('rewind', () => {
  it('goes back, lets the chain go on elsewhere, and keeps the orphans readable', async () => {
    const [first, second, third] = await transfers(1, 2, 3)
    if (first === undefined || second === undefined || third === undefined) throw new Error('no blocks')
    await rig.engine.rewind(first.hash)
    expect(rig.engine.head()).toEqual(first)
    expect(await rig.engine.blockByNumber(2)).toBeUndefined()
    expect(await rig.engine.blockByHash(third.hash)).toEqual(third)
    expect(await rig.engine.isCanonical(second)).toBe(false)
    const [orphaned] = third.transactionHashes
    expect(await rig.engine.transactionPlace(orphaned ?? '0x')).toBeUndefined()

    const [other] = await transfers(7)
    expect(other).toMatchObject({ number: 2, parentHash: first.hash })
    expect(await rig.engine.balance(to, rig.engine.head().hash)).toBe(1000n * 10n ** 18n + 8n)
    expect(await rig.engine.balance(to, third.hash)).toBe(1000n * 10n ** 18n + 6n)
    expect((await rig.reopen()).head()).toEqual(other)

    await rig.engine.rewind(first.hash)
    await rig.engine.import(second.encoded)
    expect(await rig.engine.import(third.encoded)).toEqual(third)
    expect(await rig.engine.transactionPlace(orphaned ?? '0x')).toMatchObject({ blockNumber: 3, blockHash: third.hash })
  })

  it('refuses what is no ancestor', async () => {
    const [, second] = await transfers(1, 2)
    await rig.engine.rewind(rig.genesis.hash)
    for (const hash of [second?.hash ?? '0x', `0x${'12'.repeat(32)}`] as const) {
      await expect(rig.engine.rewind(hash)).rejects.toMatchObject({ code: 'BLOCK_UNKNOWN' })
    }
    expect(rig.engine.head().number).toBe(0)
  })

  it('tells of new heads, of old ones too, until one stops listening', async () => {
    const heads: number[] = []
    const stop = rig.engine.onHead(({ number }) => heads.push(number))
    await transfers(1, 2)
    await rig.engine.rewind(rig.genesis.hash)
    stop()
    await transfers(3)
    expect(heads).toEqual([1, 2, 0])
  })

  it('does one change at a time', async () => {
    const raws = await Promise.all([0, 1, 2, 3].map((nonce) => sign(from, nonce, { to })))
    const at = rig.engine.head().timestamp
    const blocks = await Promise.all(
      raws.map((raw, i) => rig.engine.execute([raw], { ...next(rig.engine), timestamp: at + 1 + i })),
    )
    expect(blocks.map(({ block }) => [block.number, block.transactions.length])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
      [4, 1],
    ])
  })
})
