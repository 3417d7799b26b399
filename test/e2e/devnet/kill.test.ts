import { describe, expect, it } from 'vitest'
import { type Death, KilledNetwork } from '../../support/processes/rounds.js'

/** A few of those that `npm run soak -- processes` goes through. */
const DEATHS: readonly Death[] = [
  { after: 500, from: 'start' },
  { point: 'chain.appended', nth: 4, from: 'traffic' },
  { point: 'seal.guarded', nth: 1, from: 'traffic' },
  { point: 'l1.sent', nth: 1, from: 'traffic' },
  { after: 700, from: 'traffic' },
]

describe('kill -9 of the whole process', () => {
  it('at fault points and at random moments: nothing final, sent or deposited is lost, sealed twice or posted twice', {
    timeout: 300_000,
  }, async () => {
    const network = await KilledNetwork.begin(11)
    try {
      for (const death of DEATHS) await network.round(death)
      await network.snapshotRound('snapshot.flushed')
      const { batches } = await network.wholeCheck()
      expect(batches).toBeGreaterThan(0)
      expect(network.figures).toMatchObject({ kills: DEATHS.length + 2, deposits: 4 })
    } finally {
      await network.remove()
    }
  })
})
