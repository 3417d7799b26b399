import { ATTACKS } from '../test/support/load/attacks.js'
import { besiege } from '../test/support/load/siege.js'
import { Target } from '../test/support/load/target.js'
import { paced, type SoakOptions } from './pace.js'

/** ms between two blocks, as networks have it */
const BLOCK_TIME = 1000
/** ms of an attack */
const LONG = 8_000
/** How many times as many connections as in the test. */
const SCALE = 3

/** Every attack on the doors of a node, one after the other, with all that the machine gives. */
export async function run(options: SoakOptions): Promise<object[]> {
  const target = await Target.start(BLOCK_TIME)
  try {
    const rows: object[] = []
    let now = ''
    for (const round of paced(options, ATTACKS.length, () => now)) {
      const attack = ATTACKS[(round - 1) % ATTACKS.length]
      if (attack === undefined) break
      now = attack.name
      rows.push(await besiege(target, attack, { ms: LONG, scale: SCALE, patience: 90_000 }))
    }
    return rows
  } finally {
    await target.stop()
  }
}
