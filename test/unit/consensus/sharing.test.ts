import { describe, expect, it } from 'vitest'
import { bytesToHex, hexToBytes, rlpEncode } from '../../../src/core/codec/index.js'
import { thresholdOf } from '../../../src/core/consensus/power.js'
import type { ProposedCommittee } from '../../../src/core/consensus/types.js'
import { SHARING_ROUNDS } from '../../../src/core/threshold/rounds.js'
import type { Address, Hex } from '../../../src/core/types/hex.js'
import { groupKey, keyOf, locked, Network } from './network.js'

const joiner = keyOf(5).address

/** A network of five into which a sixth wants, of whom one leaves. */
function changing(): { network: Network; proposed: ProposedCommittee; leaver: Address } {
  const network = new Network({ stakes: [10, 10, 10, 10, 10] })
  network.hear()
  network.l1(12, [{ type: 'exit', block: 11, id: 4, deactivationBatch: 1 }, locked(12, 6, keyOf(5))])
  return { network, proposed: proposal(network), leaver: keyOf(3).address }
}

function proposal({ state }: Network): ProposedCommittee {
  if (state.proposed === null) throw new Error('nothing is proposed')
  return state.proposed
}

const say = (network: Network, member: Address | undefined, round: number, broadcast: Hex, generation = 1) =>
  network.say(member, { kind: 'sharing', generation, round, broadcast })
const anew = (generation = 0, lost = false) => ({ kind: 'anew', generation, lost }) as const

describe('dealers', () => {
  it.each([4, 5, 7, 10])('rule G5: of %i members as many deal as the key takes', (n) => {
    const network = new Network({ stakes: Array(n).fill(10) })
    network.l1(12, [locked(12, n + 1, keyOf(11))])
    const { dealers } = proposal(network)
    expect(dealers).toHaveLength(thresholdOf(n))
    expect([...new Set(dealers)]).toEqual(dealers)
    for (const dealer of dealers) expect(network.members).toContain(dealer)
  })

  it('rule G5: who lost its share deals no more than it signs', () => {
    for (let i = 0; i < 4; i++) {
      const network = new Network()
      const lost = network.members[i]
      network.say(lost, anew(0, true))
      network.each(
        network.members.filter((each) => each !== lost),
        anew(),
      )
      expect(proposal(network).dealers).toEqual(network.members.filter((each) => each !== lost).sort())
    }
  })

  it('rule G5: where too many lost their shares no sharing begins', () => {
    const network = new Network()
    network.each(network.members.slice(0, 2), anew(0, true))
    network.each(network.members.slice(2), anew())
    expect(network.state).toMatchObject({ proposed: null, group: { proposed: 0 } })
  })
})

describe('what is broadcast in a sharing', () => {
  it('rule G5: dealers speak in the first two rounds, and in the others those who get a share', () => {
    const { network, proposed, leaver } = changing()
    const isDealer = (each: Address) => proposed.dealers.includes(each)
    const isNew = (each: Address) => proposed.members.some(({ address }) => address === each)
    const all = [...network.members, joiner]
    expect(all.filter((each) => isDealer(each) !== isNew(each)).length).toBeGreaterThan(1)
    for (const each of all)
      for (let round = 0; round <= SHARING_ROUNDS + 1; round++) {
        const speaks = round >= 1 && round <= SHARING_ROUNDS && (round <= 2 ? isDealer(each) : isNew(each))
        expect([each, round, say(network, each, round, '0x01')]).toEqual([
          each,
          round,
          speaks ? undefined : 'ROUND_FOREIGN',
        ])
      }
    expect(isNew(leaver)).toBe(false)
    expect(say(network, keyOf(9).address, 3, '0x01')).toBe('NOT_A_MEMBER')
    for (const each of proposed.dealers)
      expect(Object.keys(proposal(network).broadcasts[each] ?? {})).toEqual(
        isNew(each) ? ['1', '2', '3', '4'] : ['1', '2'],
      )
  })

  it('rule G5: the first word counts, the same again changes nothing, and another names the speaker', () => {
    const { network, proposed } = changing()
    const [a = '0x', b = '0x'] = proposed.dealers
    expect(say(network, a, 1, '0x0102')).toBeUndefined()
    expect(say(network, a, 1, '0x0102')).toBe('VOTE_KNOWN')
    const { refused } = network.send(
      network.attestation(a, { kind: 'sharing', generation: 1, round: 1, broadcast: '0x0103' }),
    )
    expect(refused).toMatchObject({
      code: 'EQUIVOCATION',
      reason: expect.stringContaining(`${a} says two things in round 1`),
    })
    expect(say(network, b, 1, '0x0103')).toBeUndefined()
    expect(say(network, a, 2, '0x0103')).toBeUndefined()
    expect(proposal(network).broadcasts).toEqual({ [a]: { 1: '0x0102', 2: '0x0103' }, [b]: { 1: '0x0103' } })
  })

  it('rule G5: what belongs to another sharing, or to none, is refused', () => {
    const { network, proposed } = changing()
    const [a] = proposed.dealers
    expect(say(network, a, 1, '0x01', 0)).toBe('GROUP_GENERATION')
    expect(say(network, a, 1, '0x01', 2)).toBe('GROUP_GENERATION')
    expect(say(new Network(), keyOf(0).address, 1, '0x01')).toBe('GROUP_GENERATION')
  })
})

describe('sharing the key anew', () => {
  it('rule G7: a quorum brings new shares of the same key to the same members, at the opening of a term', () => {
    const network = new Network()
    const { members, state } = network
    network.each(members.slice(0, 2), anew())
    expect(network.state.proposed).toBeNull()
    network.say(members[2], anew())
    expect(proposal(network)).toMatchObject({ generation: 1, members: state.committee.members, ready: null })
    expect(network.effects).toContainEqual({ type: 'committeeProposed', generation: 1, members: [...members].sort() })
    const { publicKey } = network.shared()
    network.quorum(network.shared())
    expect(proposal(network).ready).toBe(publicKey)
    network.l1(12)
    expect(proposal(network).ready).toBe(publicKey)
    network.finishTerm()
    expect(network.state.group).toMatchObject({ address: state.group.address, publicKey, generation: 1, anew: {} })
    expect(network.state).toMatchObject({ committee: state.committee, proposed: null })
    expect(network.say(members[0], anew())).toBe('GROUP_GENERATION')
  })

  it('rule G7: each asks once, or says later that its share is lost', () => {
    const network = new Network()
    const [a] = network.members
    expect(network.each([a ?? '0x', a ?? '0x'], anew())).toEqual([undefined, 'VOTE_KNOWN'])
    expect(network.say(a, anew(0, true))).toBeUndefined()
    expect(network.each([a ?? '0x', a ?? '0x'], anew(0, true))).toEqual(['VOTE_KNOWN', 'VOTE_KNOWN'])
    expect(network.say(a, anew(0, false))).toBe('VOTE_KNOWN')
    expect(network.say(a, anew(1))).toBe('GROUP_GENERATION')
    expect(network.state.group.anew).toEqual({ [a ?? '']: true })
  })

  it('rule G7: one that failed and drops nobody is followed by another after 10 s, and not before', () => {
    const network = new Network()
    network.quorum(anew())
    const [, , , d = '0x'] = network.members
    network.quorum(network.failed(d))
    const { time } = network
    expect(network.state).toMatchObject({
      proposed: null,
      dropped: [],
      group: { proposed: 1, notBefore: time + 10_000 },
    })
    network.finishTerm()
    expect(network.state.proposed).toBeNull()
    // The last of three votes decides the range, a millisecond too early.
    network.time = time + 10_000 - 4
    network.l1(12)
    expect(network.time).toBe(time + 9_999)
    expect(network.state.proposed).toBeNull()
    network.l1(13)
    expect(proposal(network)).toMatchObject({ generation: 2, votes: {}, broadcasts: {} })
  })

  it('rule P1: one that drops a joiner is followed at once by that of the others who want in', () => {
    const { network } = changing()
    network.quorum(network.failed(joiner))
    expect(network.state.group.notBefore).toBe(0)
    expect(proposal(network)).toMatchObject({ generation: 2 })
    expect(
      proposal(network)
        .members.map(({ id }) => id)
        .sort(),
    ).toEqual([1, 2, 3, 5])
  })

  const off: Hex = `0x02${'ff'.repeat(32)}`
  it.each<[string, string, Hex]>([
    ['of another threshold', 'GROUP_KEY', groupKey('group', 5, 3)],
    ['of fewer members', 'GROUP_KEY', groupKey('group', 4, 4)],
    ['of more members', 'GROUP_KEY', groupKey('group', 6, 4)],
    ['of nothing', 'GROUP_KEY_MALFORMED', '0x'],
    ['of one member', 'GROUP_KEY_MALFORMED', groupKey('group', 1, 1)],
    ['of fewer members than sign', 'GROUP_KEY_MALFORMED', groupKey('group', 3, 4)],
    ['with bytes behind it', 'GROUP_KEY_MALFORMED', `${groupKey('group', 5)}00`],
    ['that is cut', 'GROUP_KEY_MALFORMED', groupKey('group', 5).slice(0, -2) as Hex],
    ['with a point off the curve', 'GROUP_KEY_MALFORMED', withPoint(off)],
    ['with no point', 'GROUP_KEY_MALFORMED', withPoint('0x')],
  ])('rule P1: a public key %s is refused', (_, code, publicKey) => {
    const network = new Network({ stakes: [10, 10, 10, 10, 10] })
    network.quorum(anew())
    expect(network.say(network.members[0], network.shared({ publicKey }))).toBe(code)
    expect(proposal(network).votes).toEqual({})
    expect(network.say(network.members[0], network.shared({ publicKey: groupKey('group', 5) }))).toBeUndefined()
  })

  it('rule P1: a quorum with different keys makes nothing ready, though they have one address', () => {
    const network = new Network()
    const [a = '0x', b = '0x', c = '0x', d = '0x'] = network.members
    network.quorum(anew())
    network.each([a, b], network.shared())
    network.say(c, network.shared({ publicKey: groupKey('group', 4, 3, 'another') }))
    expect(proposal(network).ready).toBeNull()
    network.say(d, network.shared())
    expect(proposal(network).ready).toBe(network.shared().publicKey)
  })
})

/** A key of five, of which the last share has this point. */
function withPoint(point: Hex): Hex {
  const good = hexToBytes(`0x02${keyOf(1).pubkey.slice(2, 66)}`)
  return bytesToHex(rlpEncode([4, good, [good, good, good, good, hexToBytes(point)]]))
}
