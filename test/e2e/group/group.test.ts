import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readGroup } from '../../../src/devnet/groupStatus.js'
import type { GroupView } from '../../../src/node/index.js'
import { cli } from '../cli/support.js'
import { freePortBase, type Place, placeIn, RunningDevnet } from '../devnet/support.js'
import { paymentOf } from './rewards.js'

let root: string
let place: Place
let devnet: RunningDevnet

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'metis-seq-group-e2e-'))
  place = placeIn(root, await freePortBase())
  devnet = await RunningDevnet.start(place, ['--epoch-length', '3'])
})
afterAll(async () => {
  await devnet.end('SIGKILL')
  await rm(root, { recursive: true, force: true })
})

const show = async (): Promise<GroupView> => JSON.parse((await devnet.command('group', 'show')).stdout)
const words = (...args: string[]) => cli([...args, '--data-dir', place.dataDir], { env: place.env })
/** The next request of that kind that is signed from now on. */
const signed = (kind: RegExp) => devnet.first('signed', (event) => kind.test(event.kind), devnet.events.length)

/** The group as node 0 has it, as soon as that is so: who is gone is missed some seconds later, and who is slow may be for a moment. */
async function when(isSo: (group: GroupView) => boolean): Promise<GroupView> {
  for (;;) {
    const group = await readGroup(devnet.descriptor.nodes[0]?.rest ?? '')
    if (isSo(group)) return group
    await delay(100)
  }
}

describe('the group of a devnet', { timeout: 120_000 }, () => {
  it('signs epochs, batches and state roots by three of four, and says by whom', async () => {
    await devnet.first('signed', ({ kind }) => kind === 'stateRoots')
    const { address, members, signatures, threshold } = await show()
    expect([address, threshold, members.length]).toEqual([devnet.descriptor.group, 3, 4])
    const kinds = new Set(signatures.map(({ kind }) => kind))
    for (const kind of ['commitEpoch', 'blobs', 'inbox', 'stateRoots']) expect(kinds).toContain(kind)
    for (const { signers } of signatures) expect(signers).toHaveLength(3)
    const metrics = await (await fetch(devnet.descriptor.nodes[1]?.metrics ?? '')).text()
    expect(metrics).toMatch(/^metis_seq_group_members_able 4$/m)
    expect(metrics).toMatch(/^metis_seq_group_threshold 3$/m)
    expect(metrics).toMatch(/^metis_seq_group_open_requests \d+$/m)
    expect(metrics).toMatch(/^metis_seq_group_sessions_total [1-9]\d*$/m)
  })

  it('says to a person how it stands, and what it is asked for', async () => {
    const { code, stdout } = await words('group', 'show')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Threshold {4}3 of 4$/m)
    expect(stdout).toMatch(/^Health {7}healthy, 1 more may be missing: 4 of 4 members can sign, 3 are needed\.$/m)
    const requests = await words('group', 'requests')
    expect(requests.stdout).toMatch(
      /commitEpoch.*(session \d+, shares \d \d \d|signed, for the first block of its term)$/m,
    )
    const { code: help, stdout: topics } = await cli(['--help'])
    expect([help, topics]).toEqual([0, expect.stringMatching(/^ +group +The members who sign/m)])
  })

  it('signs on without one member, and says who is silent', async () => {
    await devnet.command('devnet', 'stop', '3')
    const { address } = devnet.descriptor.nodes[3] ?? {}
    for (let i = 0; i < 2; i++) await signed(/Epoch/)
    await signed(/blobs/)
    const { able, members, signatures } = await when((group) => group.able <= 3)
    expect(signatures.at(-1)?.signers).not.toContain(address)
    expect([able, members.find((member) => member.address === address)?.heard]).toEqual([3, false])
    expect((await words('group', 'show')).stdout).toMatch(/at the limit, nobody more may be missing/)
  })

  it('shares its key anew among all members only: same address, other shares', async () => {
    const early = await devnet.command('group', 'refresh')
    expect([early.code, JSON.parse(early.stdout).error.code]).toEqual([3, 'GROUP_MEMBERS_MISSING'])
    await devnet.command('devnet', 'start', '3')
    const from = devnet.events.length
    const asked = await devnet.command('group', 'refresh', '--no-wait')
    expect([asked.code, JSON.parse(asked.stdout)]).toMatchObject([0, { before: 0, generation: null }])
    const done = await devnet.command('group', 'refresh')
    const { address, generation } = JSON.parse(done.stdout)
    expect(generation).toBeGreaterThan(0)
    expect(address).toBe(devnet.descriptor.group)
    const { generation: begun } = await devnet.first('sharing', () => true, from)
    const { members } = await devnet.first('committee', () => true, from)
    expect([begun, members.length]).toEqual([1, 4])
    await signed(/Epoch/)
    await signed(/blobs/)
    await when((group) => group.able === 4)
    expect(await show()).toMatchObject({ address, generation })
  })

  it('waits with two members, and goes on when a third is back', async () => {
    await devnet.command('devnet', 'stop', '2')
    await devnet.command('devnet', 'stop', '3')
    await when((group) => group.able <= 2)
    // A moment later the other two have nothing more to say either.
    expect((await words('group', 'show')).stdout).toMatch(/cannot sign: 2 of 4 members are there|stands still: nobody/)
    const last = (await show()).signatures.at(-1)?.signedAt
    const from = devnet.events.length
    await devnet.command('devnet', 'start', '2')
    await devnet.first('signed', () => true, from)
    expect((await show()).signatures.at(-1)?.signedAt).toBeGreaterThan(last ?? Number.NaN)
  })

  it('pays on L1 for the blocks that the epochs on L2 name, and the sequencers see it', async () => {
    const { blocks, from, to, transaction } = await devnet.first('rewards')
    const { gasLimit, made, paid, receipt, ...epochs } = await paymentOf(devnet.descriptor, transaction)
    expect(epochs).toEqual({ from, to })
    expect(paid).toEqual(made)
    expect(Object.values(paid).reduce((sum, each) => sum + each, 0)).toBe(blocks)
    expect(receipt?.status).toBe(1)
    expect(Number(receipt?.gasUsed)).toBeLessThan(0.8 * Number(gasLimit))
    const [signer = ''] = Object.keys(paid)
    const shown = JSON.parse((await devnet.command('rewards', 'show', signer)).stdout)
    expect(shown.batches[0]).toMatchObject({ id: '2', own: { blocks: String(paid[signer]) } })
    expect(BigInt(shown.sequencer.reward)).toBeGreaterThanOrEqual(BigInt(shown.batches[0].own.reward))
  })

  it('is asked for where there is none with a clear error', async () => {
    const nowhere = await cli(['group', 'show', '--rest', 'http://127.0.0.1:9/v1', '--json'], { env: place.env })
    expect([nowhere.code, JSON.parse(nowhere.stdout).error.code]).toEqual([6, 'NODE_UNREACHABLE'])
    const none = join(root, 'none')
    for (const command of ['requests', 'refresh']) {
      const { code, stdout } = await cli(['group', command, '--data-dir', none, '--json'], { env: place.env })
      expect([code, JSON.parse(stdout).error.code]).toEqual([6, 'DEVNET_NOT_RUNNING'])
    }
  })
})
