import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { thresholdOf } from '../../../src/core/consensus/power.js'
import { pickSigners } from '../../../src/core/consensus/signers.js'
import { ABANDONED_AFTER } from '../../../src/core/consensus/signing.js'
import type { ConsensusState, Context } from '../../../src/core/consensus/types.js'
import type { Address } from '../../../src/core/types/hex.js'
import { askedToSign, hashOf, keyOf, Network } from './network.js'

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)

/** Who ends a try, and whom it names. */
type Words = { by: Address | undefined; culprits?: Address[]; after?: number }

/** Lets tries fail as `speak` says until the signers are all honest. @returns how many failed; at most `most` are made */
function failures(
  size: number,
  places: readonly number[],
  most: number,
  speak: (signers: Address[], liars: Address[]) => Words,
) {
  const { network, request } = askedToSign(size)
  const liars = places.flatMap((i) => network.state.committee.members[i]?.address ?? [])
  for (let tries = 0; tries < most; tries++) {
    const { signers } = network.session(request)
    if (signers.length > 0 && !signers.some((each) => liars.includes(each))) return tries
    const { by, culprits = [], after = 1 } = speak(signers, liars)
    network.time += after - 1
    network.hear()
    expect(network.say(by, network.unsigned(request, { culprits }))).toBeUndefined()
  }
  return most
}

const firstOf = (signers: Address[], liars: Address[]) => signers.find((each) => liars.includes(each))

describe('as many liars as there may be', () => {
  it.each([4, 5, 7, 10])('rule G2: of %i members the honest ones find one another, whomever liars name', (n) => {
    const most = n - thresholdOf(n)
    // Each try that fails parts a pair with a liar in it.
    const pairs = most * (n - most) + (most * (most - 1)) / 2
    const liarsAt = fc.shuffledSubarray(numbers(n), { minLength: most, maxLength: most })
    fc.assert(
      fc.property(liarsAt, fc.infiniteStream(fc.nat(2000)), (places, dice) => {
        const roll = () => dice.next().value as number
        const tries = failures(n, places, pairs + 1, (signers, liars) => {
          const by = signers[roll() % signers.length] ?? '0x'
          // The honest never name one another.
          const named = signers.filter((each) => each !== by && (liars.includes(by) || liars.includes(each)))
          return { by, culprits: named.filter((_, i) => i === 0 || roll() % 2 === 0), after: 1 + roll() }
        })
        expect(tries).toBeLessThanOrEqual(pairs)
      }),
      { numRuns: 12 },
    )
  })

  it.each([4, 5])('rule G2: of %i members the honest ones find one another, where the liar names nobody', (n) => {
    for (const i of numbers(n))
      expect(failures(n, [i], 2 * n, (signers, liars) => ({ by: firstOf(signers, liars) }))).toBeLessThan(2 * n)
  })

  it.each([4, 7])('rule G2: of %i members the honest ones do without liars who refuse', (n) => {
    const { network, request } = askedToSign(n)
    const honest = network.members.slice(n - thresholdOf(n))
    while (network.session(request).signers.some((each) => !honest.includes(each))) {
      const liar = network.session(request).signers.find((each) => !honest.includes(each))
      network.say(liar, network.unsigned(request, { outcome: 'refused' }))
    }
    expect(network.session(request).signers).toEqual([...honest].sort())
    expect(network.session(request).from).toBe(network.time)
  })

  it.each([
    [7, [0, 3]],
    [7, [2, 5]],
    [10, [0, 3, 6]],
    [10, [1, 4, 8]],
  ])(
    'rule G2: of %i members the honest ones find one another, where those at %j always fail and name nobody',
    (n, places) => {
      const most = 500 // there are 21 and 120 sets
      expect(failures(n, places, most, (signers, liars) => ({ by: firstOf(signers, liars) }))).toBeLessThan(most)
    },
  )

  it('rule G2: the honest ones find one another, where a liar delays and another that does not sign ends each try', () => {
    const outside = (signers: Address[], liars: Address[]): Words => {
      const by = liars.find((each) => !signers.includes(each)) ?? firstOf(signers, liars)
      return { by, after: ABANDONED_AFTER }
    }
    expect(failures(7, [2, 5], 100, outside)).toBeLessThan(100)
  })

  it.each([4, 7, 10, 20, 40, 64])(
    'rule G2: of %i members the honest ones are found, whoever fell out with liars',
    (n) => {
      const [members, most] = [Array.from({ length: n }, (_, i) => keyOf(i).address), n - thresholdOf(n)]
      const liar = fc.nat(most - 1)
      fc.assert(
        fc.property(
          fc.array(fc.tuple(liar, fc.nat(n - 1)), { maxLength: most * most }),
          fc.nat(),
          (fallen, sessions) => {
            const pairs = new Map(
              fallen.filter(([a, b]) => a !== b).map(([a, b]) => [`${a < b ? [a, b] : [b, a]}`, [a, b]]),
            )
            const apart = [...pairs.values()].map((pair) => pair.map((i) => members[i]))
            const state = {
              committee: { members: members.map((address) => ({ address })), threshold: thresholdOf(n) },
              group: { apart: apart.map((pair) => ({ pair, times: 1, until: 1 })), anew: {}, doubts: {}, sessions },
              seen: {},
            } as unknown as ConsensusState
            const time = { time: 0 } as Context
            const picked = pickSigners(state, time, { seed: hashOf('request'), without: new Set() }) ?? []
            expect(picked).toHaveLength(thresholdOf(n))
            expect(apart.filter((pair) => pair.every((each = '0x') => picked.includes(each)))).toEqual([])
          },
        ),
        { numRuns: 20 },
      )
    },
  )

  it('rule G2: the honest ones are found where each liar fell out with as many as make it useless', () => {
    const network = new Network({ stakes: Array(20).fill(10) })
    const members = network.state.committee.members.map(({ address }) => address)
    const [liars, honest] = [members.slice(0, 6), members.slice(6)]
    const apart = liars.flatMap((a) =>
      honest.slice(-7).map((b) => ({ pair: [a, b] as [Address, Address], times: 1, until: Number.MAX_SAFE_INTEGER })),
    )
    const state = { ...network.state, group: { ...network.state.group, apart } }
    const picked = pickSigners(state, network.context, { seed: hashOf('request'), without: new Set() })
    expect(picked).toEqual(honest)
  })
})
