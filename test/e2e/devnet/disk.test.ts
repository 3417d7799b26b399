import { rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { flip, makeReadOnly, requireReason, Specimen } from '../../support/processes/disk.js'
import { RunningDevnet } from './support.js'

/** Not root, where the tests run as root. */
const NOBODY = 65_534

describe('a devnet whose disk fails', () => {
  let specimen: Specimen
  beforeAll(async () => {
    specimen = await Specimen.grow()
  })
  afterAll(() => specimen.remove())

  // All kinds of files at all places, and many times: `npm run soak -- disk`.
  it.each([
    ['genesis.json', 3000, 'refused'],
    ['l1/state.json.gz', 5000, 'refused'],
    ['log/*.ldb', 700, 'refused'],
    ['nodes/2/consensus/*.log', 200, 'refused'],
    ['nodes/1/chain/*.ldb', 9000, 'refused'],
    ['nodes/3/guard/MANIFEST-*', -20, 'refused'],
    ['keystore/spare.json', 100, 'went on'],
  ])('with a flipped byte in %s at %d it is %s', { timeout: 60_000 }, async (pattern, at, outcome) => {
    const place = await specimen.copy()
    const [file = ''] = await specimen.files(new RegExp(`^${pattern.replaceAll('.', '\\.').replace('*', '[^/]+')}$`))
    await flip(join(place.dataDir, file), at, 8)
    expect(await specimen.tryOut(place, file)).toBe(outcome)
  })

  it('goes on after the last writes to the logs of a node were cut off', { timeout: 60_000 }, async () => {
    const place = await specimen.copy()
    for (const store of ['chain', 'seals', 'consensus']) {
      const [file = ''] = await specimen.files(new RegExp(`^nodes/2/${store}/\\d+\\.log$`))
      await truncate(join(place.dataDir, file), 300)
    }
    expect(await specimen.tryOut(place, '')).toBe('went on')
  })

  it('is refused after the last writes to the ordered log were cut off', { timeout: 60_000 }, async () => {
    const place = await specimen.copy()
    const [file = ''] = await specimen.files(/^log\/\d+\.log$/)
    await truncate(join(place.dataDir, file), 300)
    expect(await specimen.tryOut(place, file)).toBe('refused')
  })

  it('gets what a node lost back from the others', { timeout: 60_000 }, async () => {
    const place = await specimen.copy()
    for (const store of ['chain', 'seals', 'blobs'])
      await rm(join(place.dataDir, 'nodes/1', store), { recursive: true })
    await rm(join(place.dataDir, 'nodes/2/consensus'), { recursive: true })
    expect(await specimen.tryOut(place, '')).toBe('went on')
  })

  it('ends with exit 9 and the name of the file when the disk is full, and goes on when it is not', {
    timeout: 120_000,
  }, async () => {
    const place = await specimen.copy()
    const devnet = RunningDevnet.launch(place, [], { fileLimit: 400 })
    expect(await requireReason(devnet, join(place.dataDir, 'any'))).toBe('refused')
    expect(await specimen.tryOut(place, '')).toBe('went on')
  })

  it('is refused with exit 9 when the folder cannot be written', async () => {
    const place = await specimen.copy()
    await makeReadOnly(place, NOBODY)
    const uid = process.getuid?.() === 0 ? { uid: NOBODY } : {}
    expect(await specimen.tryOut(place, 'any', uid)).toBe('refused')
  })
})
