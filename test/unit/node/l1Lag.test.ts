import { beforeEach, describe, expect, it } from 'vitest'
import type { ConsensusState } from '../../../src/core/consensus/types.js'
import { L1Lag, MAX_L1_LAG } from '../../../src/node/sequencer/l1Lag.js'

const address = '0x00000000000000000000000000000000000000a1'

describe('rule L3: how far L1 is behind', () => {
  let [now, decided] = [0, 0]
  let warnings: string[] = []
  let members: { address: string }[] = []
  let lag: L1Lag

  beforeEach(() => {
    ;[now, decided] = [1_000_000, 100]
    warnings = []
    members = [{ address }]
    const state = () =>
      ({ committee: { members }, l1: { decided: null, applied: { number: decided } } }) as unknown as ConsensusState
    const consensus = {
      get state() {
        return state()
      },
      deposit: () => undefined,
      submit: async () => undefined,
    }
    lag = new L1Lag({ address, consensus, now: () => now, warn: (message) => warnings.push(message) })
  })

  const later = (ms: number) => {
    now += ms
    return lag.isTooLong()
  }

  it('a node that begins while L1 is silent for all goes on: nothing new is decided', () => {
    expect([later(0), later(10 * MAX_L1_LAG)]).toEqual([false, false])
    expect(warnings).toEqual([])
  })

  it('a node that never saw L1 stops when others decided something a minute ago, and not before', () => {
    later(0)
    decided = 101
    expect([later(1), later(MAX_L1_LAG - 1), later(1)]).toEqual([false, false, true])
    expect(warnings).toEqual([expect.stringMatching(/L1 block 101 is decided.*is at 100 for 60 s/)])
    lag.saw(101)
    expect(later(1)).toBe(false)
    expect(warnings).toHaveLength(2)
  })

  it('an endpoint that answers with less than what is decided is behind from its first answer on', () => {
    later(0)
    lag.saw(90)
    expect([later(0), later(MAX_L1_LAG)]).toEqual([false, true])
  })

  it('an endpoint that is half a minute behind all the time never is too far behind', () => {
    for (let round = 0; round < 10; round++) {
      decided += 1
      expect(later(30_000)).toBe(false)
      lag.saw(decided - 1)
      expect(later(0)).toBe(false)
    }
  })

  it('who is no member does not look at L1, and begins anew as a member', () => {
    later(0)
    decided = 200
    members = []
    expect([later(0), later(2 * MAX_L1_LAG)]).toEqual([false, false])
    members = [{ address }]
    expect([later(0), later(MAX_L1_LAG - 1), later(1)]).toEqual([false, false, true])
  })
})
