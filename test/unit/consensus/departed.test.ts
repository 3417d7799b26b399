import { describe, expect, it } from 'vitest'
import { departed, withPast } from '../../../src/core/consensus/departed.js'
import type { Group, PastSharing } from '../../../src/core/consensus/groupTypes.js'
import { makeCommittee, WEI_PER_METIS } from '../../../src/core/consensus/power.js'
import type { ConsensusState } from '../../../src/core/consensus/types.js'
import { groupKey, keyOf, locked, Network } from './network.js'

const committeeOf = (...ids: number[]) =>
  makeCommittee(
    ids.map((id) => ({ id, address: keyOf(id).address, pubkey: keyOf(id).pubkey, stake: 100n * WEI_PER_METIS })),
  )
const namesOf = (...ids: number[]) => ids.map((id) => keyOf(id).address)

/** These committees one after the other. */
function history(...committees: number[][]): ReturnType<typeof departed> {
  let past: PastSharing[] = []
  for (const [i, ids] of committees.entries()) {
    const next = committees[i + 1]
    if (next !== undefined) past = withPast(past, committeeOf(...ids), committeeOf(...next))
  }
  const state: Pick<ConsensusState, 'committee' | 'group'> = {
    committee: committeeOf(...(committees.at(-1) ?? [])),
    group: { past } as unknown as Group,
  }
  return departed(state)
}

describe('rule B7: who left', () => {
  it.each<[string, number[][], number[], number]>([
    [
      'one of the founders',
      [
        [0, 1, 2, 3],
        [1, 2, 3, 4],
      ],
      [0],
      3,
    ],
    [
      'two, one after the other',
      [
        [0, 1, 2, 3],
        [1, 2, 3, 4],
        [2, 3, 4, 5],
      ],
      [0, 1],
      3,
    ],
    [
      'three, though never more than one at a time',
      [
        [0, 1, 2, 3],
        [1, 2, 3, 4],
        [2, 3, 4, 5],
        [3, 4, 5, 6],
      ],
      [0, 1, 2],
      3,
    ],
    [
      'of the sharing that is nearest to being the key, not of the largest',
      [
        [0, 1, 2, 3, 4, 5, 6],
        [0, 1, 2, 3],
        [3, 4, 5, 6],
      ],
      [0, 1, 2],
      3,
    ],
  ])('%s', (_, committees, left, threshold) => {
    const found = history(...committees)
    expect(found?.threshold).toBe(threshold)
    expect([...(found?.members ?? [])].sort()).toEqual(namesOf(...left).sort())
  })

  it.each<[string, number[][]]>([
    ['nobody', [[0, 1, 2, 3]]],
    [
      'nobody where others joined',
      [
        [0, 1, 2, 3],
        [0, 1, 2, 3, 4],
      ],
    ],
    [
      'nobody where the key was shared anew',
      [
        [0, 1, 2, 3],
        [0, 1, 2, 3],
      ],
    ],
    [
      'nobody where who had left is back',
      [
        [0, 1, 2, 3],
        [1, 2, 3, 4],
        [0, 1, 2, 3, 4],
      ],
    ],
  ])('%s', (_, committees) => {
    expect(history(...committees)).toBeNull()
  })

  it('is kept for each set of members once, and for those from which most left', () => {
    const sets = Array.from({ length: 60 }, (_, i) => [i % 12, 1 + (i % 12), 2 + (i % 12), 3 + (i % 12)])
    let past: PastSharing[] = []
    for (const [i, ids] of sets.entries())
      past = withPast(past, committeeOf(...ids), committeeOf(...(sets[i + 1] ?? [20, 21, 22, 23])))
    expect(past).toHaveLength(12)
    for (let i = 0; i < 100; i++)
      past = withPast(past, committeeOf(i, 101, 102, 103), committeeOf(i + 1, 101, 102, 103))
    expect(past).toHaveLength(32)
    expect(past.filter(({ members }) => !members.includes(keyOf(101).address))).toHaveLength(12)
  })

  it('stands in the state from the change on, until the key is another', () => {
    const network = new Network()
    const founders = [...network.members].sort()
    network.l1(12, [locked(12, 5, keyOf(4))])
    network.each([...network.members, keyOf(4).address], network.shared({ publicKey: groupKey('group', 5) }))
    expect(network.state.group.past).toBeUndefined()
    network.finishTerm()
    expect(network.state.group.past).toEqual([{ members: founders, threshold: 3 }])
    expect(departed(network.state)).toBeNull()
    network.l1(13, [{ type: 'exit', block: 13, id: 1, deactivationBatch: 1 }])
    network.each(network.members, network.shared({ publicKey: groupKey('group', 4, 3, 'third') }))
    network.finishTerm()
    expect(departed(network.state)).toEqual({ members: [keyOf(0).address], threshold: 3 })
    network.l1(14, [locked(14, 6, keyOf(5))])
    network.each([...network.members, keyOf(5).address], network.shared({ publicKey: groupKey('group 2', 5) }))
    network.finishTerm()
    expect([network.state.group.address, network.state.group.past]).toEqual([keyOf('group 2').address, []])
  })
})
