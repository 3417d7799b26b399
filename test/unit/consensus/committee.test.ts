import { describe, expect, it } from 'vitest'
import { MAX_STAKE } from '../../../src/core/consensus/staking.js'
import type { L1Event } from '../../../src/core/consensus/types.js'
import type { Genesis } from '../../../src/core/genesis/types.js'
import type { Address, Hex } from '../../../src/core/types/hex.js'
import { groupKey, keyOf, locked, Network } from './network.js'

const four = (network: Network) => network.members as [Address, Address, Address, Address]
const joiner = keyOf(4)

/** A network of four into which a fifth wants. */
function joining(): Network {
  const network = new Network()
  network.l1(12, [locked(12, 5, joiner)])
  return network
}

describe('the committee', () => {
  it('rule P1: changes only when a term opens, after the key was shared with the new members', () => {
    const network = joining()
    expect(network.state.proposed).toMatchObject({ generation: 1, ready: null })
    network.finishTerm()
    expect(network.members).toHaveLength(4) // no shares yet
    const { publicKey } = network.shared()
    network.each([...four(network).slice(0, 3), joiner.address], network.shared())
    expect(network.state.proposed?.ready).toBe(network.shared().publicKey)
    network.checkpoint(network.state.checkpoint.number + 1)
    expect(network.members).toHaveLength(4) // not before a term opens
    network.finishTerm()
    expect(network.members).toEqual([0, 1, 2, 3, 4].map((i) => keyOf(i).address))
    expect(network.state).toMatchObject({ proposed: null, group: { generation: 1, publicKey, since: network.time } })
    expect(network.effects.slice(-2)).toMatchObject([{ type: 'signatureRequested' }, { type: 'sessionOpened' }])
    expect(network.effects).toContainEqual({ type: 'committeeChanged', members: [...network.members].sort() })
  })

  it('rule P1: a quorum without a joiner makes nothing ready, and a joiner may say only how the sharing went', () => {
    const network = joining()
    expect(network.say(joiner.address, network.vote(2))).toBe('NOT_A_MEMBER')
    expect(network.say(keyOf(7).address, network.shared())).toBe('NOT_A_MEMBER')
    network.each(four(network), network.shared())
    expect(network.state.proposed?.ready).toBeNull()
    expect(network.say(joiner.address, network.shared({ publicKey: groupKey('group 2', 5) }))).toBeUndefined()
    expect(network.state.proposed?.ready).toBeNull() // it has a share of another key
  })

  it('rule P1: failed resharing keeps the old committee and drops the joiners it names until the next term', () => {
    const network = joining()
    network.quorum(network.failed(joiner.address))
    expect(network.state).toMatchObject({ proposed: null, dropped: [joiner.address] })
    network.finishTerm()
    expect(network.members).toHaveLength(4)
    expect(network.state.dropped).toEqual([])
    expect(network.state.proposed).toMatchObject({ generation: 2 }) // the next try
  })

  it('rule P1: votes for one sharing never count for another, whatever became of it', () => {
    const network = joining()
    const old = [...four(network), joiner.address].map((member) => network.attestation(member, network.shared()))
    network.quorum(network.failed(joiner.address))
    network.finishTerm()
    expect(old.map((message) => network.code(message))).toEqual(old.map(() => 'GROUP_GENERATION'))
    // Nor once the wish for a change was withdrawn and came back.
    network.l1(14, [{ type: 'exit', block: 14, id: 5, deactivationBatch: 1 }])
    expect(network.state.proposed).toBeNull()
    network.l1(16, [locked(16, 6, keyOf(5))])
    expect(network.state.proposed).toMatchObject({ generation: 3 })
  })

  it('rule T8: of the votes on a sharing only one that names more failures replaces another', () => {
    const network = joining()
    const [a, b, c] = four(network)
    const before = network.attestation(a, network.shared())
    expect(network.code(before)).toBeUndefined()
    expect(network.say(a, network.failed(joiner.address))).toBeUndefined()
    expect(network.code(before)).toBe('VOTE_NOT_NEWER')
    network.each([b, c], network.failed(joiner.address))
    expect(network.state.dropped).toEqual([joiner.address])
  })

  it('rule T8: a vote that names others instead replaces none, and no member is dropped for being named', () => {
    const network = joining()
    const [a, b, c] = four(network)
    expect(network.say(a, network.failed(joiner.address))).toBeUndefined()
    expect(network.say(a, network.failed(b))).toBe('VOTE_NOT_NEWER')
    const both = network.failed(b, joiner.address)
    expect(network.each([a, c, four(network)[3]], both)).toEqual([undefined, undefined, undefined])
    expect(network.state.dropped).toEqual([joiner.address])
  })

  it('rule P1: one that leaves for another that joins is a change too', () => {
    const network = new Network()
    network.l1(12, [{ type: 'exit', block: 11, id: 4, deactivationBatch: 1 }, locked(12, 5, joiner)])
    const wanted = [0, 1, 2, 4].map((i) => keyOf(i).address).sort()
    expect(network.state.proposed?.members.map(({ address }) => address)).toEqual(wanted)
    expect(network.effects).toContainEqual({ type: 'committeeProposed', generation: 1, members: wanted })
  })

  it('rule P1: a sharing that some call failed and others not starts anew with the next term', () => {
    const network = joining()
    const [a, b, c, d] = four(network)
    network.each([a, b], network.failed(joiner.address))
    network.each([c, d, joiner.address], network.shared())
    expect(network.state.proposed).toMatchObject({ generation: 1, ready: null })
    network.finishTerm()
    expect(network.state.proposed).toMatchObject({ generation: 2, ready: null, votes: {} })
    network.each([a, b, c, joiner.address], network.shared())
    network.finishTerm()
    expect(network.members).toHaveLength(5)
  })

  it('rule P1: a sharing that nobody calls failed goes on from term to term', () => {
    const network = joining()
    const [a, b, c] = four(network)
    network.each([a, b], network.shared())
    network.finishTerm()
    network.each([c, joiner.address], network.shared())
    network.finishTerm()
    expect(network.members).toHaveLength(5)
  })

  it('rule P3: changed powers start a sharing anew, for its votes counted against the old ones', () => {
    const network = joining()
    network.each(four(network).slice(0, 2), network.shared())
    network.l1(14, [{ type: 'stake', block: 14, id: 2, amount: 12n * 10n ** 18n }])
    network.finishTerm()
    expect(network.state.proposed).toMatchObject({ generation: 2, votes: {} })
  })

  it('rule P1: who stays must be able to sign without those who leave, before the change is ready', () => {
    const network = new Network({ stakes: [10, 10, 10, 10, 10, 10, 10] })
    const leaving = [1, 2, 3].map((id) => ({ type: 'exit' as const, block: 12, id, deactivationBatch: 1 }))
    network.l1(12, leaving)
    expect(network.state.proposed?.members).toHaveLength(4)
    network.each(network.members.slice(0, 5), network.shared()) // a quorum of the old seven, two of the new four
    expect(network.state.proposed?.ready).toBeNull()
    network.say(network.members[5], network.shared())
    expect(network.state.proposed?.ready).toBe(network.shared().publicKey)
  })

  it('rule P1: jailing takes eligibility at once and membership at the next change', () => {
    const network = new Network({ stakes: [10, 10, 10, 10, 10] })
    const { sequencer } = network.state.term
    network.send(network.evidence())
    expect(network.members).toContain(sequencer)
    expect(network.state.proposed?.members.map(({ address }) => address)).not.toContain(sequencer)
    network.each(network.members.slice(1), network.shared())
    network.finishTerm()
    expect(network.members).not.toContain(sequencer)
    expect(network.members).toHaveLength(4)
  })

  it('rule P1: a replaced key comes into force with the term, and every opening tells the contract until it knows', () => {
    const network = joining()
    const [oldKey, newKey] = [network.state.group.address, keyOf('group 2').address]
    network.each([...four(network).slice(0, 3), joiner.address], network.shared({ publicKey: groupKey('group 2', 5) }))
    network.finishTerm()
    const kinds = () => network.state.term.opening.map((id) => network.request(id)).map(({ kind, key }) => [kind, key])
    expect(network.state.group).toMatchObject({ address: newKey, publicKey: groupKey('group 2', 5), generation: 1 })
    expect(kinds()).toEqual([
      ['commitEpoch', oldKey],
      ['updateMpcAddress', oldKey],
      ['fundGroup', oldKey],
      ['transferOwnership', oldKey],
    ])
    // The term that made the change is cut: the old key signs the next opening, which carries the change again.
    network.quorum(network.stall())
    expect(kinds()).toEqual([
      ['recommitEpoch', oldKey],
      ['updateMpcAddress', oldKey],
      ['fundGroup', oldKey],
      ['transferOwnership', oldKey],
    ])
    network.signOpening()
    network.checkpoint(network.state.checkpoint.number + 1)
    expect(network.state.contract).toMatchObject({ mpc: newKey, nonce: 0 })
    network.finishTerm()
    expect(kinds()).toEqual([['commitEpoch', newKey]])
  })

  it('rule P2: powers follow the stakes at the opening of a term, the cap holds, and selection sees the whole stake', () => {
    const network = new Network()
    network.l1(12, [{ type: 'stake', block: 12, id: 2, amount: 500n * 10n ** 18n }])
    expect(network.state.committee.totalPower).toBe(40)
    network.finishTerm()
    const member = network.state.committee.members.find(({ id }) => id === 2)
    expect(member).toMatchObject({ stake: 500n * 10n ** 18n, power: 14 })
    expect(network.state.committee.totalPower).toBe(44)
  })

  it('rule P4: nobody is in the committee without power; who unlocks keeps the last one until the change', () => {
    const network = new Network()
    network.l1(12, [{ type: 'stake', block: 12, id: 4, amount: 10n ** 17n }])
    network.finishTerm()
    expect(network.state.committee.members.map(({ power }) => power)).toEqual([10, 10, 10, 10])
    expect(network.state.proposed?.members).toHaveLength(3)
  })
})

const withKey =
  (publicKey: Hex) =>
  ({ group }: Genesis) => {
    group.publicKey = publicKey
  }

describe('registration', () => {
  const other = keyOf(9)
  const bad = [
    ['a key off the curve', { pubkey: `0x${'11'.repeat(64)}` as const }],
    ['a short key', { pubkey: '0x1234' as const }],
    ['the key of another', { pubkey: keyOf(8).pubkey }],
    ['no power', { amount: 10n ** 18n - 1n }],
    ['more than there can be', { amount: 1n << 101n }],
    ['a signer that is taken', { signer: keyOf(1).address, pubkey: keyOf(1).pubkey }],
    ['an id that is taken', { id: 2 }],
  ] as const

  it.each(bad)('rule P4: with %s is refused alike in genesis and from L1', (_, change) => {
    const good = { id: 5, signer: other.address, pubkey: other.pubkey, amount: 10n ** 19n, ...change }
    const fromL1 = new Network()
    const { staking } = fromL1.state
    const effects = fromL1.l1(12, [{ type: 'locked', block: 12, activationBatch: 1, ...good }])
    const { amount, ...rest } = good
    const inGenesis = new Network({
      change: (genesis) => {
        genesis.sequencers.push({ ...rest, stake: String(amount) })
      },
    })
    expect(effects).toContainEqual(expect.objectContaining({ type: 'registrationRefused', id: good.id }))
    expect(fromL1.state.staking).toEqual(staking)
    expect(inGenesis.state.staking).toEqual(staking)
    expect(inGenesis.members).toHaveLength(4)
  })

  it('rule P4: a good one is taken alike in genesis and from L1', () => {
    const fromL1 = new Network()
    fromL1.l1(12, [locked(12, 5, other)])
    const inGenesis = new Network({ stakes: [10, 10, 10, 10] })
    expect(Object.keys(fromL1.state.staking.sequencers)).toEqual(['1', '2', '3', '4', '5'])
    const stake = String(10n ** 19n)
    const five = new Network({
      change: (genesis) => {
        genesis.sequencers.push({ id: 5, signer: other.address, pubkey: other.pubkey, stake })
        genesis.group.publicKey = groupKey('group', 5)
      },
    })
    expect(five.state.staking).toEqual(fromL1.state.staking)
    expect(inGenesis.state.staking).not.toEqual(fromL1.state.staking)
  })

  it.each([
    ['an epoch of one block', { epochLength: 1 }],
    ['an epoch longer than a batch may be', { epochLength: 4097 }],
    ['no sequencer at all', { stakes: [] }],
    ['a first sequencer whose registration is refused', { stakes: [0, 10, 10, 10, 10] }],
    ['the group key of another address', { change: withKey(groupKey('group 2', 4)) }],
    ['a group key that more members share', { change: withKey(groupKey('group', 5)) }],
    ['a group key that fewer sign with', { change: withKey(groupKey('group', 4, 2)) }],
    ['a group key that is none', { change: withKey('0x') }],
  ])('a genesis with %s is no network', (_, options) => {
    expect(() => new Network(options)).toThrow(expect.objectContaining({ code: 'GENESIS_INVALID', exit: 9 }))
  })

  it('rule P4: a signer is changed only for a usable key; with a bad one the sequencer stands down', () => {
    const network = new Network()
    const fresh = keyOf(8)
    network.l1(12, [{ type: 'signer', block: 12, id: 1, signer: fresh.address, pubkey: fresh.pubkey }])
    expect(network.state.staking.sequencers[1]).toMatchObject({ signer: fresh.address, former: [keyOf(0).address] })
    const effects = network.l1(14, [{ type: 'signer', block: 14, id: 2, signer: other.address, pubkey: fresh.pubkey }])
    expect(effects).toContainEqual(expect.objectContaining({ type: 'registrationRefused', id: 2 }))
    expect(network.state.proposed?.members.map(({ id }) => id).sort()).toEqual([1, 3, 4])
  })

  it('takes part from the reward batch before its activation, and up to the one before its deactivation', () => {
    const network = new Network()
    const wanted = () => (network.state.proposed?.members ?? network.state.committee.members).map(({ id }) => id).sort()
    network.l1(12, [{ ...locked(12, 5, other), activationBatch: 3 } as L1Event])
    expect(wanted()).toEqual([1, 2, 3, 4])
    network.l1(13, [{ type: 'exit', block: 13, id: 1, deactivationBatch: 3 }])
    expect(wanted()).toEqual([1, 2, 3, 4])
    network.l1(14, [{ type: 'rewardBatch', block: 14, batch: 2 }])
    expect(wanted()).toEqual([2, 3, 4, 5])
    network.l1(15, [{ type: 'rewardBatch', block: 15, batch: 1 }]) // batches only go on
    expect(wanted()).toEqual([2, 3, 4, 5])
  })

  it('of an event for an id that nobody has is left out', () => {
    const network = new Network()
    const { staking } = network.state
    network.l1(12, [
      { type: 'stake', block: 12, id: 9, amount: 10n ** 20n },
      { type: 'exit', block: 12, id: 9, deactivationBatch: 1 },
    ])
    expect(network.state.staking).toEqual(staking)
  })

  it('counts a stake up to a bound that all METIS never reaches, so that every sum stays exact', () => {
    const network = new Network()
    network.l1(12, [{ type: 'stake', block: 12, id: 1, amount: 10n ** 60n }])
    expect(network.state.staking.sequencers[1]?.stake).toBe(MAX_STAKE)
  })

  it('rule P4: a signer that was given up is not taken again, by nobody', () => {
    const network = new Network()
    const [old, fresh] = [keyOf(0), keyOf(8)]
    network.l1(12, [{ type: 'signer', block: 12, id: 1, signer: fresh.address, pubkey: fresh.pubkey }])
    const effects = network.l1(14, [locked(14, 5, old)])
    expect(effects).toContainEqual(expect.objectContaining({ type: 'registrationRefused', id: 5 }))
  })
})
