import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Address } from '../../../src/core/types/hex.js'
import { hashOf, Network } from './network.js'

const four = (network: Network) => network.members as [Address, Address, Address, Address]

describe('terms and checkpoints', () => {
  it('rule T1: terms only grow, each opens on the decided checkpoint at the end of the one before', () => {
    const network = new Network({ epochLength: 8 })
    expect(network.state.term).toMatchObject({ term: 0, epoch: 0, parentNumber: 0, endBlock: 7, kind: 'genesis' })
    for (let term = 1; term <= 3; term++) {
      network.l1(20 * term)
      network.finishTerm()
      const { checkpoint } = network.state
      expect(network.state.term).toMatchObject({
        term,
        epoch: term,
        kind: 'boundary',
        parentNumber: 8 * term - 1,
        parentHash: checkpoint.hash,
        endBlock: 8 * term + 7,
        l1Origin: 20 * term,
        openedAt: network.time,
      })
      expect(network.state.terms.at(-1)).toMatchObject({ term: term - 1, last: 8 * term - 1, cut: false })
    }
  })

  it('rule T3: a vote supports every block it lists, and the highest that a quorum lists is decided', () => {
    const network = new Network()
    const [a, b, c, d] = four(network)
    // One node is at 5, one at 6, one at 7: votes for single numbers would have split here.
    expect(network.say(a, network.vote(7))).toBeUndefined()
    expect(network.say(b, network.vote(5))).toBeUndefined()
    expect(network.state.checkpoint.number).toBe(0)
    expect(network.say(c, network.vote(6))).toBeUndefined()
    expect(network.state.checkpoint).toEqual({ number: 5, ...network.vote(7, { from: 0 }).blocks[4] })
    expect(network.say(d, network.vote(7))).toBeUndefined()
    expect(network.state.checkpoint.number).toBe(6)
  })

  it('rule T3: any votes decide the highest block that a quorum lists, in whatever order they come', () => {
    const heights = fc.array(fc.integer({ min: 1, max: 32 }), { minLength: 7, maxLength: 7 })
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6], { minLength: 5 })
    fc.assert(
      fc.property(heights, order, (tops, voters) => {
        const network = new Network({ stakes: [10, 10, 10, 10, 10, 10, 10], epochLength: 64 })
        const { members } = network
        const votes = tops.map((top) => network.vote(top))
        for (const i of voters) network.say(members[i], votes[i] ?? network.vote(1))
        const listed = voters.map((i) => tops[i] ?? 0).sort((x, y) => y - x)
        expect(network.state.checkpoint.number).toBe(listed[4])
      }),
      { numRuns: 12 },
    )
  })

  it('rule T3: votes for different chains do not add up', () => {
    const network = new Network()
    const [a, b, c, d] = four(network)
    network.each([a, b], network.vote(4, { fork: 'one' }))
    network.each([c, d], network.vote(4, { fork: 'other' }))
    expect(network.state.checkpoint.number).toBe(0)
    // The same hash with another state root is another claim.
    const liar = network.vote(5, { fork: 'one' })
    liar.blocks = liar.blocks.map(({ hash }) => ({ hash, stateRoot: hashOf('lie') }))
    network.say(c, liar)
    expect(network.state.checkpoint.number).toBe(0)
    network.say(d, network.vote(6, { fork: 'one' }))
    expect(network.state.checkpoint.number).toBe(4)
  })

  it('rule T3: a vote from an older checkpoint of its voter counts while its chain contains the decided one', () => {
    const network = new Network()
    const [a, b, c, d] = four(network)
    const late = network.vote(6)
    const forked = network.vote(6, { fork: 'other' })
    network.checkpoint(3)
    expect(network.say(d, forked)).toBe('CHECKPOINT_BEHIND')
    expect(network.say(d, late)).toBeUndefined()
    expect(network.say(a, network.vote(5))).toBeUndefined()
    expect(network.say(b, network.vote(5))).toBeUndefined()
    expect(network.state.checkpoint.number).toBe(5)
    expect(network.say(c, { ...late, prevHash: hashOf('elsewhere') })).toBeUndefined() // contains 5 all the same
  })

  it.each<[string, string, (network: Network) => ReturnType<Network['vote']>]>([
    ['of another term', 'TERM_NOT_CURRENT', (network) => ({ ...network.vote(3), term: 1 })],
    ['of no block', 'CHECKPOINT_SIZE', (network) => ({ ...network.vote(3), blocks: [] })],
    ['beyond the end of the term', 'CHECKPOINT_RANGE', (network) => network.vote(8)],
    ['on another parent', 'CHECKPOINT_BEHIND', (network) => ({ ...network.vote(3), prevHash: hashOf('x') })],
    ['that skips blocks', 'CHECKPOINT_BEHIND', (network) => network.vote(5, { from: 2 })],
  ])('rule T3: a vote %s is refused', (_, code, make) => {
    const network = new Network()
    expect(network.say(network.members[0], make(network))).toBe(code)
  })

  it('rule T3: a vote lists at most 32 blocks, so the head leads by no more', () => {
    const network = new Network({ epochLength: 64 })
    expect(() => network.say(network.members[0], network.vote(33))).toThrow(
      expect.objectContaining({ code: 'MESSAGE_MALFORMED' }),
    )
    expect(network.say(network.members[0], network.vote(32))).toBeUndefined()
  })

  it('rule T3: a vote for blocks of an earlier term, or for none above the checkpoint, is refused', () => {
    const network = new Network()
    const last = network.members.at(-1)
    network.checkpoint(3)
    expect(network.say(last, network.vote(3, { from: 1 }))).toBe('CHECKPOINT_BEHIND')
    network.finishTerm()
    const { number, hash, stateRoot } = network.state.checkpoint
    const vote = network.vote(number + 2)
    const below = { prevNumber: number - 1, prevHash: hashOf('below'), blocks: [{ hash, stateRoot }, ...vote.blocks] }
    expect(network.say(last, { ...vote, ...below })).toBe('CHECKPOINT_RANGE')
    expect(network.say(last, vote)).toBeUndefined()
  })

  it('rule T8: a vote is replaced only by one with a higher number; an old one sent again undoes nothing', () => {
    const network = new Network()
    const [a, b, c] = four(network)
    const old = network.attestation(a, network.vote(3))
    network.send(old)
    network.say(a, network.vote(6))
    expect(network.code(old)).toBe('VOTE_NOT_NEWER')
    expect(network.say(a, network.vote(6, { fork: 'other' }))).toBe('VOTE_NOT_NEWER')
    network.each([b, c], network.vote(6))
    expect(network.state.checkpoint.number).toBe(6)
    expect(network.code(old)).toBe('CHECKPOINT_BEHIND')
  })

  it('rule T8: a decided checkpoint drops the votes that do not contain it, and keeps the others', () => {
    const network = new Network()
    const [a, b, c, d] = four(network)
    network.say(d, network.vote(7, { fork: 'other' }))
    network.say(a, network.vote(6))
    network.each([b, c], network.vote(4))
    expect(network.state.checkpoint.number).toBe(4)
    expect(Object.keys(network.state.checkpointVotes).sort()).toEqual([a, b, c].sort())
    // d sees its mistake: the lower vote for the right chain is taken, for the higher one is gone.
    expect(network.say(d, network.vote(5))).toBeUndefined()
  })

  it('rule P3: votes of members with too little power decide nothing, however many they are', () => {
    const network = new Network({ stakes: [28, 28, 28, 2, 2, 2, 2] })
    const { members } = network
    network.each([...members.slice(2)], network.vote(3))
    expect(network.state.checkpoint.number).toBe(0)
    network.each(members.slice(0, 1), network.vote(3))
    expect(network.state.checkpoint.number).toBe(3)
  })
})
