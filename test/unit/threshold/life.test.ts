import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Hash } from '../../../src/core/types/hex.js'
import { content, mined } from '../consensus/batches.js'
import { Network } from '../consensus/network.js'
import { type Asked, asked, whyNot } from './asked.js'
import { broken } from './broken.js'

/** Steps of a life in which the key stays the same. */
const actions = {
  finish: (network: Network) => network.finishTerm(),
  stall: (network: Network) => network.quorum(network.stall()),
  evidence: (network: Network) => {
    if (Object.values(network.state.staking.sequencers).every(({ jailed }) => !jailed)) network.send(network.evidence())
  },
  advance: (network: Network) => {
    const { checkpoint, term } = network.state
    if (checkpoint.number + 1 < term.endBlock) network.checkpoint(checkpoint.number + 1)
  },
  sign: (network: Network) => network.signOpening(),
  batch: (network: Network) => {
    const { flight: onItsWay, nextBlock } = network.state.batch
    const { last } = content(network)
    if (onItsWay === null && last >= nextBlock) network.quorum(content(network))
  },
  mine: (network: Network) => {
    if (network.state.batch.flight !== null) mined(network)
  },
  lose: (network: Network) => {
    if (network.state.batch.flight !== null) mined(network, { success: false })
  },
  share: (network: Network) => {
    network.each(network.members, { kind: 'anew', generation: network.state.group.generation, lost: false })
    for (const { address } of network.state.proposed?.members ?? []) network.say(address, network.shared())
  },
}

function play(steps: readonly (keyof typeof actions)[], look: (each: Asked) => void): void {
  const network = new Network({ stakes: [10, 10, 10, 10, 10], epochLength: 4 })
  if (steps[0] === 'stall') network.state.contract.epochLength = 5
  for (const step of steps) {
    actions[step](network)
    const { requests, term } = network.state
    const isFinal = (id: string) => term.checkpointAt !== null && term.opening.includes(id as Hash)
    for (const request of Object.values(requests)) if (!isFinal(request.id)) look(asked(network, request))
  }
}

describe('in a long life of a network', () => {
  const names = Object.keys(actions) as (keyof typeof actions)[]
  const step = fc.constantFrom(...names, 'finish' as const, 'batch' as const, 'mine' as const)

  it('rules G3, B1 to B3, E1, E2: every request is signed that comes, and none with anything wrong', () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 40 }), fc.infiniteStream(fc.nat()), (steps, dice) => {
        play(steps, (each) => {
          seen.add(each.request.kind)
          expect(whyNot(each)).toBeUndefined()
          const [name, reason, change] = broken[(dice.next().value as number) % broken.length] ?? ['', /./, () => each]
          const changed = change(each)
          if (changed !== undefined) expect([name, whyNot(changed)]).toEqual([name, expect.stringMatching(reason)])
        })
      }),
      { numRuns: 15 },
    )
    for (const kind of ['commitEpoch', 'recommitEpoch', 'blobs', 'inbox']) expect(seen).toContain(kind)
  })
})
