import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePortBase, type Place, placeIn, RunningDevnet } from './support.js'

const HOUR = 3_600_000
const preload = fileURLToPath(new URL('../../support/processes/stepping.mjs', import.meta.url))

describe('a devnet whose clock is stepped', () => {
  let root: string
  let place: Place
  let devnet: RunningDevnet

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'metis-seq-clock-'))
    place = placeIn(root, await freePortBase())
  })
  afterAll(async () => {
    await devnet.end('SIGKILL')
    await rm(root, { recursive: true, force: true })
  })

  it.each([
    { name: 'back an hour while it runs', start: 0, step: -HOUR },
    { name: 'back an hour while it was stopped, and forth while it runs', start: -HOUR, step: HOUR },
  ])(
    '$name: turns go on, no block is refused, nobody is taken for dead',
    { timeout: 60_000 },
    async ({ start, step }) => {
      const env = { METIS_SEQ_TEST_CLOCK: `${start} ${step}` }
      devnet = await RunningDevnet.start(place, start === 0 ? ['--epoch-length', '3'] : [], { preload, env })
      const first = await devnet.first('termOpened')
      devnet.signal('SIGUSR2')
      const from = devnet.events.length
      await devnet.first('termOpened', ({ term }) => term.term > first.term.term + 1, from)
      const wrong = devnet.events.filter(({ event }) => ['termCut', 'refused', 'failure', 'rewound'].includes(event))
      expect(wrong).toEqual([])
      expect(await devnet.end('SIGTERM')).toBe(130)
    },
  )
})
