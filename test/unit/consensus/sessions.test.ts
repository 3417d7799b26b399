import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SigningRequest } from '../../../src/core/consensus/groupTypes.js'
import { thresholdOf } from '../../../src/core/consensus/power.js'
import { ABANDONED_AFTER } from '../../../src/core/consensus/signing.js'
import type { Address } from '../../../src/core/types/hex.js'
import { askedToSign, hashOf, keyOf, locked, Network } from './network.js'

/** Those who sign, and one who does not. */
function sides(network: Network, request: SigningRequest) {
  const { signers } = network.session(request)
  const [a, b, c] = signers as [Address, Address, Address]
  return { a, b, c, other: network.members.find((each) => !signers.includes(each)) ?? '0x' }
}

/** Steps of a schedule; `i` says which request and which of its signers. */
const actions = {
  finish: (network: Network) => network.finishTerm(),
  stall: (network: Network) => network.quorum(network.stall()),
  sign: (network: Network, i: number) => {
    for (const request of oneOpen(network, i)) network.send(network.signed(request))
  },
  fail: (network: Network, i: number) => {
    for (const request of oneOpen(network, i))
      network.say(network.session(request).signers[i % 3], network.unsigned(request))
  },
  refuse: (network: Network, i: number) => {
    for (const request of oneOpen(network, i))
      network.say(network.session(request).signers[i % 3], network.unsigned(request, { outcome: 'refused' }))
  },
}

function oneOpen({ state }: Network, i: number): SigningRequest[] {
  const open = Object.values(state.requests).filter(({ id }) => state.signing[id]?.session)
  return open.slice(i % Math.max(1, open.length)).slice(0, 1)
}

describe('sessions', () => {
  it.each([4, 5, 7, 10])('rule G1: of %i members as many sign as the key takes, the same on every machine', (n) => {
    const [one, other] = [askedToSign(n), askedToSign(n)]
    const session = one.network.session(one.request)
    expect(session).toEqual(other.network.session(other.request))
    expect(session).toMatchObject({ from: one.network.time, generation: 0 })
    expect(session.signers).toEqual([...new Set(session.signers)].sort())
    expect(session.signers).toHaveLength(thresholdOf(n))
    for (const signer of session.signers) expect(one.network.members).toContain(signer)
  })

  it('rule G1: no two ever have the same number, whatever fails, is signed and is cut', () => {
    const action = fc.constantFrom<keyof typeof actions>('fail', 'fail', 'refuse', 'sign', 'finish', 'stall')
    fc.assert(
      fc.property(fc.array(fc.tuple(action, fc.nat(9)), { minLength: 5, maxLength: 25 }), (steps) => {
        const network = new Network()
        for (const [what, i] of steps) actions[what](network, i)
        const opened = network.effects.flatMap((each) => (each.type === 'sessionOpened' ? [each.session.number] : []))
        expect(opened).toEqual(opened.map((_, i) => i + 2)) // the genesis opened the first
        expect(network.state.group.sessions).toBe(opened.length + 1)
        expect(Object.keys(network.state.signing).sort()).toEqual(Object.keys(network.state.requests).sort())
      }),
      { numRuns: 15 },
    )
  })

  it('rule G3: who refuses a request is left out for it alone, with its reason', () => {
    const { network, request } = askedToSign()
    const { a } = sides(network, request)
    const refusal = network.unsigned(request, { outcome: 'refused', reason: 'its nonce is used' })
    expect(network.say(a, refusal)).toBeUndefined()
    expect(network.signing(request).refused).toEqual({ [a]: 'its nonce is used' })
    expect(network.session(request).signers).not.toContain(a)
    expect(network.state.group).toMatchObject({ apart: [], doubts: {} })
    const current = network.request(network.state.term.opening[0])
    expect(network.signing(current).refused).toEqual({})
    expect(network.effects.slice(-2)).toMatchObject([
      {
        type: 'sessionFailed',
        kind: request.kind,
        subject: request.subject,
        member: a,
        culprits: [],
        reason: 'its nonce is used',
      },
      { type: 'sessionOpened', request: request.id, session: network.session(request) },
    ])
  })

  it('rule G2: where everybody refused all are asked again after a pause', () => {
    const { network, request } = askedToSign()
    for (let i = 0; i < 2; i++)
      network.say(sides(network, request).a, network.unsigned(request, { outcome: 'refused' }))
    expect(network.signing(request)).toMatchObject({ refused: {}, session: { from: network.time + 2000 } })
    expect(network.session(request).signers).toHaveLength(3)
  })

  it('rule G2: who does not sign ends a session after half a minute only, and holds nothing against anybody', () => {
    const { network, request } = askedToSign()
    const { a, other } = sides(network, request)
    const { from, number } = network.session(request)
    network.time = from + ABANDONED_AFTER - 3
    const words = network.unsigned(request, { culprits: [a], ban: true })
    expect(network.say(keyOf(9).address, words)).toBe('NOT_A_MEMBER')
    expect(network.say(other, words)).toBe('SESSION_FOREIGN')
    expect(network.say(other, words)).toBeUndefined()
    expect(network.time).toBe(from + ABANDONED_AFTER)
    expect(network.session(request)).toMatchObject({ number: number + 1, from: network.time })
    expect(network.state.group.apart).toEqual([])
    expect(network.signing(request).refused).toEqual({})
  })

  it.each<[string, (parties: ReturnType<typeof sides>) => Address]>([
    ['itself', ({ a }) => a],
    ['who does not sign', ({ other }) => other],
    ['a stranger', () => keyOf(9).address],
  ])('rule G2: nobody can name %s', (_, whom) => {
    const { network, request } = askedToSign()
    const parties = sides(network, request)
    const culprit = whom(parties)
    expect(network.say(parties.a, network.unsigned(request, { culprits: [culprit] }))).toBe('CULPRITS_FOREIGN')
    const both = network.unsigned(request, { culprits: [parties.b, culprit] })
    expect(network.say(parties.a, both)).toBe('CULPRITS_FOREIGN')
    expect(network.state.group.apart).toEqual([])
  })

  it('rule G3: who refuses names nobody', () => {
    const { network, request } = askedToSign()
    const { a, b } = sides(network, request)
    const words = network.unsigned(request, { outcome: 'refused', culprits: [b] })
    expect(network.say(a, words)).toBe('CULPRITS_FOREIGN')
  })

  it('rule G1: what is said of a session that is over opens no other; of none, or by whoever did not sign in it, it is refused', () => {
    const { network, request } = askedToSign()
    const { a, b } = sides(network, request)
    const old = network.unsigned(request, { culprits: [b] })
    network.say(a, network.unsigned(request, { outcome: 'refused' }))
    const before = network.session(request).number
    // It was true all the same: who failed with whom is kept apart.
    expect(network.say(b, { ...old, culprits: [a] })).toBeUndefined()
    expect([network.session(request).number, network.state.group.apart[0]?.pair]).toEqual([before, [b, a]])
    expect(network.say(b, old)).toBe('VOTE_KNOWN')
    expect(network.say(b, { ...old, session: network.state.group.sessions + 1 })).toBe('SESSION_OVER')
    expect(network.say(b, { ...old, request: hashOf('none') })).toBe('SESSION_OVER')
    const { number } = network.session(request)
    network.send(network.signed(request))
    expect(network.say(b, { ...old, session: number })).toBe('SESSION_OVER')
    // Nor does a number that is open count for another request.
    const current = network.request(network.state.term.opening[0])
    expect(network.say(b, { ...old, session: network.session(current).number })).toBe('SESSION_OVER')
  })

  it('rule B1: a signature that was made in a try that ended is taken all the same', () => {
    const { network, request } = askedToSign()
    const signed = network.signed(request)
    network.say(sides(network, request).a, network.unsigned(request))
    expect(network.code(signed)).toBeUndefined()
    expect(network.signing(request).session).toBeNull()
  })

  it('rule P1: once the key is shared anew what is open is begun again with the new shares, and nothing else', () => {
    const { network, request } = askedToSign()
    network.quorum({ kind: 'anew', generation: 0, lost: false })
    network.quorum(network.shared())
    network.quorum(network.stall())
    const opening = network.request(network.state.term.opening[0])
    const ahead = network.request(network.state.next?.opening[0])
    expect(network.state.signing[request.id]).toBeUndefined()
    expect(network.session(opening)).toMatchObject({ generation: 1, from: network.time })

    network.send(network.signed(ahead))
    const { number } = network.session(opening)
    network.quorum({ kind: 'anew', generation: 1, lost: false })
    network.quorum(network.shared())
    network.finishTerm()
    expect(network.state.term.opening).toEqual([ahead.id])
    expect(network.signing(ahead).session).toBeNull() // it is signed
    const sessions = Object.values(network.state.signing).flatMap(({ session }) => session ?? [])
    expect(sessions).toMatchObject([{ generation: 2 }])
    expect(sessions[0]?.number).toBeGreaterThan(number)
  })

  it('rule P1: a request that is open stays the same when the key is shared among others', () => {
    const { network, request } = askedToSign()
    const { number } = network.session(request)
    network.l1(12, [locked(12, 5, keyOf(4))])
    network.each([...network.members, keyOf(4).address], network.shared())
    network.finishTerm()
    expect(network.request(request.id)).toEqual(request)
    const session = network.session(request)
    expect(session).toMatchObject({ generation: 1, from: network.time })
    expect(session.number).toBeGreaterThan(number)
    expect(session.signers).toHaveLength(thresholdOf(5))
  })

  it('rule B1: openings of terms that will never be are forgotten, with whatever was said of them', () => {
    const { network, request } = askedToSign()
    network.say(sides(network, request).a, network.unsigned(request, { outcome: 'refused' }))
    network.quorum(network.stall())
    expect(network.state.requests[request.id]).toBeUndefined()
    expect(network.state.signing[request.id]).toBeUndefined()
    const open = [...network.state.term.opening, ...(network.state.next?.opening ?? [])].sort()
    expect(Object.keys(network.state.signing).sort()).toEqual(open)
  })
})
