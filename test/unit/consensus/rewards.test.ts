import { Interface } from 'ethers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RewardBatch } from '../../../src/core/chain/rewards.js'
import { rewardsCalldata } from '../../../src/core/chain/rewards.js'
import { genesisState } from '../../../src/core/consensus/genesis.js'
import type { Effect, L1Event } from '../../../src/core/consensus/types.js'
import type { Address, Hash } from '../../../src/core/types/hex.js'
import { lockingPoolAbi } from '../../../src/l1/abi/lockingPool.js'
import { content, flying, mined, paying } from './batches.js'
import { genesisOf, hashOf, keyOf, Network } from './network.js'

const pool = new Interface(lockingPoolAbi)

/** All closed terms are put on L1. */
function batch(network: Network): void {
  network.quorum(content(network))
  while (network.state.batch.flight !== null) mined(network)
}

/** So many terms are closed and batched. */
function terms(network: Network, count: number): Network {
  for (let i = 0; i < count; i++) network.finishTerm()
  batch(network)
  return network
}

const inFlight = ({ state }: Network): RewardBatch | undefined => state.rewards?.flight?.content
const paidFor = (effects: readonly Effect[]): RewardBatch[] =>
  effects.flatMap((effect) => (effect.type === 'rewardsPaid' ? [effect.content] : []))

/** Blocks of epochs from 1 on by who made them, as the closed terms have it. */
function blocksOf({ state }: Network, from: number, to: number): Map<Address, number> {
  const blocks = new Map<Address, number>()
  for (const { epoch, last, parentNumber, sequencer } of state.terms)
    if (epoch >= from && epoch <= to && last > parentNumber)
      blocks.set(sequencer, (blocks.get(sequencer) ?? 0) + last - parentNumber)
  return blocks
}
const paidOf = (content: RewardBatch | undefined) =>
  new Map(content?.paid.map(({ address, blocks }) => [address, blocks]))

describe('rewards', () => {
  it('rule B8: are asked for when enough epochs of batched blocks are there, the first epoch excepted', () => {
    const network = terms(paying(3), 3) // epochs 0, 1 and 2
    expect([inFlight(network), network.state.rewards]).toMatchObject([undefined, { from: 1, to: 2, due: 3 }])
    terms(network, 1)
    expect(inFlight(network)).toMatchObject({ batch: 2, from: 1, to: 3 })
    expect(paidOf(inFlight(network))).toEqual(blocksOf(network, 1, 3))
    const request = flying(network)
    expect(request).toMatchObject({ kind: 'rewards', chain: 'l1', to: network.genesis.l1.lockingPool, subject: 2 })
    expect([request.nonce, request.key]).toEqual([network.state.l1.nonce, network.state.group.address])
    mined(network)
    expect(paidFor(network.effects)).toHaveLength(1)
    expect(network.state.rewards).toMatchObject({ from: 4, to: 3, blocks: {}, due: 3, flight: null })
  })

  it('rule B8: call the contract with what it takes', () => {
    const paid = [keyOf(0), keyOf(1)].map(({ address }, i) => ({ address, blocks: 7 + i }))
    const args = [2, 1, 5, paid.map(({ address }) => address), paid.map(({ blocks }) => blocks)]
    const data = rewardsCalldata({ batch: 2, from: 1, to: 5, paid })
    expect(data).toBe(pool.encodeFunctionData('batchSubmitRewards', args))
  })

  it('rule B8: epochs without final blocks do not count, and what was cut is paid up to the cut', () => {
    const network = paying(2)
    network.finishTerm()
    network.quorum(network.stall()) // term 1 left no block: its epoch is the next one's
    network.checkpoint(network.state.checkpoint.number + 3)
    network.quorum(network.stall())
    network.finishTerm()
    batch(network)
    expect(inFlight(network)).toMatchObject({ from: 1, to: 2 })
    expect(paidOf(inFlight(network))).toEqual(blocksOf(network, 1, 2))
    expect([...paidOf(inFlight(network)).values()].reduce((a, b) => a + b, 0)).toBe(3 + 8)
  })

  it('rule B2: nothing else of the group is sent meanwhile', () => {
    const network = terms(paying(2), 3)
    network.finishTerm()
    expect(network.say(network.members[0], content(network))).toBe('BATCH_IN_FLIGHT')
    mined(network)
    expect(network.say(network.members[0], content(network))).toBeUndefined()
  })

  it('rule B8: what L1 refuses is asked for again when as many epochs more are there', () => {
    const network = terms(paying(2), 3)
    const nonce = flying(network).nonce
    expect(mined(network, { success: false })).toContainEqual({
      type: 'groupTransactionFailed',
      kind: 'rewards',
      nonce,
      hash: hashOf(`tx ${nonce}`),
    })
    expect(network.state.rewards).toMatchObject({ from: 1, to: 2, due: 4, flight: null })
    terms(network, 1)
    expect(inFlight(network)).toBeUndefined()
    terms(network, 1)
    expect(inFlight(network)).toMatchObject({ batch: 2, from: 1, to: 4 })
    expect(paidOf(inFlight(network))).toEqual(blocksOf(network, 1, 4))
    mined(network, { content: hashOf('what somebody else signed') })
    expect(paidFor(network.effects)).toEqual([])
    terms(network, 2)
    mined(network)
    expect(paidFor(network.effects)).toMatchObject([{ from: 1, to: 6 }])
  })

  it('rule B6: go to the signer that L1 has now', () => {
    const network = terms(paying(2), 2)
    const { sequencer } = network.state.terms.at(-1) ?? { sequencer: '0x' as const }
    const id = network.state.committee.members.find(({ address }) => address === sequencer)?.id ?? 0
    const fresh = keyOf(9)
    const block = network.state.l1.applied.number + 1
    network.l1(block, [{ type: 'signer', block, id, signer: fresh.address, pubkey: fresh.pubkey }])
    terms(network, 1)
    const paid = paidOf(inFlight(network))
    expect(paid.has(sequencer)).toBe(false)
    expect(paid.get(fresh.address)).toBeGreaterThanOrEqual(8)
  })

  const lastOf = (network: Network) => network.state.terms.at(-1)?.sequencer ?? '0x'
  const idOf = (network: Network, address: Address) =>
    network.state.committee.members.find((member) => member.address === address)?.id ?? 0
  it.each<[string, (network: Network, id: number, block: number) => L1Event, Address | undefined]>([
    [
      'to a signer of L1 whose key is none here',
      (_, id, block) => ({ type: 'signer', block, id, signer: keyOf(9).address, pubkey: keyOf(8).pubkey }),
      keyOf(9).address,
    ],
    ['to nobody who took the stake back', (_, id, block) => ({ type: 'left', block, id }), undefined],
  ])('rule B6: go %s', (_, event, payee) => {
    const network = terms(paying(4), 2)
    const sequencer = lastOf(network)
    const block = network.state.l1.applied.number + 1
    network.l1(block, [event(network, idOf(network, sequencer), block)])
    terms(network, 3)
    const paid = paidOf(inFlight(network))
    expect([paid.size > 0, paid.has(sequencer)]).toEqual([true, false])
    if (payee !== undefined) expect(paid.get(payee)).toBeGreaterThanOrEqual(8)
  })

  it('rule B8: who sealed two blocks of one number is not paid', () => {
    const network = terms(paying(4), 2)
    const cheat = lastOf(network)
    expect(network.code(network.evidence(cheat, network.state.terms.at(-1)?.term))).toBeUndefined()
    terms(network, 3)
    expect(paidOf(inFlight(network)).has(cheat)).toBe(false)
    expect(inFlight(network)?.paid.length).toBeGreaterThan(0)
  })

  it('rule B8: wait where nobody can be paid', () => {
    const network = terms(paying(2), 2)
    const block = network.state.l1.applied.number + 1
    network.l1(
      block,
      [1, 2, 3, 4].map((id): L1Event => ({ type: 'left', block, id })),
    )
    terms(network, 1)
    expect([inFlight(network), network.state.rewards]).toMatchObject([undefined, { from: 1, to: 2 }])
  })

  it('are asked for by networks alone whose genesis says so, and never for a single epoch', () => {
    const network = terms(new Network(), 6)
    expect(network.state).not.toHaveProperty('rewards')
    expect(Object.values(network.state.requests).filter(({ kind }) => kind === 'rewards')).toEqual([])
    const genesis = genesisOf({ change: ({ group }) => Object.assign(group, { rewardEpochs: 1 }) })
    expect(() => genesisState(genesis, hashOf('id') as Hash)).toThrow(/rewards are for 1 epochs, and not for 2/)
  })

  const steps = {
    finish: (network: Network) => network.finishTerm(),
    stall: (network: Network) => network.quorum(network.stall()),
    part: (network: Network) => {
      const next = network.state.checkpoint.number + 2
      if (next < network.state.term.endBlock) network.checkpoint(next)
    },
    paid: (network: Network) => settle(network, true),
    refused: (network: Network) => settle(network, false),
  }
  function settle(network: Network, success: boolean): void {
    if ((network.state.terms.at(-1)?.last ?? 0) >= network.state.batch.nextBlock) batch(network)
    if (inFlight(network) !== undefined) mined(network, { success })
  }

  it('rule B8: each block from epoch 1 on is paid once, whatever is cut, batched and refused', () => {
    const step = fc.constantFrom(...(Object.keys(steps) as (keyof typeof steps)[]))
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), fc.integer({ min: 2, max: 4 }), (drawn, every) => {
        const network = paying(every)
        for (const each of [...drawn, 'finish', 'finish', 'finish', 'finish', 'paid'] as const) steps[each](network)
        let next = 1
        const all = new Map<Address, number>()
        for (const { from, to, paid } of paidFor(network.effects)) {
          expect([from, to > from]).toEqual([next, true])
          next = to + 1
          for (const { address, blocks } of paid) all.set(address, (all.get(address) ?? 0) + blocks)
        }
        expect(all).toEqual(blocksOf(network, 1, next - 1))
      }),
      { seed: 3, numRuns: 12 },
    )
  })
})
