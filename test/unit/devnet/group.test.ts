import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { L1Fees, Signing } from '../../../src/core/consensus/groupTypes.js'
import { SILENT_AFTER } from '../../../src/core/consensus/signers.js'
import type { ConsensusState } from '../../../src/core/consensus/types.js'
import type { Address, Hash } from '../../../src/core/types/hex.js'
import { newShares, readGroup } from '../../../src/devnet/groupStatus.js'
import { groupOf } from '../../../src/node/groupView.js'

const NOW = 1_700_000_100_000
const [a, b, c, d] = ['11', '22', '33', '44'].map((byte): Address => `0x${byte.repeat(20)}`) as [
  Address,
  Address,
  Address,
  Address,
]
const hashOf = (number: number): Hash => `0x${number.toString(16).padStart(64, '0')}`
const fees: L1Fees = { maxFeePerGas: 2n ** 70n, maxPriorityFeePerGas: 1n, maxFeePerBlobGas: 0n }
const fresh: Signing = { since: NOW, bump: 0, fees: null, quotes: {}, session: null, past: [], refused: {} }

/** What of a state the view reads: an opening that is final, one ahead, and a blob transaction. */
function state(): ConsensusState {
  const request = (number: number, more: object) => ({
    [hashOf(number)]: {
      id: hashOf(number),
      chain: 'l2',
      kind: 'commitEpoch',
      nonce: number,
      to: d,
      signed: null,
      ...more,
    },
  })
  return {
    committee: { members: [a, b, c, d].map((address, i) => ({ address, id: 9 - i })), threshold: 3, totalPower: 4 },
    proposed: null,
    seen: { [a]: NOW, [b]: NOW - SILENT_AFTER, [c]: NOW - SILENT_AFTER - 1 },
    group: {
      address: d,
      publicKey: '0x',
      generation: 2,
      proposed: 4,
      since: NOW - 50,
      notBefore: 0,
      sessions: 17,
      apart: [
        { pair: [a, b], times: 1, until: NOW + 1 },
        { pair: [c, a], times: 1, until: Number.MAX_SAFE_INTEGER },
        { pair: [b, c], times: 1, until: NOW },
      ],
      doubts: { [b]: 2 },
      anew: { [b]: true, [a]: false },
    },
    term: { opening: [hashOf(1)], checkpointAt: NOW - 10 },
    requests: {
      ...request(3, { chain: 'l1', kind: 'blobs', subject: 3 }),
      ...request(2, { subject: 8, signed: '0x' }),
      ...request(1, { subject: 7, signed: '0x' }),
      ...request(4, { subject: 9 }), // whose signing is unknown
    },
    signing: {
      [hashOf(3)]: {
        ...fresh,
        bump: 1,
        fees,
        session: { number: 17, from: NOW + 2000, generation: 2, signers: [a, c, d] },
        refused: { [b]: 'its nonce is used' },
      },
      [hashOf(2)]: { ...fresh, since: NOW - 9 },
      [hashOf(1)]: { ...fresh, since: NOW - 99 },
    },
    signatures: [
      {
        request: hashOf(2),
        kind: 'commitEpoch',
        subject: 8,
        bump: 0,
        requestedAt: NOW - 9,
        signedAt: NOW - 5,
        signers: [a, b, c],
      },
    ],
  } as unknown as ConsensusState
}

type Seen = Parameters<typeof groupOf>[0]
const viewOf = (of: ConsensusState) => groupOf({ consensus: { state: of }, now: () => NOW } as unknown as Seen)

describe('what a node tells of the group', () => {
  it('is who may be called to sign: not who was silent for more than six seconds, nor who lost its share', () => {
    const { able, members } = viewOf(state())
    expect(members.map(({ heard, lost }) => [heard, lost])).toEqual([
      [true, false],
      [true, true],
      [false, false],
      [false, false],
    ])
    expect(able).toBe(1)
    expect(members[1]).toMatchObject({ index: 2, id: 8, address: b, heardAt: NOW - SILENT_AFTER, doubts: 2 })
    expect(members[3]?.heardAt).toBeNull()
  })

  it('names pairs for both of them while they are kept apart, without an end where there is none', () => {
    const apart = viewOf(state()).members.map((each) => each.apart)
    expect(apart).toEqual([
      [
        { from: b, until: NOW + 1 },
        { from: c, until: null },
      ],
      [{ from: a, until: NOW + 1 }],
      [{ from: a, until: null }],
      [],
    ])
  })

  it('lists what is open, the oldest first, without an opening that is final', () => {
    const now = state()
    expect(viewOf(now).requests.map(({ id }) => id)).toEqual([hashOf(2), hashOf(3)])
    expect(viewOf(now).requests[1]).toEqual({
      id: hashOf(3),
      kind: 'blobs',
      chain: 'l1',
      subject: 3,
      nonce: 3,
      to: d,
      since: NOW,
      bump: 1,
      fees: { maxFeePerGas: String(2n ** 70n), maxPriorityFeePerGas: '1', maxFeePerBlobGas: '0' },
      signed: false,
      session: { number: 17, from: NOW + 2000, signers: [a, c, d] },
      refused: [{ member: b, reason: 'its nonce is used' }],
    })
    now.term.checkpointAt = null
    expect(viewOf(now).requests.map(({ id }) => id)).toEqual([hashOf(1), hashOf(2), hashOf(3)])
  })

  it('says how far a sharing is, who has its share, and who is named', () => {
    const now = state()
    now.proposed = {
      generation: 4,
      members: now.committee.members,
      dealers: [a, b, c],
      broadcasts: {},
      votes: {},
      ready: null,
    }
    expect(viewOf(now).sharing).toMatchObject({ generation: 4, dealers: [a, b, c], round: 0, done: [], ready: false })
    now.proposed.broadcasts = { [a]: { 1: '0x', 3: '0x' }, [b]: { 1: '0x' } }
    now.proposed.votes = { [a]: { publicKey: '0x01', failed: [] }, [b]: { publicKey: '0x', failed: [c] } }
    now.proposed.ready = '0x01'
    expect(viewOf(now).sharing).toMatchObject({ round: 3, done: [a], failed: [c], ready: true })
  })
})

let server: Server | undefined
afterEach(() => void server?.close())

/** A node's REST address that gives these answers in turn, the last one for ever. */
async function answering(...answers: unknown[]): Promise<string> {
  let asked = 0
  server = createServer((_, response) => {
    response.end(JSON.stringify(answers[Math.min(asked++, answers.length - 1)]))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

describe('reading it', () => {
  it('gives what the node told', async () => {
    const view = viewOf(state())
    expect(await readGroup(await answering(view))).toEqual(view)
  })

  it.each<[string, (view: ReturnType<typeof viewOf>) => unknown]>([
    ['a field more', (view) => ({ ...view, secret: 1 })],
    ['a field less', ({ sessions: _, ...view }) => view],
    ['a time that is none', (view) => ({ ...view, since: 8_640_000_000_000_001 })],
    [
      'a kind that is none',
      (view) => ({ ...view, requests: view.requests.map((each) => ({ ...each, kind: 'gift' })) }),
    ],
    [
      'fees that are no decimal',
      (view) => ({ ...view, requests: [{ ...view.requests[1], fees: { ...fees, maxFeePerGas: '0x1' } }] }),
    ],
    [
      'a reason that paints over the terminal',
      (view) => ({
        ...view,
        requests: view.requests.map((each) => ({ ...each, refused: [{ member: a, reason: '\u001b[2J' }] })),
      }),
    ],
    ['members without end', (view) => ({ ...view, members: Array.from({ length: 1001 }, () => view.members[0]) })],
    ['nothing', () => null],
  ])('refuses %s', async (_, spoil) => {
    const rest = await answering(
      JSON.parse(
        JSON.stringify(spoil(viewOf(state())), (_key, value) => (typeof value === 'bigint' ? String(value) : value)),
      ),
    )
    await expect(readGroup(rest)).rejects.toMatchObject({
      code: 'NODE_UNREACHABLE',
      exit: 6,
      message: expect.stringMatching(/its answer is no group: group/),
    })
  })
})

describe('waiting for new shares', () => {
  const view = viewOf(state())
  const signal = new AbortController().signal

  it('ends with the sharing that is in force then, and hears of the one under way', async () => {
    const sharing = { generation: 3, members: [a], dealers: [a], round: 2, done: [], failed: [], ready: false }
    const heard: unknown[] = []
    const rest = await answering(view, { ...view, sharing }, { ...view, generation: 3 })
    const done = await newShares(rest, 2, { timeout: 60_000, signal, onSharing: (each) => heard.push(each) })
    expect(done.generation).toBe(3)
    expect(heard).toEqual([null, sharing])
  })

  it('gives up with exit 8, as it goes on by itself', async () => {
    const waiting = newShares(await answering(view), 2, { timeout: 10, signal, onSharing: () => undefined })
    await expect(waiting).rejects.toMatchObject({ code: 'GROUP_REFRESH_PENDING', exit: 8, details: { generation: 2 } })
  })

  it('ends at once when it is interrupted', async () => {
    const options = { timeout: 60_000, signal: AbortSignal.timeout(50), onSharing: () => undefined }
    await expect(newShares(await answering(view), 2, options)).rejects.toThrow(/abort|timeout/i)
  })
})
