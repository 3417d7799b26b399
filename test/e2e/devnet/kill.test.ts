import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { JsonRpcProvider } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeInbox } from '../../../src/core/batching/inbox.js'
import { hexToBytes } from '../../../src/core/codec/index.js'
import type { DevnetEvent } from '../../../src/devnet/events.js'
import { freePortBase, type Place, placeIn, processesOf, RunningDevnet } from './support.js'

/** ms after the first new block; spread so that the kills hit production, checkpoints, rotation and batches. */
const MOMENTS = [150, 700, 1400, 2300, 3300]

describe('kill -9 of the whole process', () => {
  let root: string
  let place: Place
  let devnet: RunningDevnet
  const events: DevnetEvent[] = []

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'metis-seq-kill-'))
    place = placeIn(root, await freePortBase())
    devnet = await RunningDevnet.start(place, ['--epoch-length', '3'])
  })
  afterAll(async () => {
    await devnet.end('SIGKILL')
    await rm(root, { recursive: true, force: true })
  })

  it(`${MOMENTS.length} times: goes on, seals no height of a term twice, posts no batch twice`, {
    timeout: 180_000,
  }, async () => {
    let head = 0
    for (const moment of MOMENTS) {
      const { number } = await devnet.first('block')
      expect(number).toBeGreaterThanOrEqual(head)
      await delay(moment)
      await devnet.end('SIGKILL')
      events.push(...devnet.events)
      head = Math.max(...safeBlocks(events))
      devnet = await RunningDevnet.start(place)
    }
    const started = devnet.events.length
    await devnet.first('batch', () => true, started)
    events.push(...devnet.events)
    expect(events.filter(({ event }) => event === 'failure')).toEqual([])
    expect(sealedTwice(events)).toEqual([])
    const posted = await postedBatches(devnet)
    expect(posted.length).toBeGreaterThan(0)
    expect(posted).toEqual(posted.map((_, i) => i + 1))
    const derived = await devnet.command('derive', '--check')
    expect([derived.code, derived.stderr]).toEqual([0, ''])
    expect(await devnet.end('SIGTERM')).toBe(130)
    expect(processesOf(place)).toEqual([])
  })
})

function safeBlocks(events: readonly DevnetEvent[]): number[] {
  return [0, ...events.flatMap((event) => (event.event === 'checkpoint' ? [event.number] : []))]
}

/** Heights of a term for which two blocks were sealed (rule T4). */
function sealedTwice(events: readonly DevnetEvent[]): string[] {
  const hashes = new Map<string, string>()
  return events.flatMap((event) => {
    if (event.event !== 'block') return []
    const place = `term ${event.term}, block ${event.number}`
    const before = hashes.get(place) ?? event.hash
    hashes.set(place, event.hash)
    return before === event.hash ? [] : [place]
  })
}

/** Indices of the batches that the group sent to the inbox, in L1's order. */
async function postedBatches({ descriptor }: RunningDevnet): Promise<number[]> {
  const { l1, contracts, group } = descriptor
  const provider = new JsonRpcProvider(l1.url, l1.chainId, { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 })
  try {
    const indices: number[] = []
    const head = await provider.getBlockNumber()
    for (let number = 0; number <= head; number++) {
      const block = await provider.getBlock(number, true)
      for (const { to, from, data } of block?.prefetchedTransactions ?? []) {
        const isBatch = to?.toLowerCase() === contracts.inbox && from.toLowerCase() === group && data !== '0x'
        if (isBatch) indices.push(Number(decodeInbox(hexToBytes(data)).batchIndex))
      }
    }
    return indices
  } finally {
    provider.destroy()
  }
}
