import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isQuorum,
  makeCommittee,
  powerCap,
  thresholdOf,
  uncappedPower,
  WEI_PER_METIS,
} from '../../../src/core/consensus/power.js'
import { MAX_STAKE } from '../../../src/core/consensus/staking.js'
import type { Address } from '../../../src/core/types/hex.js'

const member = (i: number, metis: number) => ({
  id: i,
  address: `0x${i.toString(16).padStart(40, '0')}` as Address,
  pubkey: '0x' as const,
  stake: BigInt(metis) * WEI_PER_METIS,
})
const committeeOf = (stakes: readonly number[]) => makeCommittee(stakes.map((stake, i) => member(i, stake)))
const stakes = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 4, maxLength: 20 })

describe('power', () => {
  it('rule P2: every member stays strictly below a third, and the cap is the largest that does so', () => {
    fc.assert(
      fc.property(stakes, (powers) => {
        const { members, totalPower } = committeeOf(powers)
        for (const { power } of members) expect(3 * power).toBeLessThan(totalPower)
        const cap = powerCap(powers) ?? 0
        const highest = Math.max(...powers)
        const total = powers.reduce((sum, power) => sum + Math.min(power, cap + 1), 0)
        if (cap < highest) expect(3 * (cap + 1)).toBeGreaterThanOrEqual(total)
      }),
    )
  })

  it('rule P2: stopping any one of four members leaves a quorum, whatever the stakes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 10 ** 9 }), { minLength: 4, maxLength: 4 }), (powers) => {
        const committee = committeeOf(powers)
        const addresses = committee.members.map(({ address }) => address)
        for (const dead of addresses) {
          expect(
            isQuorum(
              committee,
              addresses.filter((address) => address !== dead),
            ),
          ).toBe(true)
        }
      }),
    )
  })

  it('rule P2: the stake itself is kept, for selection weighs it uncapped', () => {
    const whale = committeeOf([1_000_000, 10, 10, 10]).members[0]
    expect(whale?.power).toBe(14)
    expect(whale?.stake).toBe(1_000_000n * WEI_PER_METIS)
  })

  it.each([
    [[5], undefined, [5]],
    [[5, 1, 1], undefined, [5, 1, 1]],
    [[7, 7, 7, 7], 7, [7, 7, 7, 7]],
    [[100, 1, 1, 1], 1, [1, 1, 1, 1]],
    [[100, 50, 10, 10], 19, [19, 19, 10, 10]],
    [[10, 10, 10, 10, 100], 19, [10, 10, 10, 10, 19]],
  ])('rule P2: stakes %j are capped at %s', (powers, cap, capped) => {
    expect(powerCap(powers)).toBe(cap)
    expect(committeeOf(powers).members.map(({ power }) => power)).toEqual(capped)
  })

  it.each([
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 3],
    [5, 4],
    [6, 5],
    [7, 5],
    [9, 7],
    [10, 7],
  ])('rule P3: of %i members %i heads are needed', (size, heads) => {
    expect(thresholdOf(size)).toBe(heads)
  })

  it('rule P3: a quorum needs more than two thirds of the power and the heads, and each alone is not enough', () => {
    const committee = committeeOf([28, 28, 28, 2, 2, 2, 2])
    const [a, b, c, d, e, f, g] = committee.members.map(({ address }) => address) as [Address, ...Address[]]
    expect(committee.threshold).toBe(5)
    expect(isQuorum(committee, [a, b, c, d] as Address[])).toBe(false) // power, but too few heads
    expect(isQuorum(committee, [a, d, e, f, g] as Address[])).toBe(false) // heads, but too little power
    expect(isQuorum(committee, [a, b, c, d, e] as Address[])).toBe(true)
    expect(isQuorum(committee, [a, a, a, a, a, b, b] as Address[])).toBe(false) // nobody counts twice
  })

  it('rule P3: exactly two thirds of the power is no quorum', () => {
    const committee = committeeOf([2, 2, 2, 2, 2, 2, 3])
    expect(committee).toMatchObject({ totalPower: 15, threshold: 5 })
    const addresses = committee.members.map(({ address }) => address)
    expect(isQuorum(committee, addresses.slice(0, 5))).toBe(false) // 10 of 15, and heads enough
    expect(isQuorum(committee, addresses.slice(2))).toBe(true) // 11 of 15
  })

  it('rule P3: two quorums of a committee share more than a third of the power', () => {
    fc.assert(
      fc.property(stakes, fc.infiniteStream(fc.boolean()), (powers, coins) => {
        const committee = committeeOf(powers)
        const pick = () => committee.members.filter(() => coins.next().value)
        const [one, other] = [pick(), pick()]
        const addresses = (list: typeof one) => list.map(({ address }) => address)
        fc.pre(isQuorum(committee, addresses(one)) && isQuorum(committee, addresses(other)))
        const both = one.filter((each) => other.includes(each)).reduce((sum, { power }) => sum + power, 0)
        expect(3 * both).toBeGreaterThan(committee.totalPower)
      }),
    )
  })

  it('rule P4: what is below a whole METIS has no power; the highest stake is counted exactly', () => {
    expect(uncappedPower(WEI_PER_METIS - 1n)).toBe(0)
    expect(uncappedPower(WEI_PER_METIS)).toBe(1)
    expect(BigInt(uncappedPower(MAX_STAKE))).toBe(MAX_STAKE / WEI_PER_METIS)
  })
})
