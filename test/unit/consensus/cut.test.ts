import { describe, expect, it } from 'vitest'
import { stallDue } from '../../../src/core/consensus/cut.js'
import type { Message } from '../../../src/core/consensus/types.js'
import type { Address } from '../../../src/core/types/hex.js'
import { hashOf, keyOf, Network } from './network.js'

const four = (network: Network) => network.members as [Address, Address, Address, Address]
const due = (network: Network) => stallDue(network.state, network.genesis.consensus.stallTimeout)

describe('stalls', () => {
  it('rule T5: a quorum ends the term at the last checkpoint, and another sequencer goes on from there', () => {
    const network = new Network()
    const [a, b, c] = four(network)
    network.checkpoint(3)
    network.say(a, network.vote(6))
    const { sequencer } = network.state.term
    network.each([a, b], network.stall())
    expect(network.state.term.term).toBe(0)
    network.say(c, network.stall())
    expect(network.state.term).toMatchObject({ term: 1, epoch: 1, kind: 'replacement', parentNumber: 3, endBlock: 11 })
    expect(network.state.term.sequencer).not.toBe(sequencer)
    expect(network.state.checkpointVotes).toEqual({}) // blocks above the checkpoint are orphaned for ever
    expect(network.effects).toContainEqual(
      expect.objectContaining({ type: 'termCut', term: 0, sequencer, reason: 'stall' }),
    )
    expect(network.state.terms.at(-1)).toMatchObject({ term: 0, last: 3, cut: true })
  })

  it('rule T5: a checkpoint that is decided first voids the stall', () => {
    const network = new Network()
    const [a, b, c] = four(network)
    const stall = network.stall()
    network.each([a, b], stall)
    network.checkpoint(1)
    expect(network.state.stallVotes).toEqual([])
    expect(network.say(c, stall)).toBe('STALL_OUTDATED')
    expect(network.state.term.term).toBe(0)
  })

  it('rule T5: a stall that is decided first makes the late checkpoint votes void', () => {
    const network = new Network()
    const [a, b, c] = four(network)
    const late = network.vote(2)
    network.each([a, b], late)
    network.quorum(network.stall())
    expect(network.say(c, late)).toBe('TERM_NOT_CURRENT')
    expect(network.state).toMatchObject({ checkpoint: { number: 0 }, term: { term: 1 } })
  })

  it('rule T5: the time doubles with each failed attempt and starts afresh at a checkpoint', () => {
    const network = new Network()
    expect(due(network)).toBe(network.genesis.l2.timestamp * 1000 + 10_000) // from genesis
    network.checkpoint(2)
    expect(due(network)).toBe(network.time + 10_000)
    for (const attempts of [1, 2, 3]) {
      network.quorum(network.stall())
      expect(network.state.attempts).toBe(attempts)
      expect(due(network)).toBeNull() // rule E4: not before the opening stands signed
      network.signOpening()
      expect(network.state.term.signedAt).toBe(network.time)
      expect(due(network)).toBe(network.time + 10_000 * 2 ** attempts)
    }
    network.checkpoint(3)
    expect(network.state).toMatchObject({ attempts: 0, failed: [] })
    expect(due(network)).toBe(network.time + 10_000)
  })

  it('rule T5: at a boundary whose opening was signed ahead, the time runs from the opening of the term', () => {
    const network = new Network()
    for (const id of network.state.next?.opening ?? []) network.send(network.signed(network.request(id)))
    network.finishTerm()
    expect(network.state.term).toMatchObject({ openedAt: network.time, signedAt: network.time })
    expect(due(network)).toBe(network.time + 10_000)
  })

  it('rule T7: the replacement gets a full epoch and is none of those that failed since the last checkpoint', () => {
    const network = new Network({ stakes: [10, 10, 10, 10, 10] })
    const served = [network.state.term.sequencer]
    for (let i = 0; i < 4; i++) {
      network.quorum(network.stall())
      expect(network.state.term).toMatchObject({ parentNumber: 0, endBlock: 8 })
      served.push(network.state.term.sequencer)
    }
    expect([...served].sort()).toEqual([...network.members].sort())
    // Nobody is left: all members that are not jailed are candidates again.
    network.quorum(network.stall())
    expect(network.members).toContain(network.state.term.sequencer)
    network.checkpoint(1)
    expect(network.state.failed).toEqual([])
  })

  it('rule T7: where only one may stay and it does nothing, those that are leaving go on', () => {
    const network = new Network()
    network.l1(
      12,
      [1, 2, 3].map((id) => ({ type: 'exit' as const, block: 12, id, deactivationBatch: 1 })),
    )
    const idle = keyOf(3).address
    const served: Address[] = []
    for (let i = 0; i < 4; i++) {
      network.quorum(network.stall())
      served.push(network.state.term.sequencer)
    }
    expect(served.filter((each) => each === idle)).toHaveLength(1)
  })

  it('rule T7: the jailed are left out even when everybody else failed', () => {
    for (let start = 0; start < 4; start++) {
      const network = new Network({
        change: (genesis) => {
          genesis.firstSequencer = keyOf(start).address
        },
      })
      const jailed = network.state.term.sequencer
      network.send(network.evidence())
      for (let i = 0; i < 9; i++) {
        network.quorum(network.stall())
        expect(network.state.term.sequencer).not.toBe(jailed)
      }
    }
  })
})

describe('evidence', () => {
  it('rule T7: when nobody is eligible any more, a member that is leaving goes on, and still none that is jailed', () => {
    const network = new Network()
    const { sequencer } = network.state.term
    network.send(network.evidence())
    const exits = [1, 2, 3, 4].map((id) => ({ type: 'exit' as const, block: 12, id, deactivationBatch: 1 }))
    network.l1(12, exits)
    for (let i = 0; i < 8; i++) {
      network.quorum(network.stall())
      expect(network.members).toContain(network.state.term.sequencer)
      expect(network.state.term.sequencer).not.toBe(sequencer)
    }
  })

  it('rule T6: two seals for one number cut their term at once, without a vote, and jail', () => {
    const network = new Network()
    const { sequencer } = network.state.term
    network.checkpoint(2)
    expect(network.code(network.evidence())).toBeUndefined()
    expect(network.state.term).toMatchObject({ term: 1, kind: 'replacement', parentNumber: 2 })
    expect(network.state.term.sequencer).not.toBe(sequencer)
    expect(network.effects).toContainEqual({ type: 'slash', sequencer, term: 0, number: 7 })
    expect(network.effects).toContainEqual(expect.objectContaining({ type: 'termCut', term: 0, reason: 'evidence' }))
    expect(network.code(network.evidence(sequencer, 0))).toBe('EVIDENCE_KNOWN')
  })

  it('rule T6: evidence for an old term jails and leaves the current term alone', () => {
    const network = new Network()
    const { sequencer } = network.state.term
    network.finishTerm()
    const { term } = network.state
    expect(network.code(network.evidence(sequencer, 0, 5))).toBeUndefined()
    expect(network.state.term).toEqual(term)
    expect(network.effects).toContainEqual({ type: 'slash', sequencer, term: 0, number: 5 })
    network.finishTerm()
    expect(network.state.term.sequencer).not.toBe(sequencer)
  })

  it('rule T6: of many closed terms the one of the seals is that of whom they accuse', () => {
    const network = new Network()
    for (let i = 0; i < 8; i++) network.finishTerm()
    const closed = network.state.terms.map(({ term, sequencer }) => ({ term, sequencer }))
    const other = closed.find(({ sequencer }) => sequencer !== closed[0]?.sequencer)
    if (other === undefined) throw new Error('one sequencer had all turns')
    expect(network.code(network.evidence(other.sequencer, other.term, 5))).toBeUndefined()
    expect(network.effects).toContainEqual({ type: 'slash', ...other, number: 5 })
  })

  it('rule T6: who is jailed already and seals twice in its current term loses that term too', () => {
    // With one sequencer that serves twice in a row: evidence of the first term comes while it serves the second.
    const network = new Network({ stakes: [1_000_000, 1, 1, 1] })
    const { sequencer } = network.state.term
    network.finishTerm()
    expect(network.state.term.sequencer).toBe(sequencer)
    network.send(network.evidence(sequencer, 0))
    expect(network.state.term.term).toBe(1)
    expect(network.code(network.evidence(sequencer, 1, 9))).toBeUndefined()
    expect(network.state.term).toMatchObject({ term: 2, kind: 'replacement' })
    expect(network.effects.filter(({ type }) => type === 'slash')).toHaveLength(1)
  })

  it('rule T6: changing the signer on L1 does not wash off what the old one sealed', () => {
    const network = new Network()
    const { sequencer } = network.state.term
    const fresh = keyOf(8)
    network.l1(20, [{ type: 'signer', block: 15, id: 1, signer: fresh.address, pubkey: fresh.pubkey }])
    network.finishTerm()
    expect(network.code(network.evidence(sequencer, 0))).toBeUndefined()
    expect(network.state.staking.sequencers[1]).toMatchObject({ signer: fresh.address, jailed: true })
    expect(network.code(network.evidence(sequencer, 0))).toBe('EVIDENCE_KNOWN')
  })

  it.each<[string, string, (network: Network) => Message]>([
    ['of one block twice', 'EVIDENCE_NONE', (n) => evidence(n, [7, 'a', 0], [7, 'a', 0])],
    ['of different numbers', 'EVIDENCE_NONE', (n) => evidence(n, [6, 'a', 0], [7, 'b', 0])],
    ['of different terms', 'EVIDENCE_NONE', (n) => evidence(n, [7, 'a', 0], [7, 'b', 1])],
    ['of a term that never was', 'EVIDENCE_OLD', (n) => n.evidence(n.members[0], 9)],
    ['by another than the sequencer', 'EVIDENCE_FOREIGN', (n) => n.evidence(n.members[1])],
  ])('rule T6: evidence %s is none', (_, code, make) => {
    const network = new Network()
    const { state } = network
    expect(network.code(make(network))).toBe(code)
    expect(network.state).toBe(state)
  })

  it('rule T6: one honest and one forged seal are no evidence', () => {
    const network = new Network()
    const honest = network.seal(network.state.term.sequencer, 3, 'a')
    const forged = { ...honest, hash: hashOf('forged') }
    expect(network.code({ type: 'evidence', seals: [honest, forged] })).toBe('EVIDENCE_FOREIGN')
  })
})

type Block = [number: number, fork: string, term: number]
function evidence(network: Network, a: Block, b: Block): Message {
  const { sequencer } = network.state.term
  const seal = ([number, fork, term]: Block) => network.seal(sequencer, number, fork, term)
  return { type: 'evidence', seals: [seal(a), seal(b)] }
}
