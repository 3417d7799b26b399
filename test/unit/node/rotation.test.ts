import { afterEach, describe, expect, it } from 'vitest'
import { makeGenesis, TestNetwork } from './network.js'

let network: TestNetwork | undefined
afterEach(async () => {
  await network?.close()
  network = undefined
})

describe('four nodes of one process', () => {
  it('rule T1: turns follow each other, all nodes agree on every final block', async () => {
    const running = await TestNetwork.start(await makeGenesis())
    network = running
    await running.until(() => running.running().every((node) => node.rotation().current.epoch >= 4))
    const safe = Math.min(...running.running().map((node) => node.rotation().safe))
    expect(safe).toBeGreaterThanOrEqual(15)
    expect(running.events.filter(({ event }) => event === 'termCut')).toEqual([])
    const hashes = new Set(running.running().map((node) => node.status().networkId))
    expect(hashes.size).toBe(1)
  })

  it('rule T5: the sequencer with the largest stake dies, another goes on, and it comes back', async () => {
    const running = await TestNetwork.start(await makeGenesis({ stallTimeout: 1500 }))
    network = running
    await running.until(() => running.node(0).rotation().safe >= 2)
    const index = running.nodes.findIndex((node) => node?.address === running.node(0).rotation().current.sequencer)
    await running.stopNode(index)
    const watcher = running.running()[0]
    const before = watcher?.rotation().head ?? 0
    await running.until(() => (watcher?.rotation().safe ?? 0) > before + 6)
    expect(running.events.some(({ event }) => event === 'termCut')).toBe(true)
    await running.startNode(index)
    await running.until(() => running.node(index).rotation().safe >= (watcher?.rotation().safe ?? 0) - 1)
    expect(running.fatal).toEqual([])
  })

  it('rule T4: all nodes stop and start again on what is on disk', async () => {
    const genesis = await makeGenesis()
    const first = await TestNetwork.start(genesis)
    network = first
    await first.until(() => first.node(0).rotation().safe >= 5)
    await first.close()
    const again = await TestNetwork.start(genesis, first.directory)
    network = again
    expect(again.node(0).rotation().head).toBeGreaterThanOrEqual(5)
    await again.until(() => again.node(0).rotation().safe >= 12)
    expect(again.fatal).toEqual([])
  })
})
