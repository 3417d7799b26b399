import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forgeBinary, NO_FORGE } from '../support/forge/binary.js'
import { Forge, type Outcome } from '../support/forge/forge.js'
import { failuresOf, PLANTED, sourcesWith } from '../support/forge/planted.js'

/** `npm run soak -- contracts` does the same for longer, and plants all of the errors. */
const FEW = { seed: 6, runs: 8, depth: 60, fuzz: 8 }
const MINUTES = 60_000

const found = forgeBinary() !== undefined
if (!found) console.warn(NO_FORGE)

describe.runIf(found)('after any sequence of calls', () => {
  let forge: Forge
  let outcomes: Outcome[]
  beforeAll(async () => {
    forge = await Forge.begin()
    outcomes = await forge.run(FEW)
  }, 5 * MINUTES)
  afterAll(() => forge?.end())

  function holds(...tests: string[]): void {
    for (const test of tests) {
      const expected = { test, passed: true, reason: '', calls: expect.any(Number) }
      expect(outcomes.find((each) => each.test === test)).toEqual(expected)
    }
  }

  it('the escrow holds what it owes to the wei, and records, indexes and refusals are as in the model', () =>
    holds('LockingInvariants.invariant_locking()', 'LockingReach.test_reachesEveryFunctionAndRefusal()'))

  it('epochs have no gap, no overlap and no block too many, and only the group commits them', () =>
    holds(
      'InitialisedSequencerSet.invariant_epochs()',
      'GenesisSequencerSet.invariant_epochs()',
      'SequencerSetReach.test_reachesEveryFunctionAndRefusal()',
    ))

  it('state roots follow on and come from the proposer, and inbox senders are as in the model', () =>
    holds('RollupInvariants.invariant_rollup()', 'RollupReach.test_reachesEveryFunctionAndRefusal()'))

  it('nobody changes what belongs to another, with any function of any contract', () =>
    holds('Access.testFuzz_nobodyChangesWhatIsAnothers(uint256)', 'Access.test_noFunctionIsLeftOut()'))

  it('the bridge queues a deposit or refuses it, and takes nothing for one that is refused', () =>
    holds('Deposits.testFuzz_aDepositIsQueuedOrRefused(uint256,uint256,uint32,uint256)'))

  it('what stands behind a proxy belongs to nobody', () => holds('Access.testFuzz_implementationsStayUnowned(uint256)'))

  it('locks are within their bounds, and rewards are exact or refused', () =>
    holds(
      'Amounts.testFuzz_aLockIsWithinItsBounds(uint256,uint256,uint256)',
      'Amounts.testFuzz_theBoundsThemselvesAreWithin(uint256,uint256)',
      'Amounts.testFuzz_aRewardIsExactOrRefused(uint256,uint256)',
      'Amounts.testFuzz_rewardsAddUp(uint256,uint256)',
    ))

  it('what is kept of the live network is as docs/contracts-analysis.md says', () => {
    const kept = outcomes.filter(({ test }) => test.startsWith('LiveBehaviour.'))
    expect(kept.length).toBeGreaterThan(0)
    holds(...kept.map(({ test }) => test))
  })

  it('no other test of contracts/test fails', () => {
    expect(outcomes.filter(({ passed }) => !passed)).toEqual([])
  })

  it.each(PLANTED.slice(0, 2))(
    'a contract is seen to have $name',
    async (planted) => {
      expect(await failuresOf(planted, forge, FEW.seed)).not.toEqual([])
    },
    5 * MINUTES,
  )
})

it('the errors that the soak plants have their places in the sources', () => {
  for (const planted of PLANTED) expect(() => sourcesWith(planted)).not.toThrow()
})
