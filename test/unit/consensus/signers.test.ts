import { describe, expect, it } from 'vitest'
import type { SigningRequest } from '../../../src/core/consensus/groupTypes.js'
import { pickSigners } from '../../../src/core/consensus/signers.js'
import type { Address } from '../../../src/core/types/hex.js'
import { askedToSign, hashOf, keyOf, locked, Network } from './network.js'

const FOREVER = Number.MAX_SAFE_INTEGER

/** Who would sign a hundred requests at a time. */
function picks(network: Network, time = network.time): Address[][] {
  const context = { ...network.context, time }
  return Array.from({ length: 100 }, (_, i) => {
    const picked = pickSigners(network.state, context, { seed: hashOf(`request ${i}`), without: new Set() })
    return picked === undefined ? [] : [picked]
  }).flat()
}

/** How many of the sets have all of these. */
const having = (sets: readonly Address[][], ...members: Address[]) =>
  sets.filter((set) => members.every((each) => set.includes(each))).length

const signersOf = (network: Network, request: SigningRequest) =>
  network.session(request).signers as [Address, Address, Address]

describe('who signs', () => {
  it('rule G1: the work goes round by lot: each signs some requests and leaves others to the rest', () => {
    const { network } = askedToSign(7)
    const sets: Address[][] = []
    for (let i = 0; i < 40; i++) {
      sets.push(network.session(network.request(network.state.next?.opening[0])).signers)
      network.finishTerm()
      network.hear()
    }
    network.hear()
    for (const drawn of [sets, picks(network)])
      for (const member of network.members) {
        expect(having(drawn, member)).toBeGreaterThan(drawn.length / 2)
        expect(having(drawn, member)).toBeLessThan((drawn.length * 9) / 10)
      }
  })

  it('rule G1: the next try of a request is another lot', () => {
    const { network } = askedToSign(7)
    const sets = Array.from({ length: 50 }, (_, sessions) => {
      const state = { ...network.state, group: { ...network.state.group, sessions } }
      return pickSigners(state, network.context, { seed: hashOf('request'), without: new Set() })
    })
    expect(new Set(sets.map(String)).size).toBeGreaterThan(15) // of 21
  })

  it('rule G1: who is not heard for 6 s signs only where there are not enough others', () => {
    const { network } = askedToSign(5)
    const [a, b, ...rest] = network.members as [Address, Address, ...Address[]]
    network.hear()
    const { time } = network
    network.time += 5000
    network.hear([b, ...rest])
    expect(having(picks(network, time + 6000), a)).toBeGreaterThan(0)
    expect(having(picks(network, time + 6001), a)).toBe(0)
    network.time += 5000
    network.hear(rest)
    const late = picks(network, time + 5000 + 6001)
    expect(having(late, ...rest)).toBe(100)
    expect(having(late, a) + having(late, b)).toBe(100)
    expect(having(late, a) * having(late, b)).toBeGreaterThan(0)
  })

  it('rule G1: whoever speaks is heard, in what its own word begins too', () => {
    for (const i of [0, 1, 2, 3]) {
      const network = new Network()
      network.time += 60_000
      const dead = network.members[i]
      const alive = network.members.filter((each) => each !== dead)
      network.each(alive, network.stall()) // the third vote opens a term, and asks for its signature
      expect(network.session(network.request(network.state.term.opening[0])).signers).toEqual(alive.sort())
    }
  })

  it('rule G7: who says that its share is lost does not sign', () => {
    const { network, request } = askedToSign(5)
    const [a] = signersOf(network, request)
    expect(network.say(a, { kind: 'anew', generation: 0, lost: true })).toBeUndefined()
    expect(having(picks(network), a)).toBe(0)
    network.say(signersOf(network, request)[1], network.unsigned(request))
    expect(network.session(request).signers).not.toContain(a)
    // Where so many have none nobody can.
    network.each(
      network.members.filter((each) => each !== a),
      { kind: 'anew', generation: 0, lost: true },
    )
    expect(picks(network)).toEqual([])
  })

  it('rule G2: who failed with whom is kept apart for a minute, then for two, and the next try has one of them at most', () => {
    const { network, request } = askedToSign()
    const [a, b] = signersOf(network, request)
    expect(network.say(a, network.unsigned(request, { culprits: [b], reason: 'it is silent' }))).toBeUndefined()
    const until = network.time + 60_000
    expect(network.state.group.apart).toEqual([{ pair: [a, b], times: 1, until }])
    expect(having([network.session(request).signers], a, b)).toBe(0)
    network.time = until
    network.hear()
    expect(having(picks(network, until - 1), a, b)).toBe(0)
    expect(having(picks(network, until), a, b)).toBeGreaterThan(0)
    // The second time it is twice as long; a pair is remembered as long as the key is shared as it is.
    while (!signersOf(network, request).includes(a) || !signersOf(network, request).includes(b))
      network.say(signersOf(network, request)[0], network.unsigned(request))
    expect(network.say(b, network.unsigned(request, { culprits: [a] }))).toBeUndefined()
    expect(network.state.group.apart).toEqual([{ pair: [b, a], times: 2, until: network.time + 120_000 }])
  })

  it('rule G2: where nobody knows who is at fault all are doubted, others come first, and who signs is cleared', () => {
    const { network, request } = askedToSign()
    const signers = signersOf(network, request)
    const [a, b, c] = signers
    const other = network.members.find((each) => !signers.includes(each)) ?? '0x'
    expect(network.say(a, network.unsigned(request))).toBeUndefined()
    expect(network.state.group).toMatchObject({ apart: [], doubts: { [a]: 1, [b]: 1, [c]: 1 } })
    const next = signersOf(network, request)
    expect(next).toContain(other)
    expect(having(picks(network), other)).toBe(100)
    network.send(network.signed(request))
    const rest = signers.filter((each) => !next.includes(each))
    expect(network.state.group.doubts).toEqual(Object.fromEntries(rest.map((each) => [each, 1])))
  })

  it('rule G2: those who must not sign with one another do not, until the key is shared anew', () => {
    const { network, request } = askedToSign()
    const [a, b] = signersOf(network, request)
    network.say(b, network.unsigned(request, { culprits: [a], ban: true }))
    expect(network.state.group.apart).toEqual([{ pair: [b, a], times: 1, until: FOREVER }])
    expect(having(picks(network, network.time + 10 ** 12), a, b)).toBe(0)
    network.l1(12, [locked(12, 5, keyOf(4))])
    network.each([...network.members, keyOf(4).address], network.shared())
    network.finishTerm()
    expect(network.state.group).toMatchObject({ generation: 1, apart: [], doubts: {} })
  })

  it('rule G2: where everybody failed with somebody all are tried again after a pause, but for bans', () => {
    const { network, request } = askedToSign()
    const [a, b] = signersOf(network, request)
    network.say(a, network.unsigned(request, { culprits: [b], ban: true }))
    let tries = 0
    for (; network.session(request).from <= network.time; tries++) {
      const [x, y, z] = signersOf(network, request)
      network.say(y, network.unsigned(request, { culprits: [x, z] }))
    }
    expect(tries).toBeLessThan(6)
    expect(network.session(request).from).toBe(network.time + 2000)
    expect(network.session(request).signers).toHaveLength(3)
    const { apart } = network.state.group
    expect(apart.filter(({ until }) => until > network.time)).toEqual([{ pair: [a, b], times: 1, until: FOREVER }])
  })

  it('rule G2: where bans leave no set a session has nobody, and anybody ends it after a pause', () => {
    const { network, request } = askedToSign()
    const [a, b, c, d] = network.members as [Address, Address, Address, Address]
    const ban = (...pair: [Address, Address]) => ({ pair, times: 1, until: FOREVER })
    network.state = { ...network.state, group: { ...network.state.group, apart: [ban(a, b), ban(c, d)] } }
    network.say(signersOf(network, request)[0], network.unsigned(request))
    const { from, number, signers } = network.session(request)
    expect(signers).toEqual([])
    network.time = from + 2000 - 2
    expect(network.say(a, network.unsigned(request))).toBe('SESSION_FOREIGN')
    expect(network.say(a, network.unsigned(request))).toBeUndefined()
    expect(network.session(request).number).toBe(number + 1)
  })
})
