import { describe, expect, it } from 'vitest'
import type { PoolLimits } from '../../../src/core/mempool/limits.js'
import { TransactionPool } from '../../../src/core/mempool/pool.js'
import { address, rich, transfer } from './support.js'

const newPool = (limits: Partial<PoolLimits> = {}) =>
  new TransactionPool({ chainId: 4242, blockGasLimit: 30_000_000n, ...limits })
const all = { gasLimit: 30_000_000n, baseFee: 7n }

describe('the order of a block', () => {
  it('is that of arrival between senders, whatever they pay, and of nonces within one', () => {
    const pool = newPool()
    const [a1, b0, a0, c0] = [
      transfer({ from: address(1), nonce: 1 }),
      transfer({ from: address(2) }),
      transfer({ from: address(1), nonce: 0 }),
      transfer({ from: address(3), maxFeePerGas: 900_000n, maxPriorityFeePerGas: 900_000n }),
    ]
    for (const tx of [a1, b0, a0, c0]) pool.add(tx, rich, 7n)
    expect(pool.select(all)).toEqual([b0, a0, a1, c0])
  })

  it('a replacement queues anew, as its place was not meant for its content', () => {
    const pool = newPool()
    const other = transfer({ from: address(2) })
    const next = transfer({ maxFeePerGas: 2_000n, maxPriorityFeePerGas: 200n })
    pool.add(transfer(), rich, 7n)
    pool.add(other, rich, 7n)
    pool.add(next, rich, 7n)
    expect(pool.select(all)).toEqual([other, next])
  })

  it('leaves out what follows a gap or cannot pay the base fee', () => {
    const pool = newPool()
    const paid = transfer()
    pool.add(paid, rich, 7n)
    pool.add(transfer({ nonce: 1, maxFeePerGas: 50n }), rich, 7n)
    pool.add(transfer({ nonce: 2 }), rich, 7n)
    pool.add(transfer({ from: address(2), nonce: 1 }), rich, 7n)
    expect(pool.select({ ...all, baseFee: 51n })).toEqual([paid])
    expect(pool.select(all)).toHaveLength(3)
  })

  it('counts the gas needed at the least, so that a high gas limit takes no room', () => {
    const pool = newPool()
    pool.add(transfer({ gasLimit: 30_000_000n }), rich, 7n)
    pool.add(transfer({ from: address(2) }), rich, 7n)
    expect(pool.select({ ...all, gasLimit: 42_000n })).toHaveLength(2)
    expect(pool.select({ ...all, gasLimit: 41_999n })).toHaveLength(1)
    expect(pool.select({ ...all, maxBytes: 219 })).toHaveLength(1)
  })

  it('starts at the nonces of the state the block is built on', () => {
    const pool = newPool()
    for (let nonce = 0; nonce < 3; nonce++) pool.add(transfer({ nonce }), rich, 7n)
    expect(pool.select({ ...all, nonceOf: () => 2 }).map(({ nonce }) => nonce)).toEqual([2])
  })
})

describe('nonces', () => {
  it('the pending one comes after those that wait without a gap', () => {
    const pool = newPool()
    for (const nonce of [3, 4, 6]) pool.add(transfer({ nonce }), { ...rich, nonce: 3 }, 7n)
    expect(pool.pendingNonce(address(1), 3)).toBe(5)
    expect(pool.pendingNonce(address(1), 5)).toBe(5)
    expect(pool.pendingNonce(address(2), 9)).toBe(9)
  })

  it('what a block has included leaves', () => {
    const pool = newPool()
    for (const nonce of [0, 1, 2]) pool.add(transfer({ nonce }), rich, 7n)
    pool.dropStale([[address(1), 2]])
    expect(
      pool
        .content()
        .get(address(1))
        ?.map(({ nonce }) => nonce),
    ).toEqual([2])
    pool.dropStale([[address(1), 3]])
    expect([pool.size, pool.bytes, pool.content().size]).toEqual([0, 0, 0])
  })
})

describe('a full pool', () => {
  it('lets the last transaction of the largest sender go', () => {
    const pool = newPool({ count: 4 })
    const large = [0, 1, 2].map((nonce) => transfer({ nonce }))
    for (const tx of large) pool.add(tx, rich, 7n)
    pool.add(transfer({ from: address(2) }), rich, 7n)
    expect(pool.add(transfer({ from: address(3) }), rich, 7n).evicted).toEqual([large[2]])
    expect(() => pool.add(transfer({ nonce: 2 }), rich, 7n)).toThrow(/^txpool is full/)
    expect(pool.size).toBe(4)
  })

  it('lets what cannot be included go first, so that it is not blocked by what costs nothing', () => {
    const pool = newPool({ count: 4 })
    const idle = [1, 2].map((from) => transfer({ from: address(from), nonce: 5 }))
    const cheap = [3, 4].map((from) => transfer({ from: address(from), maxFeePerGas: 7n }))
    for (const tx of [...idle, ...cheap]) pool.add(tx, rich, 100n)
    const evicted = [10, 11, 12, 13].flatMap((from) => pool.add(transfer({ from: address(from) }), rich, 100n).evicted)
    expect(evicted).toEqual([...idle, ...cheap].reverse())
    expect(() => pool.add(transfer({ from: address(14) }), rich, 100n)).toThrow(/^txpool is full/)
  })

  it('is as it was before when it refuses', () => {
    const pool = newPool({ bytes: 1_000 })
    for (let nonce = 0; nonce < 8; nonce++) pool.add(transfer({ nonce }), rich, 7n)
    const before = pool.select(all)
    expect(() => pool.add(transfer({ from: address(2), raw: new Uint8Array(900) }), rich, 7n)).toThrow(/txpool is full/)
    expect(pool.select(all)).toEqual(before)
    expect(pool.bytes).toBe(880)
  })
})

describe('orphaned transactions', () => {
  it('come back in front, in their order, once', () => {
    const pool = newPool({ count: 3 })
    const [first, second] = [transfer({ from: address(1) }), transfer({ from: address(2), nonce: 7 })]
    const waiting = [transfer({ from: address(3) }), transfer({ from: address(1), nonce: 1 })]
    for (const tx of waiting) pool.add(tx, { ...rich, nonce: tx.nonce }, 7n)
    pool.restore([first, second])
    pool.restore([first, second])
    expect(pool.select(all)).toEqual([first, second, ...waiting])
    expect(pool.size).toBe(4)
  })

  it('stay when the pool is full, and take the place of another with their nonce', () => {
    const pool = newPool({ count: 1 })
    pool.add(transfer({ maxFeePerGas: 9_000n, maxPriorityFeePerGas: 9_000n }), rich, 7n)
    const back = [transfer(), transfer({ nonce: 1 })]
    pool.restore(back)
    expect(() => pool.add(transfer({ from: address(2) }), rich, 7n)).toThrow(/^txpool is full/)
    expect(pool.select(all)).toEqual(back)
  })
})
