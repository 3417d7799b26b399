import { describe, expect, it } from 'vitest'
import {
  departedLine,
  feesOf,
  formerLine,
  healthOf,
  progressOf,
  sharingLine,
  sharingStep,
  stateOf,
} from '../../../src/cli/group.js'
import type { GroupMemberView, GroupRequestView, GroupView } from '../../../src/node/groupView.js'

const HEARD = Date.UTC(2026, 0, 2, 3, 4, 5)
const address = (byte: number) => `0x${String(byte).repeat(40)}` as const

const member = (index: number, more: Partial<GroupMemberView> = {}): GroupMemberView => ({
  index,
  id: index,
  address: address(index),
  heardAt: HEARD,
  heard: true,
  lost: false,
  doubts: 0,
  apart: [],
  ...more,
})

const request: GroupRequestView = {
  id: `0x${'ab'.repeat(32)}`,
  kind: 'inbox',
  chain: 'l1',
  subject: 3,
  nonce: 7,
  to: address(9),
  since: HEARD,
  bump: 0,
  fees: { maxFeePerGas: '1066390861', maxPriorityFeePerGas: '1000000000', maxFeePerBlobGas: '1' },
  signed: false,
  session: null,
  refused: [],
}

function group(members: GroupMemberView[], threshold: number, more: Partial<GroupView> = {}): GroupView {
  const able = members.filter(({ heard, lost }) => heard && !lost).length
  const rest = {
    address: address(9),
    generation: 0,
    since: 0,
    sharing: null,
    departed: null,
    former: null,
    signatures: [],
    sessions: 0,
  }
  return { ...rest, threshold, able, members, requests: [], ...more }
}

const gone = { heard: false }

describe('a key that hands over', () => {
  it('says what is due, and who has to run for it', () => {
    const former = { address: address(9), members: [address(1), address(2)], threshold: 2, step: 1, steps: 9 }
    expect(formerLine(former)).toMatch(
      /^0x9{40} hands over: step 2 of 9 on L1\. 2 of those .* run until it is done: 0x1{40}, 0x2{40}$/,
    )
    expect(formerLine({ ...former, step: 9 })).toMatch(/hands over: done on L1, due on L2\. /)
  })
})

describe('who has left a group', () => {
  it('is told before and when they are the key', () => {
    const members = [address(1), address(2)]
    expect(departedLine({ members, threshold: 3 })).toMatch(
      /^2 of those who .*0x1{40}, 0x2{40}\); 3 such members are the key/,
    )
    expect(departedLine({ members, threshold: 2 })).toMatch(/^2 of those who .*: they are the key, if they kept/)
  })
})

describe('the health of a group', () => {
  it.each<[GroupView, RegExp]>([
    [
      group(
        [1, 2, 3, 4].map((i) => member(i)),
        3,
      ),
      /^healthy, 1 more may be missing: 4 of 4 members can sign, 3 are needed\.$/,
    ],
    [group([member(1), member(2), member(3), member(4, gone)], 3), /^at the limit, nobody more may be missing: 3 of 4/],
    [group([member(1), member(2), member(3), member(4, { lost: true })], 3), /^at the limit/],
    [
      group([member(1), member(2), member(3, gone), member(4, gone)], 3),
      /^cannot sign: 2 of 4 members are there, 3 are needed\. It goes on by itself/,
    ],
    [
      group([member(1, gone), member(2, { ...gone, heardAt: HEARD - 5000 }), member(3, gone), member(4, gone)], 3),
      /^stands still: nobody said anything since 2026-01-02 03:04:05\./,
    ],
    [group([member(1, { ...gone, heardAt: null })], 1), /nobody said anything since the start\./],
    [
      group(
        [1, 2, 3].map((i) => member(i)),
        3,
      ),
      /^at the limit.*With three members or fewer all of them have to be there: nobody may be missing\.$/,
    ],
    [
      group(
        [1, 2, 3, 4].map((i) => member(i)),
        3,
        { requests: [{ ...request, session: { number: 5, from: 0, signers: [] } }] },
      ),
      /^cannot sign now: 4 of 4 members are there, but too many are kept apart or refuse/,
    ],
  ])('is told in one line: %#', (view, line) => {
    expect(healthOf(view)).toMatch(line)
  })
})

describe('a member', () => {
  const others = [1, 2, 3].map((i) => member(i))
  it.each<[Partial<GroupMemberView>, string]>([
    [{}, 'signs'],
    [gone, 'silent since 2026-01-02 03:04:05'],
    [{ ...gone, heardAt: null }, 'silent since the start'],
    [{ lost: true }, 'has no share, asked for a new one'],
    [{ apart: [{ from: address(2), until: HEARD }] }, 'signs; not with share 2 until 2026-01-02 03:04:05'],
    [{ apart: [{ from: address(3), until: null }] }, 'signs; not with share 3 until the key is shared anew'],
    [{ doubts: 2 }, 'signs; in 2 failed sessions without a culprit'],
  ])('stands as it does: %#', (more, text) => {
    expect(stateOf(member(1, more), others)).toBe(text)
  })
})

describe('a sharing', () => {
  const members = [1, 2, 3, 4].map((i) => member(i))
  const sharing = {
    generation: 2,
    members: members.map((each) => each.address),
    dealers: [address(1), address(2), address(4)],
    round: 3,
    done: [],
    failed: [],
    ready: false,
  }

  it('is told with members, dealers, round and votes', () => {
    expect(sharingLine(sharing, members)).toBe('sharing 2 among 4 members; dealt by 1 2 4; round 3 of 4')
    const late = {
      ...sharing,
      members: [...sharing.members.slice(1), address(5)],
      done: [address(2)],
      failed: [address(5)],
    }
    expect(sharingLine({ ...late, ready: true }, members)).toBe(
      `sharing 2 among 4 members; joining: ${address(5)}; leaving: 1; dealt by 1 2 4; made, in force with the next term; ` +
        `have signed with their new share: 2; named as failed: ${address(5)}`,
    )
  })

  it('is told step by step to who waits for it', () => {
    const steps = [null, { ...sharing, round: 0 }, sharing, { ...sharing, ready: true }].map(sharingStep)
    expect(steps).toEqual([
      'Asking the members',
      'Sharing the key anew',
      'Sharing the key anew, round 3 of 4',
      'Waiting for the next term',
    ])
  })
})

describe('a request', () => {
  it('has its fees exactly in gwei, those of blobs where it has some', () => {
    expect(feesOf(request)).toBe('1.066390861, tip 1')
    expect(feesOf({ ...request, kind: 'blobs' })).toBe('1.066390861, tip 1, blobs 0.000000001')
    expect(feesOf({ ...request, fees: null })).toBe('being agreed')
    expect(feesOf({ ...request, chain: 'l2', fees: null })).toBe('fixed')
  })

  it('says who signs it, or what it waits for', () => {
    const members = [member(1), member(2)]
    const signers = [address(1), address(2)]
    const told = (more: Partial<GroupRequestView>) => progressOf({ ...request, ...more }, members)
    expect(told({})).toBe('waits for fees')
    expect(told({ session: { number: 8, from: 0, signers } })).toBe('session 8, shares 1 2')
    expect(told({ session: { number: 8, from: 0, signers: [] } })).toBe('session 8, nobody can sign now')
    expect(told({ signed: true })).toBe('signed, on its way')
    expect(told({ signed: true, chain: 'l2' })).toBe('signed, for the first block of its term')
    expect(told({ signed: true, session: { number: 9, from: 0, signers } })).toBe('session 9, shares 1 2')
  })
})
