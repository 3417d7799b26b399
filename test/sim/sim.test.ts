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

  it('finds the smallest schedule that still fails', async () => {
    const schedule = generate(15, 1)
    const isDeath = ({ actions }: Schedule) => actions.some(({ do: what }) => what === 'kill')
    const small = await shrink(schedule, async (each) => isDeath(each))
    expect(isDeath(schedule) && schedule.actions.length > 1).toBe(true)
    expect(small.actions.map(({ do: what }) => what)).toEqual(['kill'])
    expect(small.liars).toEqual([])
  })
})
