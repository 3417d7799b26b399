import { describe, expect, it } from 'vitest'
import { type Death, KilledNetwork } from '../../support/processes/rounds.js'

/** A few of those that `npm run soak -- group` goes through; it begins with one while the key is made. */
const DEATHS: readonly Death[] = [
  { point: 'group.guarded', nth: 3, from: 'traffic' },
  { point: 'share.stored', nth: 2, from: 'sharing' },
  { point: 'share.destroyed', nth: 1, from: 'sharing' },
]

describe('kill -9 while the group signs and shares its key anew', () => {
  it('loses no share, signs nothing twice, and goes on under the same address', { timeout: 300_000 }, async () => {
    const network = await KilledNetwork.begin(12)
    try {
      for (const death of DEATHS) await network.round(death)
      await network.groupCheck()
      expect(network.figures).toMatchObject({ kills: DEATHS.length + 1 })
      expect(network.sharings).toBeGreaterThan(0)
    } finally {
      await network.remove()
    }
  })
})
