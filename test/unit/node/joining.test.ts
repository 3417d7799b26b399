import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { networkIdOf } from '../../../src/core/consensus/digest.js'
import { beginLostGuard, exportSnapshot, importSnapshot, lookAtGuard } from '../../../src/node/index.js'
import { makeGenesis, TestNetwork } from './network.js'

let network: TestNetwork | undefined
afterEach(async () => {
  await network?.close()
  network = undefined
})

describe('a node without data', () => {
  it('joins with the snapshot of another one, takes part, and takes turns', async () => {
    const running = await TestNetwork.start(await makeGenesis({ epochLength: 2 }))
    network = running
    const { genesis, directory } = running
    const folder = (i: number) => join(directory, `node${i}`)
    const path = join(directory, 'state')
    await running.until(() => running.node(1).rotation().safe >= 6)
    await running.stopNode(1)
    const { number, hash } = await exportSnapshot({ genesis, directory: folder(1), path, block: 5 })
    await running.startNode(1)
    // The one with the largest stake, whose turn comes soonest.
    const joined = running.node(0).rotation().head
    await running.stopNode(0)
    await rm(folder(0), { recursive: true })
    await importSnapshot({ genesis, directory: folder(0), path, expect: hash })

    await running.startNode(0)
    expect(running.node(0).rotation().head).toBe(number)
    const { address } = running.node(0)
    // It follows and waits, for what it sealed in its life before nobody remembers.
    const { term } = running.node(1).rotation().current
    await running.until(() => running.node(0).rotation().current.term > term + 1)
    await running.stopNode(0)
    const place = { directory: folder(0), networkId: networkIdOf(genesis), address }
    await expect(lookAtGuard(place)).rejects.toMatchObject({ code: 'GUARD_MISSING' })
    const last = running.node(1).rotation().current.term
    await beginLostGuard(place, last)

    const from = running.events.length
    await running.startNode(0)
    await running.until(() =>
      running.events.slice(from).some((event) => event.event === 'block' && event.own && event.node === address),
    )
    const { safe } = running.node(0).rotation()
    await running.until(() => running.running().every((node) => node.rotation().safe > safe))
    const own = running.events.flatMap((event) =>
      event.event === 'block' && event.own && event.node === address ? [event] : [],
    )
    const afterwards = own.filter(({ number }) => number > joined)
    expect(afterwards.every(({ term: each }) => each > last)).toBe(true)
    expect(running.events).toContainEqual({
      event: 'warning',
      node: address,
      message: expect.stringContaining('Nothing remembers which blocks'),
    })
    expect(running.fatal).toEqual([])
  }, 60_000)
})
