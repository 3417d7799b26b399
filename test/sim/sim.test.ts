import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { generate } from './generate.js'
import type { Schedule } from './schedule.js'
import { shrink } from './shrink.js'
import { simulate } from './simulation.js'

const cases = new URL('cases/', import.meta.url)

describe('a network of simulated members', () => {
  it('keeps every property under random schedules', async () => {
    for (const seed of [1, 3, 4, 7, 15, 17, 110, 127]) {
      const { violation, figures } = await simulate(generate(seed, 1))
      expect(violation?.message, `seed ${seed}`).toBeUndefined()
      expect(figures.blocks).toBeGreaterThan(0)
    }
  })

  it('runs the same way twice from the same seed, and another way from another', async () => {
    const [once, again, other] = [
      await simulate(generate(7, 1)),
      await simulate(generate(7, 1)),
      await simulate(generate(8, 1)),
    ]
    expect(again).toEqual(once)
    expect(other.trace).not.toBe(once.trace)
  })

  describe('holds where it once did not', () => {
    for (const name of readdirSync(cases)) {
      it(name.replace('.json', ''), async () => {
        const schedule: Schedule = JSON.parse(readFileSync(new URL(name, cases), 'utf8'))
        expect((await simulate(schedule)).violation?.message).toBeUndefined()
      })
    }
  })

  const calm: Schedule = {
    ...generate(1, 1),
    stakes: [100, 100, 100, 100],
    epochLength: 4,
    blockTime: 500,
    stallTimeout: 8000,
    tick: 250,
    interval: 150,
    lag: [1, 50],
    weather: { delay: [1, 20], loss: 0, doubled: 0 },
    l1: { blockTime: 1000, depth: 2, reverts: 0, slow: 100 },
    offsets: [],
    behind: [],
    liars: [],
    actions: [],
  }

  it('rule L3: a node that alone does not see L1 stands still, and takes part again when it does', async () => {
    const actions: Schedule['actions'] = [
      { at: 5000, do: 'l1', node: 0, mode: 'refusing' },
      { at: 200_000, do: 'l1', node: 0, mode: 'well' },
    ]
    const { news, violation } = await simulate({ ...calm, length: 240_000, actions, batches: false }, {}, true)
    expect(violation?.message).toBeUndefined()
    const own = news
      .filter((each) => / 0 .*"event":"block".*"own":true/.test(each))
      .map((each) => Number(each.split(' ')[0]))
    const within = (from: number, to: number) => own.filter((second) => second > from && second < to).length
    expect(within(0, 60)).toBeGreaterThan(0)
    expect(within(80, 200)).toBe(0)
    expect(within(201, 240)).toBeGreaterThan(0)
  })

  it('rule L3: opens terms as fast as ever while every request to L1 hangs', async () => {
    const actions: Schedule['actions'] = [{ at: 8000, do: 'l1', node: -1, mode: 'hanging' }]
    const { figures } = await simulate({ ...calm, length: 60_000, actions, batches: false })
    expect(figures.blocks).toBeGreaterThan(50)
  })

  it('rule T4: sends a block again that was sealed just before a death', async () => {
    for (const seed of [1, 2, 3]) {
      const actions: Schedule['actions'] = [
        { at: 10, do: 'kill', node: 0, writes: 3 },
        { at: 1500, do: 'start', node: 0 },
      ]
      const { figures } = await simulate({ ...calm, seed, epochLength: 2, length: 9000, actions, batches: false })
      expect(figures).toMatchObject({ deaths: 1, cuts: 0 })
    }
  })

  it('rule B8: pays for blocks while members join, change their signers and go for good, and L1 refuses some payments', async () => {
    const actions: Schedule['actions'] = [
      { at: 5000, do: 'lock', metis: 50 },
      { at: 20_000, do: 'resign', node: 1 },
      { at: 40_000, do: 'exit', node: 2 },
      { at: 60_000, do: 'claim' },
    ]
    const l1 = { ...calm.l1, reverts: 300 }
    const { figures, violation } = await simulate({ ...calm, l1, length: 180_000, actions, batches: true })
    expect(violation?.message).toBeUndefined()
    expect(figures.payments).toBeGreaterThan(1)
  })

  it('rule B7: when three of four founders have left, one at a time, the others have a key of their own, and go on with it', async () => {
    const actions: Schedule['actions'] = [
      ...[5000, 5000, 5000].map((at): Schedule['actions'][number] => ({ at, do: 'lock', metis: 100 })),
      ...[0, 1, 2].map((node): Schedule['actions'][number] => ({ at: 30_000 + 25_000 * node, do: 'exit', node })),
    ]
    const l1 = { ...calm.l1, reverts: 100 }
    const { figures, violation } = await simulate({ ...calm, l1, length: 200_000, actions, batches: true })
    expect(violation?.message).toBeUndefined()
    expect(figures.handovers).toBe(1)
  })

  it('finds the smallest schedule that still fails', async () => {
    const schedule = generate(15, 1)
    const isDeath = ({ actions }: Schedule) => actions.some(({ do: what }) => what === 'kill')
    const small = await shrink(schedule, async (each) => isDeath(each))
    expect(isDeath(schedule) && schedule.actions.length > 1).toBe(true)
    expect(small.actions.map(({ do: what }) => what)).toEqual(['kill'])
    expect(small.liars).toEqual([])
  })
})
