import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reorganise, SilentL1 } from '../../support/processes/l1.js'
import { checkBatches } from '../../support/processes/witness.js'
import { freePortBase, placeIn, RunningDevnet } from './support.js'

describe('a devnet whose L1 misbehaves', () => {
  let root: string
  let devnet: RunningDevnet
  let l1: SilentL1

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'metis-seq-l1-'))
    const place = placeIn(root, await freePortBase())
    devnet = await RunningDevnet.start(place, ['--epoch-length', '3'])
    l1 = new SilentL1(place)
  })
  afterAll(async () => {
    await devnet.end('SIGKILL')
    await rm(root, { recursive: true, force: true })
  })

  it('rule L3: sequences on while L1 is silent, batches go on afterwards by themselves', {
    timeout: 60_000,
  }, async () => {
    await devnet.first('batch')
    const from = devnet.events.length
    l1.stop()
    const opened = await devnet.first('termOpened', () => true, from)
    await devnet.first('termOpened', ({ term }) => term.term > opened.term.term + 1, from)
    // What was read of L1 before may still have been under way when the first of them opened.
    const since = devnet.events.slice(devnet.events.indexOf(opened))
    expect(since.filter(({ event }) => event === 'l1' || event === 'batch')).toHaveLength(0)
    l1.go()
    await devnet.first('batch', () => true, from)
  })

  it('starts L1 again from what was saved when it dies', async () => {
    const from = devnet.events.length
    l1.kill()
    expect(await devnet.first('failure', () => true, from)).toMatchObject({ index: null, code: 'L1_FAILED' })
    await devnet.first('batch', () => true, devnet.events.length)
    expect(await checkBatches(devnet.descriptor)).toBeGreaterThan(1)
  })

  it('rule L1: is not troubled by a reorganisation within the confirmation depth', async () => {
    const from = devnet.events.length
    await reorganise(devnet.descriptor.l1.url, 1)
    await devnet.first('batch', () => true, from)
    expect(devnet.events.slice(from).filter(({ event }) => event === 'failure')).toEqual([])
  })

  it('rule L1: ends with exit 9 when L1 takes back what consensus decided', async () => {
    await reorganise(devnet.descriptor.l1.url, 12)
    expect(await devnet.ended).toBe(9)
    expect(devnet.words).toContain('L1_CONTRADICTED')
  })
})
