import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadPointEvaluation } from '../../../support/ethereumjs/index.js'
import { findGeth } from '../../../support/geth/index.js'
import { ethereumjsOpinion, gethOpinion, type Opinion, ownOpinion } from './opinions.js'
import { SEEDS } from './seeds.js'
import { Stage } from './stage.js'
import { type Setting, settings } from './world.js'

/** More seeds than the fixed ones, from 1000 on: METIS_SEQ_TEST_FUZZ is how many. */
const more = Number(process.env.METIS_SEQ_TEST_FUZZ ?? 0)
const first = Number(process.env.METIS_SEQ_TEST_FUZZ_FROM ?? 1000)
const seeds = [...SEEDS, ...Array.from({ length: more }, (_, i) => first + i)]
const geth = findGeth()

type Opener = (setting: Setting) => Promise<Opinion>
const others: [name: string, open: Opener][] = [['ethereumjs', ({ genesis }) => ethereumjsOpinion(genesis)]]
if (geth !== undefined) others.push(['geth', ({ genesis }) => gethOpinion(geth, genesis)])

describe.each(others)('random blocks, re-executed by %s and by a second engine', (_, open) => {
  const stages: Stage[] = []
  beforeAll(async () => {
    await loadPointEvaluation()
    for (const setting of await settings()) {
      stages.push(await Stage.open(setting, [await ownOpinion(setting.genesis), await open(setting)]))
    }
  })
  afterAll(async () => {
    for (const stage of stages) await stage.close()
  })

  it.each(seeds)('seed %i', async (seed) => {
    for (const stage of stages) expect(await stage.run(seed)).toBeUndefined()
  })

  it('were blocks of transactions that did something, that failed, and that were left out', () => {
    for (const { tally } of stages) {
      const least = seeds.length * 5
      expect(tally.blocks).toBe(least)
      expect(tally.transactions).toBeGreaterThan(least)
      expect(tally.failed).toBeGreaterThan(seeds.length)
      expect(tally.rejected).toBeGreaterThan(seeds.length)
    }
  })
})
