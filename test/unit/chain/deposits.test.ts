import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { depositCount, depositsUpTo } from '../../../src/core/chain/rules.js'

describe('the deposits up to an L1 block', () => {
  it('are as many as a chain that carried them in order holds', () => {
    const gaps = fc.array(fc.nat(3), { maxLength: 600 })
    fc.assert(
      fc.property(gaps, fc.nat(40), (between, origin) => {
        let l1Block = 0
        const queue = between.map((gap, index) => {
          l1Block += gap
          return { index, address: `0x${'00'.repeat(20)}` as const, amountGwei: 1n, l1Block }
        })
        const deposit = (index: number) => queue[index]
        let cursor = 0
        for (let some = 1; some > 0; cursor += some) some = depositsUpTo({ deposit }, origin, cursor).length
        expect(depositCount(deposit, origin)).toBe(cursor)
      }),
    )
  })
})
