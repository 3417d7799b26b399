import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { concatBytes, utf8 } from '../../../src/core/codec/index.js'
import { onFaultPoint } from '../../../src/core/faultPoints.js'
import { openDatabase } from '../../../src/node/storage/level.js'
import { makeGenesis, TestNetwork } from './network.js'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'metis-seq-crash-'))
})
afterEach(async () => {
  onFaultPoint(() => {})
  await rm(directory, { recursive: true, force: true })
})

it('rule B4: a block of another sequencer has its seal on disk wherever its import was cut off', async () => {
  const network = await TestNetwork.start(await makeGenesis({ epochLength: 40 }), directory)
  await network.until(() => network.node(3).status().head.number >= 2)
  let sent = false // whoever stores a block right after one was sent imports it
  onFaultPoint((point) => {
    if (point === 'block.sent') sent = true
    if (point === 'chain.appended' && sent) throw new Error('cut off')
  })
  await expect(network.until(() => false)).rejects.toThrow('cut off')
  onFaultPoint(() => {})
  const heads = network.nodes.map((node) => node?.status().head.hash)
  const sequencer = network.node(0).rotation().current.sequencer
  const members = network.nodes.map((node) => node?.address)
  await network.close()
  for (const [i, head] of heads.entries()) {
    if (members[i] === sequencer) continue // its own block is sealed at its next start (rule T4)
    const [chain, seals] = await Promise.all(
      ['chain', 'seals'].map((name) => openDatabase(join(directory, `node${i}`, name))),
    )
    const stored = chain?.get(utf8('mhead'))
    expect(stored, `head of node ${i}, which knew of ${head}`).toBeDefined()
    if (stored !== undefined) expect(seals?.get(concatBytes(utf8('s'), stored)), `seal at node ${i}`).toBeDefined()
    await Promise.all([chain?.close(), seals?.close()])
  }
})
