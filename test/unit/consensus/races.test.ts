import { describe, expect, it } from 'vitest'
import { appHash } from '../../../src/core/consensus/digest.js'
import type { Address } from '../../../src/core/types/hex.js'
import { keyOf, locked, Network } from './network.js'

const four = (network: Network) => network.members as [Address, Address, Address, Address]

describe('races, settled by the order of the record', () => {
  it('rule T5: of a checkpoint and a stall with three votes each, the one whose third vote comes first wins', () => {
    for (const first of ['checkpoint', 'stall'] as const) {
      const network = new Network()
      const [a, b, c] = four(network)
      const [vote, stall] = [network.vote(4), network.stall()]
      network.each([a, b], vote)
      network.each([a, b], stall)
      const third = first === 'checkpoint' ? [vote, stall] : [stall, vote]
      const refusals = third.map((content) => network.say(c, content))
      expect(refusals).toEqual([undefined, first === 'checkpoint' ? 'STALL_OUTDATED' : 'TERM_NOT_CURRENT'])
      expect(network.state.checkpoint.number).toBe(first === 'checkpoint' ? 4 : 0)
      expect(network.state.term.term).toBe(first === 'checkpoint' ? 0 : 1)
    }
  })

  it('rules T3, T5: the checkpoint at the last block against the stall leaves either a boundary or a replacement', () => {
    for (const stallFirst of [true, false]) {
      const network = new Network()
      const last = network.vote(7)
      const stall = network.stall()
      network.each(four(network), stallFirst ? stall : last)
      network.each(four(network), stallFirst ? last : stall)
      const { term, checkpoint, terms } = network.state
      expect(terms).toHaveLength(1)
      expect(term).toMatchObject(
        stallFirst ? { term: 1, kind: 'replacement', parentNumber: 0 } : { term: 1, kind: 'boundary', parentNumber: 7 },
      )
      expect(checkpoint.number).toBe(term.parentNumber)
    }
  })

  it('rules T5, T6: a stall and evidence for the same term cut it once', () => {
    for (const evidenceFirst of [true, false]) {
      const network = new Network()
      const { sequencer } = network.state.term
      const stall = network.stall()
      const evidence = network.evidence()
      if (evidenceFirst) network.send(evidence)
      network.each(four(network).slice(0, 3), stall)
      if (!evidenceFirst) network.send(evidence)
      expect(network.state.term.term).toBe(1)
      expect(network.state.attempts).toBe(1)
      expect(network.state.staking.sequencers[1]).toMatchObject({ signer: sequencer, jailed: true })
      expect(network.effects.filter(({ type }) => type === 'termCut')).toHaveLength(1)
    }
  })

  it('rule B1: a stall while the next opening is signed ahead asks for a new one, and the old one is refused', () => {
    const network = new Network()
    const [ahead] = network.state.next?.opening ?? []
    const early = network.request(ahead)
    expect(early).toMatchObject({ kind: 'commitEpoch', subject: 1, nonce: 0 })
    const signedEarly = network.signed(early)
    network.send(signedEarly)
    network.quorum(network.stall())
    const [id] = network.state.term.opening
    expect(id).not.toBe(ahead)
    // Term 1 was signed ahead, and the replacement is term 1 too, with the same nonce.
    expect(network.request(id)).toMatchObject({ kind: 'recommitEpoch', subject: 1, nonce: 0, signed: null })
    expect(network.state.requests[early.id]).toBeUndefined()
    expect(network.code(signedEarly)).toBe('REQUEST_UNKNOWN')
    expect(network.state.term.signedAt).toBeNull()
    network.signOpening()
    expect(network.state.term.signedAt).toBe(network.time)
  })

  it('rule B1: the opening signed ahead that comes into the record after the boundary still counts', () => {
    const network = new Network()
    const signed = (network.state.next?.opening ?? []).map((id) => network.signed(network.request(id)))
    network.finishTerm()
    expect(network.state.term.signedAt).toBeNull()
    for (const message of signed) expect(network.code(message)).toBeUndefined()
    expect(network.state.term.signedAt).toBe(network.time)
  })

  it('rule P3: a change of committee wipes the tallies that are open', () => {
    const network = new Network()
    const [a, b, c, d] = four(network)
    const joiner = keyOf(4)
    network.l1(12, [locked(12, 5, joiner)])
    network.each([a, b, c, joiner.address], network.shared())
    const range = network.range(13)
    network.each([a, b], { kind: 'range', range })
    network.quorum(network.stall()) // opens a term, so the committee of five comes into force
    expect(network.members).toHaveLength(5)
    expect(network.state.l1.votes).toEqual({})
    network.each([c, d], { kind: 'range', range })
    expect(network.state.l1.applied.number).toBe(12) // a, b of the old committee do not count for the new one
    network.each([a, b], { kind: 'range', range })
    expect(network.state.l1.applied.number).toBe(13)
  })

  it('rule P3: changed powers wipe the tallies just as changed members do', () => {
    const network = new Network()
    const [a, b] = four(network)
    network.l1(12, [{ type: 'stake', block: 12, id: 4, amount: 12n * 10n ** 18n }])
    network.each([a, b], { kind: 'range', range: network.range(13) })
    network.quorum(network.stall())
    expect(network.state.committee.members.map(({ power }) => power).sort()).toEqual([10, 10, 10, 12])
    expect(network.state.l1.votes).toEqual({})
  })

  it('the messages of one block in another order of voters end in the same state', () => {
    const run = (order: number[]) => {
      const network = new Network()
      network.each(network.members, network.vote(1)) // all were heard
      const vote = network.vote(7)
      for (const i of order) {
        network.say(network.members[i], vote)
        network.time -= 1
      }
      return network
    }
    const [one, other] = [run([0, 1, 2]), run([2, 0, 1])]
    expect(appHash(one.state)).toBe(appHash(other.state))
  })
})
