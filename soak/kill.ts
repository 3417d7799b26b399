import { Killing } from '../test/support/kill/rounds.js'
import { paced, type SoakOptions } from './pace.js'

/** kill -9 of a process that seals blocks, again and again on the same data. */
export async function run(options: SoakOptions): Promise<object[]> {
  const killing = await Killing.begin(options.seed)
  try {
    let kills = 0
    for (const round of paced(options, 100, () => `block ${killing.head}`)) {
      await killing.round()
      kills = round
    }
    return [{ kills, blocks: killing.head, 'of these not announced': killing.silent, lost: 0 }]
  } finally {
    await killing.end()
  }
}
