import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePortBase, type Place, placeIn, RunningDevnet } from './support.js'

let root: string
/** A devnet, and a copy of its folder with the same keys. */
let places: [Place, Place]
const running = new Set<RunningDevnet>()

async function start(place: Place): Promise<RunningDevnet> {
  const devnet = await RunningDevnet.start(place)
  running.add(devnet)
  return devnet
}

async function end(devnet: RunningDevnet, signal: NodeJS.Signals): Promise<void> {
  await devnet.end(signal)
  running.delete(devnet)
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'metis-seq-key-'))
  const one = placeIn(root, await freePortBase())
  places = [one, { ...one, dataDir: `${one.dataDir}-copy`, portBase: one.portBase + 10_000 }]
  await end(await start(one), 'SIGTERM')
  await cp(one.dataDir, places[1].dataDir, { recursive: true })
})
afterAll(async () => {
  for (const devnet of running) await devnet.end('SIGKILL')
  await rm(root, { recursive: true, force: true })
})

it('one of ten processes gets the keys, whatever folder they lie in; after kill -9 another one does', {
  timeout: 180_000,
}, async () => {
  const wanted = Array.from({ length: 10 }, (_, i) => places[i % 2] ?? places[0])
  const ends = await Promise.allSettled(wanted.map(start))
  const [winner, ...more] = [...running]
  expect(more).toEqual([])
  const refusals = ends.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []))
  expect(refusals.length).toBe(9)
  for (const refusal of refusals) expect(refusal).toMatch(/"code": "(DEVNET_IN_USE|KEY_IN_USE)",\s+"exit": 9/)

  const other = ends.findIndex(({ status }) => status === 'fulfilled') % 2 === 0 ? places[1] : places[0]
  const held = new RegExp(
    `The key 0x[0-9a-f]{40} signs blocks already: process ${winner?.pid} since 20.* \\(.*run --devnet`,
  )
  await expect(start(other)).rejects.toThrow(held)
  if (winner !== undefined) await end(winner, 'SIGKILL')
  await end(await start(other), 'SIGTERM')
})
