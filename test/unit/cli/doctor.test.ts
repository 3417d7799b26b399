import { describe, expect, it } from 'vitest'
import { ok, runChecks, warning } from '../../../src/cli/doctor/check.js'
import { judgeSpace } from '../../../src/cli/doctor/disk.js'
import { judgeClock } from '../../../src/cli/doctor/l1.js'
import { judgeNode } from '../../../src/cli/doctor/runtime.js'
import { judgeComparison } from '../../../src/cli/doctor/second.js'
import { Exit, MetisSeqError } from '../../../src/core/errors/index.js'

describe('runChecks', () => {
  it('hides none behind one that throws, hangs or finds several things, and keeps the order', async () => {
    const thrown = new MetisSeqError('X', 'It is broken.', { exit: Exit.data, next: 'Mend it.' })
    const checks = [
      { name: 'hangs', look: () => new Promise<never>(() => {}) },
      { name: 'throws', look: () => Promise.reject(thrown) },
      { name: 'bug', look: async () => Promise.reject(new TypeError('x is undefined')) },
      { name: 'two', look: async () => [warning('a', 'b'), ok('c')] },
    ]
    expect(await runChecks(checks, 20)).toMatchObject([
      { name: 'hangs', status: 'problem', found: 'no result in 0.02 s' },
      { name: 'throws', status: 'problem', found: 'It is broken.', mend: 'Mend it.' },
      { name: 'bug', status: 'problem', found: 'x is undefined' },
      { name: 'two', status: 'warning', found: 'a', mend: 'b' },
      { name: 'two', status: 'ok', found: 'c', mend: null },
    ])
  })
})

const GIB = 1024 ** 3
it.each([
  [2 * GIB, 'ok', '2.0 GiB'],
  [GIB, 'ok', '1.0 GiB'],
  [GIB - 1, 'warning', '1023 MiB'],
  [100 * 1024 ** 2, 'warning', '100 MiB'],
  [100 * 1024 ** 2 - 1, 'problem', '99 MiB'],
  [0, 'problem', '0 MiB'],
])('%i bytes of room are %s', (free, status, shown) => {
  expect(judgeSpace('/x', free)).toMatchObject({ status, found: `${shown} are free for /x` })
})

it.each([
  ['20.19.9', 'problem'],
  ['18.20.0', 'problem'],
  ['20.20.0', 'ok'],
  ['24.1.0', 'ok'],
  ['23.1.0', 'warning'],
])('Node %s is %s', (version, status) => {
  expect(judgeNode(version).status).toBe(status)
})

const NOW = 1_800_000_000
it.each<[string, number | null, number, string, string]>([
  ['in step', 0, 12, 'ok', 'block 7 is 12 s old'],
  ['a little ahead', 5, 12, 'ok', '5 s'],
  ['ahead', 6, 12, 'warning', '6 s ahead'],
  ['behind', -30, 12, 'warning', '30 s behind'],
  ['far behind', -31, 12, 'problem', '31 s behind'],
  ['far ahead', 4000, 12, 'problem', '4000 s ahead'],
  ['in step with an old block', 0, 121, 'warning', '121 s old'],
  ['in step with a block of the future', 0, -31, 'problem', '31 s in the future'],
  ['not to be compared', null, 12, 'ok', 'tells no time'],
  ['not to be compared, with a block of the future', null, -60, 'problem', '60 s in the future'],
])('a clock that is %s', (_, ahead, age, status, found) => {
  const serverTime = ahead === null ? null : NOW - ahead
  const finding = judgeClock({ number: 7n, timestamp: NOW - age, serverTime }, NOW)
  expect(finding).toMatchObject({ status, found: expect.stringContaining(found) })
})

const same = { chains: [1n, 1n], heads: [100n, 95n], block: 63n, sameHash: true, sameState: true } as const
it.each([
  [{}, 'ok', 'B has the same block 63'],
  [{ heads: [100n, 94n] as const }, 'warning', 'B is 6 blocks behind'],
  [{ heads: [94n, 100n] as const }, 'warning', 'A is 6 blocks behind'],
  [{ sameHash: false }, 'problem', 'different blocks 63'],
  [{ sameState: false }, 'problem', 'different states'],
  [{ chains: [1n, 5n] as const, sameHash: false }, 'problem', 'B is chain 5'],
])('two endpoints with %o', (change, status, found) => {
  const finding = judgeComparison({ ...same, ...change }, ['A', 'B'])
  expect(finding).toMatchObject({ status, found: expect.stringContaining(found) })
})
