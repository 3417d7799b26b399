import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openOpinions } from './opinions.js'
import { SEEDS } from './seeds.js'
import { Stage } from './stage.js'
import { settings } from './world.js'

/** More seeds than those that always run: METIS_SEQ_TEST_FUZZ is how many, METIS_SEQ_TEST_FUZZ_FROM the first of them. */
const more = Number(process.env.METIS_SEQ_TEST_FUZZ ?? 0)
const first = Number(process.env.METIS_SEQ_TEST_FUZZ_FROM ?? 1000)
const seeds = [...SEEDS, ...Array.from({ length: more }, (_, i) => first + i)]

/** Milliseconds; a seed takes one or two seconds on an idle machine. */
const PATIENCE = 120_000

describe('random blocks', () => {
  const stages: Stage[] = []
  beforeAll(async () => {
    for (const setting of await settings()) stages.push(await Stage.open(setting, await openOpinions(setting.genesis)))
  }, PATIENCE)
  afterAll(async () => {
    for (const stage of stages) await stage.close()
  })

  it.each(seeds)(
    'of seed %i are the same to every implementation',
    async (seed) => {
      for (const stage of stages) expect(await stage.run(seed)).toBeUndefined()
    },
    PATIENCE,
  )

  it('hold transactions that do something and that fail, and others were left out', () => {
    for (const { tally } of stages) {
      const least = seeds.length * 5
      expect(tally.blocks).toBe(least)
      expect(tally.transactions).toBeGreaterThan(least)
      expect(tally.failed).toBeGreaterThan(seeds.length)
      expect(tally.rejected).toBeGreaterThan(seeds.length)
    }
  })
})
