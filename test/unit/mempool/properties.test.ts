import fc from 'fast-check'
import { expect, it } from 'vitest'
import { MetisSeqError } from '../../../src/core/errors/index.js'
import { TransactionPool } from '../../../src/core/mempool/pool.js'
import type { Transaction } from '../../../src/core/ports/execution.js'
import type { Address } from '../../../src/core/types/hex.js'
import { address, transfer } from './support.js'

const LIMITS = { chainId: 4242, blockGasLimit: 30_000_000n, count: 12, bytes: 2_000, perSender: 5, nonceWindow: 8 }
const all = { gasLimit: 30_000_000n, baseFee: 7n }

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      from: fc.integer({ min: 1, max: 5 }),
      ahead: fc.nat(9),
      fee: fc.nat(9),
      size: fc.integer({ min: 50, max: 700 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('block' as const), take: fc.nat(6) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('orphan' as const) }) },
)

/** A chain as small as it can be: nonces and the blocks that raised them. */
class Model {
  readonly pool = new TransactionPool(LIMITS)
  readonly nonces = new Map<Address, number>()
  readonly blocks: (readonly Transaction[])[] = []

  nonce(from: Address): number {
    return this.nonces.get(from) ?? 0
  }

  add(tx: Transaction): void {
    const before = [this.pool.size, this.pool.bytes, this.pool.select(all)]
    try {
      this.pool.add(tx, { nonce: this.nonce(tx.from), balance: 10n ** 24n }, 7n)
      expect(this.pool.has(tx.hash)).toBe(true)
    } catch (error) {
      if (!(error instanceof MetisSeqError)) throw error
      expect(error.code).toMatch(/^TX_/)
      expect([this.pool.size, this.pool.bytes, this.pool.select(all)]).toEqual(before)
    }
  }

  block(take: number): void {
    const txs = this.pool.select(all).slice(0, take)
    for (const tx of txs) {
      expect(tx.nonce).toBe(this.nonce(tx.from))
      this.nonces.set(tx.from, tx.nonce + 1)
    }
    this.blocks.push(txs)
    this.pool.dropStale(this.nonces)
    for (const tx of txs) expect(this.pool.has(tx.hash)).toBe(false)
  }

  orphan(): void {
    const txs = this.blocks.pop()
    if (txs === undefined) return
    for (const tx of txs.toReversed()) this.nonces.set(tx.from, tx.nonce)
    this.pool.dropStale(this.nonces)
    this.pool.restore(txs)
    expect(this.pool.select(all).slice(0, txs.length)).toEqual(txs)
  }
}

function checkInvariants({ pool, nonces }: Model): void {
  const waiting = [...pool.content().values()].flat()
  expect(waiting).toHaveLength(pool.size)
  expect(new Set(waiting.map(({ hash }) => hash)).size).toBe(pool.size)
  expect(new Set(waiting.map(({ from, nonce }) => `${from}:${nonce}`)).size).toBe(pool.size)
  expect(waiting.reduce((sum, { raw }) => sum + raw.length, 0)).toBe(pool.bytes)
  for (const [from, txs] of pool.content()) {
    expect(txs.map(({ nonce }) => nonce)).toEqual(txs.map(({ nonce }) => nonce).sort((a, b) => a - b))
    const pending = pool.pendingNonce(from, nonces.get(from) ?? 0)
    const chosen = pool.select(all).filter((tx) => tx.from === from)
    expect(chosen).toHaveLength(pending - (nonces.get(from) ?? 0))
  }
}

it('keeps its bounds, order and books whatever happens, and loses nothing that was in a block', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const model = new Model()
      let orphaned = false
      for (const next of steps) {
        if (next.kind === 'block') model.block(next.take)
        else if (next.kind === 'orphan') {
          model.orphan()
          orphaned = true
        } else {
          const from = address(next.from)
          const price = 100n + 12n * BigInt(next.fee)
          const fees = { maxFeePerGas: price, maxPriorityFeePerGas: price }
          model.add(transfer({ from, nonce: model.nonce(from) + next.ahead, raw: new Uint8Array(next.size), ...fees }))
        }
        checkInvariants(model)
        if (orphaned) continue
        expect(model.pool.size).toBeLessThanOrEqual(LIMITS.count)
        expect(model.pool.bytes).toBeLessThanOrEqual(LIMITS.bytes)
      }
    }),
    { numRuns: 300 },
  )
})
