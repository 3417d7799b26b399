import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forgeBinary, NO_FORGE } from '../support/forge/binary.js'
import { Forge } from '../support/forge/forge.js'
import { failuresOf, PLANTED, sourcesWith } from '../support/forge/planted.js'

/** `npm run soak -- contracts` does the same for longer, and plants all of the errors. */
const FEW = { seed: 6, runs: 8, depth: 60, fuzz: 8 }
const MINUTES = 60_000

const found = forgeBinary() !== undefined
if (!found) console.warn(NO_FORGE)

describe.runIf(found)('the contracts under forge', () => {
  let forge: Forge
  beforeAll(async () => {
    forge = await Forge.begin()
  })
  afterAll(() => forge?.end())

  it(
    'hold in all fuzz and invariant tests',
    async () => {
      const outcomes = await forge.run(FEW)
      expect(outcomes.filter(({ passed }) => !passed)).toEqual([])
      expect(outcomes.filter(({ calls }) => calls > 1).length).toBeGreaterThanOrEqual(10)
    },
    5 * MINUTES,
  )

  it.each(PLANTED.slice(0, 2))(
    'would be seen to have $name',
    async (planted) => {
      expect(await failuresOf(planted, forge, FEW.seed)).not.toEqual([])
    },
    5 * MINUTES,
  )
})

it('the errors that the soak plants have their places in the sources', () => {
  for (const planted of PLANTED) expect(() => sourcesWith(planted)).not.toThrow()
})
