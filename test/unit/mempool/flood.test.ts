import { describe, expect, it } from 'vitest'
import { MetisSeqError } from '../../../src/core/errors/index.js'
import { DEFAULT_LIMITS } from '../../../src/core/mempool/limits.js'
import { TransactionPool } from '../../../src/core/mempool/pool.js'
import { address, rich, transfer } from './support.js'

const LIMITS = { chainId: 4242, blockGasLimit: 30_000_000n }
const BASE_FEE = 1_000n
/** Fee cap that no block takes, and that costs its sender next to nothing. */
const DUST = 7n

/** The code of a refusal; undefined where it was taken. */
function code(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (error instanceof MetisSeqError) return error.code
    throw error
  }
}

/** A pool that somebody has filled from as many accounts with what no block will take. */
function flooded(): TransactionPool {
  const pool = new TransactionPool(LIMITS)
  for (let i = 0; i < DEFAULT_LIMITS.count; i++) {
    const tx = transfer({ from: address(1000 + i), maxFeePerGas: DUST, maxPriorityFeePerGas: 0n })
    pool.add(tx, rich, BASE_FEE)
  }
  return pool
}

describe('a pool that is flooded from thousands of accounts', () => {
  it('takes whoever pays, in place of what pays nothing', () => {
    const pool = flooded()
    for (let i = 0; i < 200; i++) {
      const { evicted, executable } = pool.add(
        transfer({ from: address(i + 1), maxFeePerGas: 2n * BASE_FEE }),
        rich,
        BASE_FEE,
      )
      expect([executable, evicted.map(({ maxFeePerGas }) => maxFeePerGas)]).toEqual([true, [DUST]])
    }
    expect(pool.size).toBe(DEFAULT_LIMITS.count)
    expect(pool.select({ gasLimit: 30_000_000n, baseFee: BASE_FEE })).toHaveLength(200)
  })

  it('takes no more of what pays nothing, and needs little time to say so', () => {
    const pool = flooded()
    const start = process.cpuUsage()
    for (let i = 0; i < 200; i++) {
      const tx = transfer({ from: address(50_000 + i), maxFeePerGas: DUST, maxPriorityFeePerGas: 0n })
      expect(code(() => pool.add(tx, rich, BASE_FEE))).toBe('TX_POOL_FULL')
    }
    const { user, system } = process.cpuUsage(start)
    // 2 ms each, where an idle machine needs a quarter of one.
    expect((user + system) / 1000).toBeLessThan(400)
    expect(pool.size).toBe(DEFAULT_LIMITS.count)
  })

  it('is not worn out by replacements: each pays a tenth more in both fees, or is refused at once', () => {
    const pool = new TransactionPool(LIMITS)
    const at = (cap: bigint, tip: bigint) =>
      transfer({ from: address(1), maxFeePerGas: cap, maxPriorityFeePerGas: tip })
    pool.add(at(10_000n, 100n), rich, BASE_FEE)
    for (let i = 0n; i < 1000n; i++)
      expect(code(() => pool.add(at(10_999n, 10_000n + i), rich, BASE_FEE))).toBe('TX_REPLACEMENT_UNDERPRICED')
    let [cap, tip] = [10_000n, 100n]
    for (let i = 0; i < 100; i++) {
      ;[cap, tip] = [(cap * 110n) / 100n + 1n, (tip * 110n) / 100n + 1n]
      pool.add(at(cap, tip), rich, BASE_FEE)
    }
    // After 100 of them the last one pays 13,780 times the first.
    expect(cap / 10_000n).toBeGreaterThan(10_000n)
    expect([pool.size, pool.bytes]).toEqual([1, 110])
  })

  it('keeps within its bytes, whoever has large ones', () => {
    const pool = new TransactionPool(LIMITS)
    const raw = new Uint8Array(DEFAULT_LIMITS.transactionBytes)
    for (let i = 0; i < 300; i++) code(() => pool.add(transfer({ from: address(i), nonce: 0, raw }), rich, BASE_FEE))
    expect(pool.bytes).toBeLessThanOrEqual(DEFAULT_LIMITS.bytes)
    expect(pool.size).toBe(DEFAULT_LIMITS.bytes / DEFAULT_LIMITS.transactionBytes)
  })
})
