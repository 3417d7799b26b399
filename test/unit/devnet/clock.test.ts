import { describe, expect, it } from 'vitest'
import { SteadyClock } from '../../../src/devnet/clock.js'

const HOUR = 3_600_000

/** A clock on a machine whose wall clock and monotonic clock are set by hand. */
function rig() {
  const time = { wall: 1_700_000_000_000, monotonic: 5000 }
  const clock = new SteadyClock(
    () => time.wall,
    () => time.monotonic,
  )
  const pass = (ms: number) => {
    time.wall += ms
    time.monotonic += ms
  }
  return { time, clock, pass }
}

describe('the clock of a devnet', () => {
  it('is the clock of the machine while that one is not stepped', () => {
    const { time, clock, pass } = rig()
    for (const ms of [0, 1, 17, 1000, HOUR]) {
      pass(ms)
      expect(clock.now()).toBe(time.wall)
    }
  })

  it.each([HOUR, -HOUR])('goes on when that one is stepped by %d ms, and comes to agree with it', (step) => {
    const { time, clock, pass } = rig()
    const before = clock.now()
    time.wall += step
    expect(clock.now()).toBe(before)
    pass(1000)
    expect(clock.now() - before).toBe(step > 0 ? 1100 : 900)
    for (let i = 0; i < 11; i++) {
      pass(HOUR)
      clock.now()
    }
    expect(clock.now()).toBe(time.wall)
  })

  it('does not begin before what the network has seen', () => {
    const { time, clock, pass } = rig()
    clock.atLeast(time.wall + HOUR)
    const before = clock.now()
    expect(before).toBe(time.wall + HOUR)
    pass(1000)
    expect(clock.now()).toBe(before + 900)
  })
})
