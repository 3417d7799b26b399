import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isEntropyBlock } from '../../../src/core/consensus/l1.js'
import type { L1Event, L1Range } from '../../../src/core/consensus/types.js'
import { drawSequencer } from '../../../src/core/selection/beacon.js'
import type { Address } from '../../../src/core/types/hex.js'
import { hashOf, keyOf, locked, Network } from './network.js'

const four = (network: Network) => network.members as [Address, Address, Address, Address]
const GWEI = 10n ** 9n
const deposit = (block: number, index: number, amount: bigint, to = keyOf(9).address): L1Event => ({
  type: 'deposit',
  block,
  index,
  to,
  amount,
})

describe('L1', () => {
  it('rule L1: ranges are contiguous and decided by a quorum of votes for the very same range', () => {
    const network = new Network()
    const [a, b, c, d] = four(network)
    const range = network.range(15)
    network.each([a, b], { kind: 'range', range })
    network.say(c, { kind: 'range', range: { ...range, eventsRoot: hashOf('other events') } })
    expect(network.state.l1.applied.number).toBe(10)
    network.say(d, { kind: 'range', range })
    expect(network.state.l1.applied).toEqual({ number: 15, hash: range.toHash })
    expect(network.effects).toContainEqual({ type: 'rangeDecided', range })
  })

  it.each<[string, string, (range: L1Range) => Partial<L1Range>]>([
    ['that leaves a gap', 'RANGE_NOT_NEXT', ({ from }) => ({ from: from + 1 })],
    ['that goes back', 'RANGE_NOT_NEXT', ({ from }) => ({ from: from - 1 })],
    ['on another branch', 'RANGE_NOT_NEXT', () => ({ prevToHash: hashOf('branch') })],
    ['of no block', 'RANGE_SIZE', ({ from }) => ({ to: from - 1 })],
    ['of 257 blocks', 'RANGE_SIZE', ({ from }) => ({ to: from + 256 })],
  ])('rule L1: a range %s is refused', (_, code, change) => {
    const network = new Network()
    const range = network.range(15)
    expect(network.say(network.members[0], { kind: 'range', range: { ...range, ...change(range) } })).toBe(code)
  })

  it('rule L1: of two ranges that contradict each other never both are decided, whatever one liar votes', () => {
    const votes = fc.array(
      fc.record({ voter: fc.integer({ min: 0, max: 3 }), lie: fc.boolean(), to: fc.constantFrom(12, 14) }),
      {
        maxLength: 14,
      },
    )
    fc.assert(
      fc.property(votes, (cast) => {
        const network = new Network()
        const start = network.state.l1.applied.number
        const honest = [12, 14].map((to) => network.range(to))
        const lies = [12, 14].map((to) => network.range(to, [], ' forked'))
        for (const { voter, lie, to } of cast) {
          const range = (voter === 3 && lie ? lies : honest)[to === 12 ? 0 : 1]
          if (range !== undefined) network.say(network.members[voter], { kind: 'range', range })
        }
        const decided = network.effects.flatMap((effect) => (effect.type === 'rangeDecided' ? [effect.range] : []))
        expect(decided.length).toBeLessThanOrEqual(1)
        for (const range of decided) {
          expect(honest).toContainEqual(range)
          expect(range.from).toBe(start + 1)
        }
      }),
      { numRuns: 25 },
    )
  })

  it('rule T8: a range vote is replaced only by one with a higher end; an old one sent again undoes nothing', () => {
    const network = new Network()
    const [a, b, c, d] = four(network)
    const old = network.attestation(a, { kind: 'range', range: network.range(12) })
    network.send(old)
    network.say(a, { kind: 'range', range: network.range(15) })
    expect(network.code(old)).toBe('VOTE_NOT_NEWER')
    expect(network.say(a, { kind: 'range', range: network.range(15, [], ' forked') })).toBe('VOTE_NOT_NEWER')
    network.each([b, c], { kind: 'range', range: network.range(15) })
    expect(network.state.l1.applied.number).toBe(15)
    expect(network.say(d, { kind: 'range', range: { ...network.range(15), from: 11, to: 15 } })).toBe('RANGE_NOT_NEXT')
    expect(network.code(old)).toBe('RANGE_NOT_NEXT')
  })

  it('rule L1: the events are those whose root was decided, from whoever brings them, once', () => {
    const network = new Network()
    const events = [locked(12, 5, keyOf(4))]
    const range = network.range(13, events)
    expect(network.code({ type: 'l1Events', from: range.from, events })).toBe('RANGE_NOT_DECIDED')
    network.quorum({ kind: 'range', range })
    expect(network.state.l1.decided).toEqual(range)
    expect(network.say(network.members[3], { kind: 'range', range })).toBe('RANGE_PENDING')
    expect(network.code({ type: 'l1Events', from: range.from, events: [] })).toBe('EVENTS_ROOT')
    expect(network.code({ type: 'l1Events', from: range.from, events: [locked(12, 5, keyOf(4), 11)] })).toBe(
      'EVENTS_ROOT',
    )
    expect(network.code({ type: 'l1Events', from: range.from, events })).toBeUndefined()
    expect(network.code({ type: 'l1Events', from: range.from, events })).toBe('RANGE_NOT_DECIDED')
    expect(network.state.staking.sequencers[5]?.signer).toBe(keyOf(4).address)
  })

  it('rule L2: whole gwei go to L2, and what is below waits for the recipient', () => {
    const network = new Network()
    const [to, other] = [keyOf(9).address, keyOf(8).address]
    const events = [
      deposit(11, 0, 5n * GWEI + 600_000_000n, to),
      deposit(12, 1, 1n, other),
      deposit(13, 2, 400_000_000n, to),
      deposit(13, 3, 7n * GWEI, to),
    ]
    const credited = network.l1(14, events).flatMap((effect) => (effect.type === 'deposit' ? [effect] : []))
    expect(credited.map(({ index, to, amountGwei, l1Block }) => [index, to, amountGwei, l1Block])).toEqual([
      [0, to, 5n, 11],
      [1, other, 0n, 12],
      [2, to, 1n, 13],
      [3, to, 7n, 13],
    ])
    expect(network.state.l1).toMatchObject({ deposits: 4, dust: { [other]: 1n } })
    expect(network.state.l1.dust[to]).toBeUndefined()
  })

  it('rule L2: no wei of any deposits is lost or made', () => {
    const amounts = fc.array(fc.tuple(fc.constantFrom(8, 9), fc.bigInt({ min: 0n, max: 10n ** 20n })), {
      minLength: 1,
      maxLength: 20,
    })
    fc.assert(
      fc.property(amounts, (list) => {
        const network = new Network()
        const effects = network.l1(
          12,
          list.map(([to, amount], i) => deposit(12, i, amount, keyOf(to).address)),
        )
        for (const name of [8, 9]) {
          const { address } = keyOf(name)
          const paid = effects.reduce(
            (sum, e) => sum + (e.type === 'deposit' && e.to === address ? e.amountGwei : 0n),
            0n,
          )
          const put = list.reduce((sum, [to, amount]) => sum + (to === name ? amount : 0n), 0n)
          const dust = network.state.l1.dust[address] ?? 0n
          expect(paid * GWEI + dust).toBe(put)
          expect(dust).toBeLessThan(GWEI)
        }
      }),
      { numRuns: 15 },
    )
  })

  it('rule T1: a term names the L1 block that was applied when it opened', () => {
    const network = new Network()
    network.l1(19)
    network.quorum(network.stall())
    expect(network.state.term.l1Origin).toBe(19)
  })
})

describe('selection', () => {
  const randao = (block: number): L1Event => ({ type: 'randao', block, value: hashOf(`randao ${block}`) })

  it('rule S1: a snapshot freezes candidates and stakes; what comes before its entropy does not change it', () => {
    const network = new Network()
    network.l1(20)
    network.l1(23, [
      { type: 'stake', block: 21, id: 2, amount: 900n * 10n ** 18n },
      { type: 'exit', block: 22, id: 3, deactivationBatch: 1 },
    ])
    network.l1(25, [randao(25)])
    const [snapshot] = network.state.snapshots
    expect(snapshot).toMatchObject({ height: 20, prevRandao: hashOf('randao 25') })
    expect(snapshot?.candidates).toEqual([0, 1, 2, 3].map((i) => ({ address: keyOf(i).address, stake: 10n ** 19n })))
  })

  it('rule S1: the stakes of the snapshot block itself are in it', () => {
    const network = new Network()
    network.l1(30, [{ type: 'stake', block: 20, id: 2, amount: 900n * 10n ** 18n }, randao(25)])
    expect(network.state.snapshots.map(({ height, prevRandao }) => [height, prevRandao !== null])).toEqual([
      [20, true],
      [30, false],
    ])
    expect(network.state.snapshots[0]?.candidates[1]?.stake).toBe(900n * 10n ** 18n)
  })

  it('rule S1: what one range says of later blocks is not in the snapshot', () => {
    const network = new Network()
    network.l1(22, [{ type: 'stake', block: 21, id: 2, amount: 900n * 10n ** 18n }])
    const snapshot = network.state.snapshots.find(({ height }) => height === 20)
    expect(snapshot?.candidates[1]?.stake).toBe(10n * 10n ** 18n)
  })

  it('rule S1: entropy comes so many blocks after each snapshot', () => {
    const consensus = { snapshotInterval: 10, entropyDelay: 3 }
    const blocks = Array.from({ length: 30 }, (_, i) => i).filter((block) => isEntropyBlock(block, consensus))
    expect(blocks).toEqual([3, 13, 23])
  })

  it('rule L1: a range is as long as its blocks, wherever on L1 it is', () => {
    const network = new Network({ change: ({ l1 }) => Object.assign(l1, { startBlock: 1_000_001 }) })
    network.l1(1_000_003)
    expect(network.state.l1.applied.number).toBe(1_000_003)
    const say = (to: number) => network.say(network.members[0], { kind: 'range', range: network.range(to) })
    expect([say(1_000_003 + 257), say(1_000_003 + 256)]).toEqual(['RANGE_SIZE', undefined])
  })

  it('rule S1: the draw uses the newest snapshot whose entropy is there, the seed of network, epoch and term', () => {
    const network = new Network()
    const expected = (prevRandao: Address, stakes: bigint[]) =>
      drawSequencer({
        prevRandao,
        networkId: network.networkId,
        epoch: 2n,
        term: 2n,
        candidates: stakes.map((stake, i) => ({ address: keyOf(i).address, stake })),
      })
    const ten = 10n ** 19n
    network.l1(25, [randao(25)])
    // Frozen at 30, but its entropy is not there yet: it has no say.
    network.l1(32, [{ type: 'stake', block: 29, id: 4, amount: 10n ** 24n }])
    network.finishTerm()
    expect(network.state.next?.sequencer).toBe(expected(hashOf('randao 25'), [ten, ten, ten, ten]))
    network.l1(35, [randao(35)])
    expect(network.state.snapshots.map(({ height }) => height)).toEqual([30])
    network.finishTerm()
    const whale = drawSequencer({
      prevRandao: hashOf('randao 35'),
      networkId: network.networkId,
      epoch: 3n,
      term: 3n,
      candidates: [ten, ten, ten, 10n ** 24n].map((stake, i) => ({ address: keyOf(i).address, stake })),
    })
    expect(network.state.next?.sequencer).toBe(whale)
  })

  it('rule S1: a candidate of the snapshot that may not serve any more is passed over', () => {
    const network = new Network({ stakes: [10, 10, 10, 1_000_000] })
    network.l1(25, [randao(25)])
    network.l1(26, [{ type: 'exit', block: 26, id: 4, deactivationBatch: 1 }])
    for (let i = 0; i < 3; i++) {
      network.finishTerm()
      expect(network.state.term.sequencer).not.toBe(keyOf(3).address)
    }
  })

  it('rule S1: the ranges carry entropy for exactly the blocks that a snapshot waits for', () => {
    const consensus = { snapshotInterval: 10, entropyDelay: 5 }
    const blocks = Array.from({ length: 30 }, (_, i) => 20 + i)
    expect(blocks.filter((block) => isEntropyBlock(block, consensus))).toEqual([25, 35, 45])
    const network = new Network()
    network.l1(20)
    network.l1(24, [randao(24)]) // entropy of no snapshot
    expect(network.state.snapshots.at(-1)).toMatchObject({ height: 20, prevRandao: null })
  })
})
