import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { decodeExtraData } from '../../src/core/chain/extraData.js'
import type { Committee, Member } from '../../src/core/consensus/committeeTypes.js'
import { networkIdOf } from '../../src/core/consensus/digest.js'
import { begunGuard } from '../../src/core/guard/guard.js'
import type { Address } from '../../src/core/types/hex.js'
import { guardChanges } from '../../src/node/sequencer/guard.js'
import { generate, type Level } from './generate.js'
import type { Lie, Schedule } from './schedule.js'
import type { Fault } from './simulation.js'

/** Modules that an error stands in for now. */
const planted: string[] = []

afterEach(() => {
  for (const path of planted.splice(0)) vi.doUnmock(path)
  vi.resetModules()
})

/** Schedules with four members of equal power, of which the first lies so. */
const withLies = (seeds: number[], lies: Lie[]): Schedule[] =>
  seeds.map((seed) => ({ ...generate(seed, 1), stakes: [100, 100, 100, 100], liars: [{ node: 0, lies }], actions: [] }))

/** Random schedules of these seeds, but for what is said. */
const random = (seeds: number[], level: Level, change: Partial<Schedule> = {}): Schedule[] =>
  seeds.map((seed) => ({ ...generate(seed, level), ...change }))

/** The first property that one of the schedules sees broken, with what is planted now. */
async function broken(schedules: readonly Schedule[], fault?: Fault): Promise<string | undefined> {
  const { simulate } = await import('./simulation.js')
  for (const schedule of schedules) {
    const { violation } = await simulate(schedule, fault)
    if (violation !== undefined) return violation.property
  }
  return undefined
}

/** How many batches L1 gets. */
async function batchesOf(schedule: Schedule): Promise<number> {
  const { simulate } = await import('./simulation.js')
  return (await simulate(schedule)).figures.batches
}

/** Seeds from 1 on. */
const seeds = (count: number) => Array.from({ length: count }, (_, i) => i + 1)

/** Each of four honest members is restarted once, from a disk that is two blocks older than its guard. */
const restored = () =>
  withLies(seeds(12), []).map((schedule): Schedule => {
    const actions = [0, 1, 2, 3].flatMap((node): Schedule['actions'] => [
      { at: 4000 + 300 * node, do: 'kill', node },
      { at: 4000 + 300 * node + 50, do: 'start', node, lost: 2 },
    ])
    return { ...schedule, liars: [], length: 8000, actions }
  })

/** Each of four honest members is restarted again and again, within less than a session has time. */
const restarted = () =>
  withLies(seeds(12), []).map((schedule): Schedule => {
    const actions = Array.from({ length: 24 }, (_, i): Schedule['actions'] => [
      { at: 300 + 350 * i, do: 'kill', node: i % 4 },
      { at: 400 + 350 * i, do: 'start', node: i % 4 },
    ])
    return { ...schedule, liars: [], length: 12_000, actions: actions.flat() }
  })

const powerOf = (members: readonly Member[]) => members.reduce((sum, { power }) => sum + power, 0)

/** An error that is put in place of a function, to see that it does not stay unseen. */
async function plant<T extends object>(path: string, change: (real: T) => Partial<T>): Promise<void> {
  if (planted.length === 0) vi.resetModules()
  planted.push(path)
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
    expect(await broken(withLies(seeds(12), ['falseVotes', 'equivocate']))).toMatch(
      /^a quorum has what is decided$|^decided ranges are what L1 is$/,
    )
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
    expect(await broken(restored())).toBe('one seal a term and number')
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
    const actions = [500, 6000, 12_000, 18_000, 24_000].map((at): Schedule['actions'][number] => {
      return { at, do: 'deposit', user: 1, wei: '1500000000' }
    })
    const schedules = withLies(seeds(24), ['falseVotes']).map((each) => ({ ...each, length: 30_000, actions }))
    expect(await broken(schedules)).toBe('deposits are credited once and in order')
  })

  it('two thirds that are a quorum (a quarter of random seeds see it)', async () => {
    await plant<typeof import('../../src/core/consensus/power.js')>('../../src/core/consensus/power.js', () => ({
      isQuorum: ({ members, totalPower }: Committee, voters: Iterable<Address>) => {
        const voted = new Set(voters)
        const voting = members.filter(({ address }) => voted.has(address))
        return 3 * powerOf(voting) >= 2 * totalPower && 3 * voting.length >= 2 * members.length
      },
    }))
    const schedules = random(seeds(12), 0, { stakes: [100, 100, 100, 100, 100, 100], liars: [] })
    expect(await broken(schedules)).toBe('a quorum has what is decided')
  })

  it('two live checkpoint votes of one member that both count (a fifth of random seeds of level 1)', async () => {
    const before = (member: Address): Address => `${member}before`
    await plant<typeof import('../../src/core/consensus/checkpoint.js')>(
      '../../src/core/consensus/checkpoint.js',
      (real) => ({
        applyCheckpointVote: (draft, member, vote) => {
          const votes = draft.state.checkpointVotes
          const last = votes[member]
          real.applyCheckpointVote(draft, member, vote)
          if (last !== undefined && draft.state.checkpointVotes[member] !== undefined) votes[before(member)] = last
        },
      }),
    )
    await plant<typeof import('../../src/core/consensus/power.js')>('../../src/core/consensus/power.js', () => ({
      isQuorum: ({ members, threshold, totalPower }: Committee, voters: Iterable<Address>) => {
        const voting = [...voters].flatMap((voter) => members.filter(({ address }) => voter.startsWith(address)))
        return 3 * powerOf(voting) > 2 * totalPower && voting.length >= threshold
      },
    }))
    expect(await broken(random(seeds(12), 1))).toBe('a quorum has what is decided')
  })

  it('a stall clock that the record alone moves (a tenth of random seeds)', async () => {
    await plant<typeof import('../../src/node/sequencer/attester.js')>(
      '../../src/node/sequencer/attester.js',
      ({ Attester }) => ({
        Attester: class extends Attester {
          constructor(...[node, l1, lag]: ConstructorParameters<typeof Attester>) {
            const now = () => {
              const { openedAt, signedAt, checkpointAt } = node.consensus.state.term
              return Math.max(openedAt, signedAt ?? 0, checkpointAt ?? 0)
            }
            super({ ...node, now }, l1, lag)
          }
        },
      }),
    )
    expect(await broken(random(seeds(30), 0))).toMatch(/^a quorum goes on|^a checkpoint is decided/)
  })

  it('two seals that nobody acts on (half of the seeds with a sequencer that equivocates)', async () => {
    await plant<typeof import('../../src/core/consensus/cut.js')>('../../src/core/consensus/cut.js', () => ({
      applyEvidence: () => undefined,
    }))
    const schedules = random(seeds(8), 0, { stakes: [100, 100, 100, 100], liars: [{ node: 0, lies: ['equivocate'] }] })
    expect(await broken(schedules)).toBe('two seals are acted on')
  })

  it('a deposit that a sequencer skips and all accept (a sixth of random seeds with a deposit)', async () => {
    await plant<typeof import('../../src/core/chain/rules.js')>('../../src/core/chain/rules.js', (real) => ({
      depositsUpTo: (input, l1Origin, cursor) => real.depositsUpTo(input, l1Origin, cursor).slice(1),
      checkBlock: (input) => {
        const { l1Origin } = decodeExtraData(input.block.extraData)
        const withdrawals = real.depositsUpTo(input, l1Origin, input.parent.cursor)
        return real.checkBlock({ ...input, block: { ...input.block, withdrawals } })
      },
    }))
    const deposit = { at: 500, do: 'deposit', user: 1, wei: '1500000000' } as const
    expect(await broken(random(seeds(24), 0, { actions: [deposit] }))).toBe('deposits are credited once and in order')
  })

  it('a batch whose index is left out (every seed that brings two batches to L1)', async () => {
    await plant<typeof import('../../src/core/consensus/batch.js')>('../../src/core/consensus/batch.js', (real) => ({
      applyGroupTransaction: (draft, event) => {
        const { nextIndex } = draft.state.batch
        real.applyGroupTransaction(draft, event)
        if (draft.state.batch.nextIndex > nextIndex) draft.state.batch.nextIndex += 1
      },
    }))
    const l1 = { blockTime: 1000, depth: 1, reverts: 0, slow: 100 }
    const schedules = random(seeds(2), 0, { batches: true, length: 60_000, l1, liars: [], actions: [] })
    expect(await broken(schedules)).toBe('batches follow each other')
  })

  it('blocks that are paid a second time (every seed with two payments)', async () => {
    await plant<typeof import('../../src/core/consensus/rewards.js')>(
      '../../src/core/consensus/rewards.js',
      (real) => ({
        settleRewards: (draft, isPaid, transaction) => {
          const blocks = draft.state.rewards?.blocks
          real.settleRewards(draft, isPaid, transaction)
          if (isPaid) Object.assign(draft.state.rewards ?? {}, { blocks })
        },
      }),
    )
    const l1 = { blockTime: 1000, depth: 1, reverts: 0, slow: 100 }
    const change = { batches: true, epochLength: 4, length: 90_000, l1, liars: [], actions: [] }
    expect(await broken(random(seeds(2), 0, change))).toBe('blocks are paid as they were made')
  })

  it('a guard that is lost at a restart (where members come back with an older chain)', async () => {
    const ports: Fault['ports'] = (options, { disks, address }) => {
      disks.guard.content.clear()
      disks.guard.found(guardChanges(networkIdOf(options.genesis), begunGuard(address, null)))
      return options
    }
    expect(await broken(restored(), { ports })).toBe('one seal a term and number')
    expect(await broken(restored())).toBeUndefined()
  })

  it('a node that goes on without L1 (where L1 refuses it alone)', async () => {
    await plant<typeof import('../../src/node/sequencer/l1Lag.js')>(
      '../../src/node/sequencer/l1Lag.js',
      ({ L1Lag }) => ({
        L1Lag: class extends L1Lag {
          override isTooLong = () => false
        },
      }),
    )
    const actions: Schedule['actions'] = [{ at: 2000, do: 'l1', node: 0, mode: 'refusing' }]
    const schedules = random([1], 0, { stakes: [100, 100, 100, 100], liars: [], length: 300_000, actions })
    expect(await broken(schedules)).toBe('who does not see L1 stands still')
  })

  it('votes for one L1 block at a time, after four minutes of silence', async () => {
    const actions: Schedule['actions'] = [
      { at: 1000, do: 'l1', node: -1, mode: 'hanging' },
      { at: 240_000, do: 'l1', node: -1, mode: 'well' },
    ]
    const l1 = { blockTime: 500, depth: 1, reverts: 0, slow: 100 }
    const change = { stakes: [100, 100, 100, 100], stallTimeout: 6000, l1, liars: [], length: 245_000, actions }
    const schedules = random([1], 0, { ...change, batches: false })
    const ports: Fault['ports'] = (options) => ({
      ...options,
      l1: { ...options.l1, range: (from, _, key) => options.l1.range(from, from, key) },
    })
    expect(await broken(schedules, { ports })).toBe('L1 ranges go on')
    expect(await broken(schedules)).toBeUndefined()
  })

  it('votes for a range that are counted without a look at what they say (an eighth of seeds with false votes)', async () => {
    await plant<typeof import('../../src/core/consensus/l1.js')>('../../src/core/consensus/l1.js', (real) => ({
      applyRangeVote: (draft, member, range) => {
        const others = Object.keys(draft.state.l1.votes) as Address[]
        for (const other of others) draft.state.l1.votes[other] = range
        delete draft.state.l1.votes[member]
        real.applyRangeVote(draft, member, range)
      },
    }))
    const schedules = random(seeds(24), 0, { stakes: [100, 100, 100, 100], liars: [{ node: 0, lies: ['falseVotes'] }] })
    expect(await broken(schedules)).toBe('decided ranges are what L1 is')
  })

  it('batches compared by the one signature of a seal that a member happens to have', async () => {
    const found: Schedule = JSON.parse(readFileSync(new URL('cases/twoSealsOfOneBlock.json', import.meta.url), 'utf8'))
    // With this seed the first term is the liar's, so that every batch has blocks of it.
    // A minute tells; that none comes in the whole time in which one has to would take the test ten times as long.
    const schedule = { ...found, seed: 2, length: 60_000, batches: false }
    expect(await batchesOf(schedule)).toBeGreaterThan(0)
    await plant<typeof import('../../src/node/batcher/own.js')>('../../src/node/batcher/own.js', (real) => ({
      ownBatch: (node, index, range) => real.ownBatch(node, index, range, ({ hash }) => node.sealOf(hash)),
    }))
    expect(await batchesOf(schedule)).toBe(0)
  })

  it('a node that takes part in a session again after its restart (most seeds with restarts)', async () => {
    await plant<typeof import('../../src/node/threshold/guard.js')>('../../src/node/threshold/guard.js', (real) => ({
      SigningGuard: class extends real.SigningGuard {
        override async allow() {}
      },
    }))
    expect(await broken(restarted())).toBe('no session twice')
  })

  it('a sharing that a node takes part in again after its restart', async () => {
    await plant<typeof import('../../src/node/threshold/shares.js')>('../../src/node/threshold/shares.js', (real) => ({
      Shares: class extends real.Shares {
        override async begin() {
          return true
        }
      },
    }))
    const lock = { at: 1000, do: 'lock', metis: 100 } as const
    const schedules = restarted().map((each) => ({ ...each, length: 20_000, actions: [lock, ...each.actions] }))
    expect(await broken(schedules)).toBe('no session twice')
  })

  it('signers that are picked again, whomever they failed with (every seed with a member that says nothing)', async () => {
    await plant<typeof import('../../src/core/consensus/signers.js')>(
      '../../src/core/consensus/signers.js',
      (real) => ({
        pickSigners: (state, ...rest) =>
          real.pickSigners({ ...state, group: { ...state.group, apart: [], doubts: {}, sessions: 0 } }, ...rest),
      }),
    )
    expect(await broken(withLies(seeds(12), ['dumb']))).toMatch(/^a quorum goes on|^a checkpoint is decided/)
  })
})
