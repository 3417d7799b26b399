import { pointsAt } from '../test/support/processes/points.js'
import { deaths, KilledNetwork } from '../test/support/processes/rounds.js'
import { seededRandom } from '../test/support/random.js'
import { paced, type SoakOptions } from './pace.js'

/** kill -9 of a whole devnet, at every fault point in turn and at random moments, on the same data. */
export async function run(options: SoakOptions): Promise<object[]> {
  const random = seededRandom(options.seed)
  const network = await KilledNetwork.begin(options.seed)
  try {
    const next = deaths(random, () => network.final)
    for (const round of paced(options, 200, () => `block ${network.final}, ${network.deaths} kills`)) {
      await network.round(next.next().value)
      if (round % 25 !== 0) continue
      for (const point of pointsAt('snapshot')) await network.snapshotRound(point)
      await network.wholeCheck()
    }
    const { batches } = await network.wholeCheck()
    await network.remove()
    return [{ ...network.figures, batches, lost: 0 }]
  } catch (error) {
    throw new Error(`after ${network.deaths} kills of ${network.folder}, which is kept`, { cause: error })
  }
}
