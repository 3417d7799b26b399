import { afterAll, beforeAll, expect, it } from 'vitest'
import { ATTACKS } from '../../support/load/attacks.js'
import { combined } from '../../support/load/combined.js'
import { besiege } from '../../support/load/siege.js'
import { Target } from '../../support/load/target.js'

/** ms between two blocks, as networks have it */
const BLOCK_TIME = 1000

let target: Target
beforeAll(async () => {
  target = await Target.start(BLOCK_TIME)
})
afterAll(() => target.stop())

it('every kind of attack at once, in short: blocks come in time, and all is given back', async () => {
  const row = await besiege(target, combined(ATTACKS), { ms: 8000, scale: 0.2, patience: 25_000 })
  expect(row.connections).toBeGreaterThan(300)
}, 60_000)
