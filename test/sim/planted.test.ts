import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Committee } from '../../src/core/consensus/types.js'
import type { Address } from '../../src/core/types/hex.js'
import { generate } from './generate.js'
import type { Lie, Schedule } from './schedule.js'

afterEach(() => {
  vi.doUnmock('../../src/core/consensus/power.js')
  vi.doUnmock('../../src/core/consensus/cut.js')
  vi.doUnmock('../../src/core/consensus/digest.js')
  vi.doUnmock('../../src/core/chain/rules.js')
  vi.doUnmock('../../src/node/sequencer/seals.js')
  vi.resetModules()
})

/** Schedules with four members of equal power, of which the first lies so. */
const withLies = (seeds: number[], lies: Lie[]): Schedule[] =>
  seeds.map((seed) => ({ ...generate(seed, 1), stakes: [100, 100, 100, 100], liars: [{ node: 0, lies }], actions: [] }))

/** The first property that one of the schedules sees broken, with what is planted now. */
async function broken(schedules: readonly Schedule[]): Promise<string | undefined> {
  const { simulate } = await import('./simulation.js')
  for (const schedule of schedules) {
    const { violation } = await simulate(schedule)
    if (violation !== undefined) return violation.property
  }
  return undefined
}

/** Seeds from 1 on. */
const seeds = (count: number) => Array.from({ length: count }, (_, i) => i + 1)

/** An error that is put in place of a function, to see that it does not stay unseen. */
async function plant<T extends object>(path: string, change: (real: T) => Partial<T>): Promise<void> {
  vi.resetModules()
  vi.doMock(path, async (original) => {
    const real = await original<T>()
    return { ...real, ...change(real) }
  })
}

describe('an error that is planted is found:', () => {
  it('a quorum that liars make alone', async () => {
    await plant<typeof import('../../src/core/consensus/power.js')>('../../src/core/consensus/power.js', () => ({
      isQuorum: ({ members }: Committee, voters: Iterable<Address>) => 4 * new Set(voters).size >= members.length,
    }))
    expect(await broken(withLies(seeds(12), ['falseVotes', 'equivocate']))).toMatch(/^decided|^app hashes|^contract/)
  })

  it('a seal for whatever block comes, without a guard', async () => {
    await plant<typeof import('../../src/node/sequencer/seals.js')>('../../src/node/sequencer/seals.js', (real) => ({
      // Of its heights, which are longer than its record, it finds none.
      openSealGuard: (database, networkId, key) =>
        real.openSealGuard(
          { ...database, get: (at) => (at.length > 40 ? undefined : database.get(at)) },
          networkId,
          key,
        ),
    }))
    const restored = withLies(seeds(12), []).map((schedule): Schedule => {
      const actions = [0, 1, 2, 3].flatMap((node): Schedule['actions'] => [
        { at: 4000 + 300 * node, do: 'kill', node },
        { at: 4000 + 300 * node + 50, do: 'start', node, lost: 2 },
      ])
      return { ...schedule, liars: [], length: 8000, actions }
    })
    expect(await broken(restored)).toBe('one seal a term and number')
  })

  it('no stall, whatever a sequencer does', async () => {
    await plant<typeof import('../../src/core/consensus/cut.js')>('../../src/core/consensus/cut.js', () => ({
      stallDue: () => null,
    }))
    expect(await broken(withLies([3], ['idle']))).toMatch(/^a quorum goes on|^a checkpoint is decided/)
  })

  it('deposits counted from the first one in every block', async () => {
    await plant<typeof import('../../src/core/chain/rules.js')>('../../src/core/chain/rules.js', (real) => ({
      depositsUpTo: (input, l1Origin) => real.depositsUpTo(input, l1Origin, 0),
    }))
    const deposit = { at: 500, do: 'deposit', user: 1, wei: '1500000000' } as const
    const schedules = withLies(seeds(3), []).map((each) => ({ ...each, liars: [], length: 30_000, actions: [deposit] }))
    expect(await broken(schedules)).toMatch(/deposits are credited once|a checkpoint is decided/)
  })

  it('events of L1 that nobody compares with what was voted', async () => {
    await plant<typeof import('../../src/core/consensus/digest.js')>('../../src/core/consensus/digest.js', (real) => ({
      eventsRoot: (events) => real.eventsRoot(events.map(({ type }) => ({ type, block: 0 }) as never)),
    }))
    const deposit = { at: 500, do: 'deposit', user: 1, wei: '1500000000' } as const
    const schedules = withLies(seeds(8), ['falseVotes']).map((each) => ({
      ...each,
      length: 30_000,
      actions: [deposit],
    }))
    expect(await broken(schedules)).toBe('deposits are credited once and in order')
  })
})
