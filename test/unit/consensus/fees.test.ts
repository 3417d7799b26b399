import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { L1Fees } from '../../../src/core/consensus/groupTypes.js'
import { L1_FEE_CAP } from '../../../src/core/consensus/onL1.js'
import { thresholdOf } from '../../../src/core/consensus/power.js'
import { content, flight, flying } from './batches.js'
import { hashOf, Network } from './network.js'

const feesOf = (maxFeePerGas: bigint, maxPriorityFeePerGas = 1n, maxFeePerBlobGas = 1n): L1Fees => ({
  maxFeePerGas,
  maxPriorityFeePerGas,
  maxFeePerBlobGas,
})

/** One member says what L1 asks for the transaction that is on its way. */
function say(network: Network, member: number, fees: L1Fees, { bump = 0, request = flying(network).id } = {}) {
  return network.say(network.members[member], { kind: 'fees', request, bump, fees })
}

describe('fees on L1', () => {
  it('rule G4: a transaction is signed once t members said what it costs, at the median of each of the fees', () => {
    const network = flight()
    expect(network.signing(flying(network))).toMatchObject({ fees: null, session: null })
    expect(network.code(network.signed({ ...flying(network), chain: 'l2' }))).toBe('REQUEST_SIGNED') // not begun
    say(network, 0, feesOf(10n, 3n, 900n))
    say(network, 2, feesOf(30n, 1n, 100n))
    expect(network.signing(flying(network))).toMatchObject({ fees: null, session: null })
    expect(say(network, 3, feesOf(20n, 2n, 500n))).toBeUndefined()
    const { fees, quotes, bump, session } = network.signing(flying(network))
    expect({ fees, quotes, bump }).toEqual({ fees: feesOf(20n, 2n, 500n), quotes: {}, bump: 0 })
    expect(session).toMatchObject({ from: network.time, number: network.state.group.sessions })
    expect(session?.signers).toHaveLength(3)
    expect(network.effects.at(-1)).toEqual({ type: 'sessionOpened', request: flying(network).id, session })
  })

  it.each([4, 5, 7, 10])('rule G4: of %i members no liars bring a fee above or below what the honest ones say', (n) => {
    const t = thresholdOf(n)
    const triple = (price: fc.Arbitrary<bigint>) =>
      fc.tuple(price, price, price).map(([tip, more, blob]) => feesOf(tip + more, tip, blob))
    const lie = triple(fc.oneof(fc.bigInt({ min: 0n, max: 100n }), fc.constantFrom(0n, 10n ** 60n)))
    const truth = triple(fc.bigInt({ min: 20n, max: 40n }))
    const all = { minLength: t, maxLength: t }
    const isLiar = fc.shuffledSubarray(
      Array.from({ length: t }, (_, i) => i < n - t),
      all,
    )
    fc.assert(
      fc.property(fc.array(lie, all), fc.array(truth, all), isLiar, (lies, truths, liars) => {
        const network = new Network({ stakes: Array(n).fill(10) })
        network.finishTerm()
        network.quorum(content(network))
        for (const [i, isOne] of liars.entries()) say(network, i, (isOne ? lies : truths)[i] ?? feesOf(0n))
        const { fees } = network.signing(flying(network))
        const words = truths.filter((_, i) => liars[i] === false)
        for (const key of ['maxFeePerGas', 'maxPriorityFeePerGas', 'maxFeePerBlobGas'] as const) {
          const said = words.map((each) => each[key]).sort((a, b) => Number(a - b))
          expect(fees?.[key]).toBeGreaterThanOrEqual(said[0] ?? 0n)
          expect(fees?.[key]).toBeLessThanOrEqual(said.at(-1) ?? 0n)
        }
        expect(fees?.maxPriorityFeePerGas).toBeLessThanOrEqual(fees?.maxFeePerGas ?? 0n)
        expect(network.code(network.signed(flying(network)))).toBeUndefined()
      }),
      { numRuns: 6 },
    )
  })

  it('rule B2: no fee is above the cap, whatever members say', () => {
    const network = flight()
    for (const i of [0, 1, 2]) say(network, i, feesOf(10n ** 30n, 10n ** 29n, 10n ** 28n))
    expect(network.signing(flying(network)).fees).toEqual(feesOf(L1_FEE_CAP, L1_FEE_CAP, L1_FEE_CAP))
  })

  it('rule G4: a tip above the fee is refused, and one that is all of it is not', () => {
    const network = flight()
    expect(say(network, 0, feesOf(5n, 6n))).toBe('FEES_TIP')
    expect(say(network, 0, feesOf(5n, 5n))).toBeUndefined()
  })

  it('rule T8: each member has one word', () => {
    const network = flight()
    expect([say(network, 0, feesOf(5n)), say(network, 0, feesOf(5n)), say(network, 0, feesOf(6n))]).toEqual([
      undefined,
      'VOTE_KNOWN',
      'VOTE_KNOWN',
    ])
    say(network, 1, feesOf(7n))
    expect(network.signing(flying(network)).fees).toBeNull()
    say(network, 2, feesOf(8n))
    expect(network.signing(flying(network)).fees).toEqual(feesOf(7n))
  })

  it('rule P3: a change of the committee wipes what was said', () => {
    const network = flight()
    for (const i of [0, 1]) say(network, i, feesOf(5n))
    network.l1(12, [{ type: 'stake', block: 12, id: 4, amount: 12n * 10n ** 18n }])
    network.finishTerm()
    expect(network.signing(flying(network)).quotes).toEqual({})
    say(network, 2, feesOf(9n))
    expect(network.signing(flying(network)).fees).toBeNull()
    for (const i of [0, 1]) expect(say(network, i, feesOf(6n))).toBeUndefined()
    expect(network.signing(flying(network)).fees).toEqual(feesOf(6n))
  })

  it('rule G4: fees that nobody asks for are refused', () => {
    const network = flight()
    const [opening = '0x'] = network.state.term.opening
    expect(say(network, 0, feesOf(5n), { bump: 1 })).toBe('FEES_NOT_ASKED')
    expect(say(network, 0, feesOf(5n), { request: opening })).toBe('FEES_NOT_ASKED')
    expect(say(network, 0, feesOf(5n), { request: hashOf('none') })).toBe('REQUEST_UNKNOWN')
    network.agree(flying(network))
    for (const bump of [0, 1, 2]) expect(say(network, 3, feesOf(5n), { bump })).toBe('FEES_NOT_ASKED') // it is being signed
    network.send(network.signed(flying(network)))
    for (const bump of [0, 2]) expect(say(network, 3, feesOf(5n), { bump })).toBe('FEES_NOT_ASKED')
    expect(say(network, 3, feesOf(5n), { bump: 1 })).toBeUndefined()
  })

  it('rule B2: who signed says what the next one costs; it is another session, and the old fees are refused', () => {
    const network = flight()
    const request = flying(network)
    const first = network.signed(request)
    const { number } = network.session(request)
    expect(network.code(first)).toBeUndefined()
    expect(network.code(first)).toBe('REQUEST_SIGNED')
    for (let bump = 1; bump <= 3; bump++) {
      for (const i of [1, 2, 3]) say(network, i, feesOf(10n ** 9n + BigInt(bump)), { bump })
      expect(network.signing(request)).toMatchObject({ bump, session: { number: number + bump } })
      expect(network.code(first)).toBe('SIGNED_FOREIGN')
      const next = network.signed(request)
      expect([network.code(next), network.code(next)]).toEqual([undefined, 'REQUEST_SIGNED'])
      expect(network.request(request.id).signed).toBe(next.type === 'signed' && next.transaction)
    }
    expect(flying(network).id).toBe(request.id)
  })

  it('rule G4: a try that failed has the same fees again, and who refused is asked again with the next ones', () => {
    const network = flight()
    const request = flying(network)
    network.agree(request, feesOf(77n))
    const [a] = network.session(request).signers
    network.say(a, network.unsigned(request, { outcome: 'refused', reason: 'its blobs are not here' }))
    expect(network.signing(request)).toMatchObject({ bump: 0, fees: feesOf(77n), refused: { [a ?? '']: /blobs/ } })
    network.send(network.signed(request))
    network.agree(request, feesOf(88n))
    expect(network.signing(request)).toMatchObject({ bump: 1, refused: {} })
  })
})
