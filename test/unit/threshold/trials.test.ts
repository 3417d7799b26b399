import { describe, expect, it } from 'vitest'
import { thresholdOf } from '../../../src/core/consensus/power.js'
import { trialSubsets } from '../../../src/core/threshold/trials.js'

const sizes = Array.from({ length: 19 }, (_, i) => i + 2)
const upTo = (size: number) => Array.from({ length: size }, (_, i) => i + 1)

/** Pairs of members that are together in none of the sets. */
function apart(size: number, subsets: readonly number[][]): string[] {
  const pairs = upTo(size).flatMap((a) => upTo(a - 1).map((b) => [b, a] as const))
  return pairs.filter(([a, b]) => !subsets.some((set) => set.includes(a) && set.includes(b))).map(String)
}

describe('the sets that try a new key', () => {
  it.each(sizes)('rule G6: have every two of %i members together, each exactly as many as sign', (size) => {
    const threshold = thresholdOf(size)
    const subsets = trialSubsets(size, threshold)
    expect(apart(size, subsets)).toEqual([])
    for (const subset of subsets) {
      expect(subset).toHaveLength(threshold)
      expect(subset).toEqual([...new Set(subset)].sort((a, b) => a - b))
      for (const each of subset) expect(upTo(size)).toContain(each)
    }
    expect(new Set(subsets.map(String)).size).toBe(subsets.length)
  })

  it.each(sizes)('are as few as there can be: of %i members one where all sign, else three', (size) => {
    const threshold = thresholdOf(size)
    expect(trialSubsets(size, threshold)).toHaveLength(threshold === size ? 1 : 3)
  })

  it('are three for three of four', () => {
    expect(trialSubsets(4, 3)).toEqual([
      [1, 2, 3],
      [1, 2, 4],
      [1, 3, 4],
    ])
  })

  it('are all pairs where two sign, and the same whenever they are asked for', () => {
    expect(trialSubsets(4, 2)).toHaveLength(6)
    expect(trialSubsets(13, 9)).toEqual(trialSubsets(13, 9))
  })

  it.each([21, 40, 64])('are few for %i members too', (size) => {
    const subsets = trialSubsets(size, thresholdOf(size))
    expect(apart(size, subsets)).toEqual([])
    expect(subsets).toHaveLength(3)
  })
})
