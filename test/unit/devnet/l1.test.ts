import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { devnetAccounts } from '../../../src/devnet/accounts.js'
import { foundNetwork } from '../../../src/devnet/founding.js'
import { DevnetL1 } from '../../../src/devnet/l1.js'

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

describe('the devnet L1', () => {
  let folder: string
  let port: number
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'metis-seq-l1-'))
    port = await freePort()
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('founds a network and goes on from exactly what was saved', async () => {
    const l1 = await DevnetL1.start({ folder, port, resumed: false })
    const accounts = devnetAccounts(4)
    const genesis = await foundNetwork({
      l1,
      accounts,
      epochLength: 4,
      blockTime: 1000,
      salt: `0x${'5a'.repeat(32)}`,
      group: Promise.resolve({ address: accounts.spare.address, publicKey: '0x' }),
      now: () => Date.now(),
      step: () => {},
    })
    expect(genesis.sequencers.map(({ id, signer }) => [id, signer])).toEqual(
      accounts.sequencers.map(({ address }, i) => [i + 1, address]),
    )
    await l1.save()
    await l1.call('evm_mine') // not saved: lost with the process, and shown to no node
    const silent = { range: () => Promise.reject(new Error('unused')), onBlock: () => () => {}, close: async () => {} }
    const view = l1.guarded({ ...silent, finalHeight: async () => genesis.l1.startBlock })
    expect(await view.finalHeight()).toBe(genesis.l1.startBlock - 1)
    await l1.stop()
    await expect(l1.call('eth_blockNumber')).rejects.toMatchObject({ code: 'L1_FAILED' })

    const again = await DevnetL1.start({ folder, port, resumed: true })
    const head = (await again.call('eth_getBlockByNumber', ['latest', false])) as { number: string; hash: string }
    expect([Number(head.number), head.hash]).toEqual([genesis.l1.startBlock - 1, genesis.l1.startParentHash])
    await again.call('evm_mine')
    const next = (await again.call('eth_getBlockByNumber', ['latest', false])) as { parentHash: string }
    expect(next.parentHash).toBe(head.hash)
    await again.stop()
  })

  it('refuses a saved state that is damaged', async () => {
    await writeFile(join(folder, 'state.json.gz'), 'not a state')
    await expect(DevnetL1.start({ folder, port, resumed: true })).rejects.toMatchObject({
      code: 'DATA_FOLDER_CORRUPT',
      exit: 9,
    })
  })

  it('leaves no process behind', () => {
    const listing = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    expect(listing).not.toContain(`--port ${port} `)
  })
})
