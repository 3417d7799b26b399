import { groupDeaths, KilledNetwork } from '../test/support/processes/rounds.js'
import { seededRandom } from '../test/support/random.js'
import { paced, type SoakOptions } from './pace.js'

/** kill -9 of a whole devnet while its group signs and shares its key anew: no share is lost, and nothing is signed twice. */
export async function run(options: SoakOptions): Promise<object[]> {
  const random = seededRandom(options.seed)
  const network = await KilledNetwork.begin(options.seed)
  try {
    const next = groupDeaths(random)
    for (const _ of paced(options, 50, () => `block ${network.final}, ${network.deaths} kills`)) {
      await network.round(next.next().value)
      await network.groupCheck()
    }
    const { batches } = await network.wholeCheck()
    await network.remove()
    return [{ ...network.figures, batches, lost: 0 }]
  } catch (error) {
    throw new Error(`after ${network.deaths} kills of ${network.folder}, which is kept`, { cause: error })
  }
}
