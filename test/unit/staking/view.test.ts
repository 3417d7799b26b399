import { Interface } from 'ethers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BURNT_SIGNER_ID, type SequencerRecord, ZERO_ADDRESS } from '../../../src/core/staking/index.js'
import { nextActions } from '../../../src/core/staking/view/nextActions.js'
import { outlookOf, type SequencerView, totalsOf, turnsOf } from '../../../src/core/staking/view/outlook.js'
import { rewardRate } from '../../../src/core/staking/view/rate.js'
import { erc20Abi } from '../../../src/l1/abi/erc20.js'

const METIS = 10n ** 18n
const NOW = 1_700_000_000n
const DAY = 86_400n
const address = (digit: string) => `0x${digit.repeat(40)}` as const
const contracts = { metis: address('a'), lockingInfo: address('b'), lockingPool: address('c') }

const record: SequencerRecord = {
  id: 1n,
  amount: 25_000n * METIS,
  reward: 0n,
  activationBatch: 1n,
  updatedBatch: 4n,
  deactivationBatch: 0n,
  deactivationTime: 0n,
  unlockClaimTime: 0n,
  nonce: 1n,
  owner: address('1'),
  signer: address('2'),
  pubkey: `0x${'00'.repeat(64)}`,
  rewardRecipient: address('3'),
  status: 'active',
}
const other = { ...record, id: 2n, amount: 75_000n * METIS, reward: METIS }

interface Change {
  record?: Partial<SequencerRecord>
  pool?: Partial<SequencerView['pool']>
  owner?: Partial<SequencerView['owner']>
  rest?: Partial<SequencerView>
}
function viewOf({ record: own, pool, owner, rest }: Change = {}): SequencerView {
  const mine = { ...record, ...own }
  return {
    pool: {
      block: { number: 1, hash: `0x${'00'.repeat(32)}`, timestamp: NOW },
      paused: false,
      minLock: 20_000n * METIS,
      maxLock: 100_000n * METIS,
      totalLocked: 100_000n * METIS,
      currentBatch: 5n,
      exitDelay: 21n * DAY,
      signerUpdateThrottle: 1n,
      rewardPerBlock: 761_000_000_000_000n,
      ...pool,
    },
    record: mine,
    totals: totalsOf([mine, other]),
    owner: { whitelisted: true, metis: 0n, eth: METIS, allowanceInfo: 0n, allowancePool: 0n, ...owner },
    signerId: 1n,
    bridge: { minL2Gas: 200_000n, discount: 3n },
    ...rest,
  }
}
const leaving = (until: bigint) => ({ status: 'inactive' as const, unlockClaimTime: until })

describe('an outlook', () => {
  it('gives shares, turns and what is free', () => {
    expect(outlookOf(viewOf())).toMatchObject({
      shareOfSet: '25.00',
      shareOfLocked: '25.00',
      expectedTurns: '25.00',
      free: 5_000n * METIS,
      signerBurnt: false,
      exitDelay: 21n * DAY,
      claimFrom: null,
      claimIn: null,
    })
  })

  it('counts those that leave in what is locked, not in the set', () => {
    const view = viewOf({ record: leaving(NOW + DAY) })
    expect(outlookOf(view)).toMatchObject({ shareOfSet: '0.00', shareOfLocked: '25.00', expectedTurns: '0.00' })
    expect(view.totals).toEqual({
      sequencers: 2,
      active: 1,
      activeStake: 75_000n * METIS,
      stake: 100_000n * METIS,
      reward: METIS,
    })
  })

  it.each<[string, Change, bigint | null, bigint | null]>([
    ['no reward', {}, 0n, 0n],
    ['a reward', { record: { reward: 1n } }, 200_000n, 600_000n],
    ['a bridge that is silent', { record: { reward: 1n }, rest: { bridge: null } }, null, null],
  ])('pays the bridge for %s', (_, change, bridgeGas, bridgeFee) => {
    expect(outlookOf(viewOf(change))).toMatchObject({ bridgeGas, bridgeFee })
  })

  it.each<[string, Change, object]>([
    ['both over', {}, { signerChange: { fromBatch: 5n, possible: true }, withdraw: { fromBatch: 5n, possible: true } }],
    [
      'both in force',
      { record: { updatedBatch: 5n } },
      { signerChange: { fromBatch: 6n, possible: false }, withdraw: { fromBatch: 6n, possible: false } },
    ],
    [
      'a long one of the signer alone',
      { pool: { signerUpdateThrottle: 3n } },
      { signerChange: { fromBatch: 7n, possible: false }, withdraw: { fromBatch: 5n, possible: true } },
    ],
    ['none where it leaves', { record: leaving(NOW) }, { signerChange: null, withdraw: null }],
  ])('has the throttles %s', (_, change, expected) => {
    expect(outlookOf(viewOf(change))).toMatchObject(expected)
  })

  it.each<[bigint, bigint]>([
    [NOW + 90n, 90n],
    [NOW, 0n],
    [NOW - 1n, 0n],
  ])('counts down to %i', (claimFrom, claimIn) => {
    expect(outlookOf(viewOf({ record: leaving(claimFrom) }))).toMatchObject({ claimFrom, claimIn })
  })

  it('knows a burnt signer', () => {
    expect(outlookOf(viewOf({ rest: { signerId: BURNT_SIGNER_ID } })).signerBurnt).toBe(true)
  })

  it('counts the turns that it had', () => {
    const terms = [address('2'), address('4'), address('2')].map((sequencer, i) => ({ sequencer, blocks: i + 1 }))
    expect(turnsOf(terms, record.signer)).toEqual({ of: 3, had: 2, blocks: 4 })
  })
})

describe('the next action', () => {
  const rich = { reward: 100n * METIS }
  it.each<[string, Change, string[]]>([
    ['nothing is due', {}, []],
    ['a little reward is left to grow', { record: { reward: 100n * METIS - 1n } }, []],
    ['rewards are worth relocking', { record: rich }, ['RELOCK_REWARDS']],
    ['there is no room to relock', { record: { ...rich, amount: 99_950n * METIS } }, ['CLAIM_REWARDS']],
    ['room to the last wei', { record: { ...rich, amount: 99_900n * METIS } }, ['RELOCK_REWARDS']],
    ['no recipient', { record: { rewardRecipient: ZERO_ADDRESS } }, ['SET_RECIPIENT']],
    [
      'no recipient and no room',
      { record: { ...rich, amount: 100_000n * METIS, rewardRecipient: ZERO_ADDRESS } },
      ['SET_RECIPIENT'],
    ],
    ['the minimum was raised', { pool: { minLock: 30_000n * METIS } }, ['RAISE_STAKE']],
    ['a paused pool', { record: rich, pool: { paused: true } }, ['WAIT_UNTIL_OPEN']],
    [
      'a paused pool lets the recipient be set',
      { record: { rewardRecipient: ZERO_ADDRESS }, pool: { paused: true } },
      ['WAIT_UNTIL_OPEN', 'SET_RECIPIENT'],
    ],
    ['an owner off the whitelist', { record: rich, owner: { whitelisted: false } }, ['WHITELIST']],
    ['LockingInfo may still take METIS', { owner: { allowanceInfo: 1n } }, ['CLEAR_ALLOWANCE']],
    ['LockingPool may take METIS', { owner: { allowancePool: 1n } }, ['CLEAR_ALLOWANCE']],
    [
      'all at once, the most urgent first',
      {
        record: { ...rich, amount: 1n, rewardRecipient: ZERO_ADDRESS },
        owner: { allowanceInfo: 1n, allowancePool: 1n },
      },
      ['SET_RECIPIENT', 'RAISE_STAKE', 'RELOCK_REWARDS', 'CLEAR_ALLOWANCE', 'CLEAR_ALLOWANCE'],
    ],
    ['the exit delay runs', { record: leaving(NOW + 1n) }, ['WAIT_EXIT_DELAY']],
    ['the exit delay is over', { record: leaving(NOW) }, ['CLAIM']],
    ['it is over, and the pool paused', { record: leaving(NOW), pool: { paused: true } }, ['WAIT_UNTIL_OPEN']],
    ['it is over for one off the whitelist', { record: leaving(NOW), owner: { whitelisted: false } }, ['WHITELIST']],
    ['it has left', { record: { status: 'unlocked' }, owner: { whitelisted: false } }, []],
    ['it left an allowance', { record: { status: 'unlocked' }, owner: { allowanceInfo: 1n } }, ['CLEAR_ALLOWANCE']],
  ])('where %s', (_, change, codes) => {
    const actions = nextActions(viewOf(change), contracts)
    expect(actions.map(({ code }) => code)).toEqual(codes)
    for (const { reason, command } of actions) {
      expect(reason).toMatch(/\.$/)
      if (command !== null) expect(command.slice(-2)).toEqual(['--from', record.owner])
    }
  })

  it('takes an allowance back from the right contract', () => {
    const view = viewOf({ owner: { allowanceInfo: 1n, allowancePool: 1n } })
    const approve = (spender: string) => new Interface(erc20Abi).encodeFunctionData('approve', [spender, 0n])
    expect(nextActions(view, contracts).map(({ call }) => call)).toEqual([
      { to: contracts.metis, data: approve(contracts.lockingPool) },
      { to: contracts.metis, data: approve(contracts.lockingInfo) },
    ])
  })

  it('raises the stake to the minimum as people write it', () => {
    const [action] = nextActions(viewOf({ pool: { minLock: 30_000n * METIS + 1n } }), contracts)
    expect(action?.command?.slice(0, 3)).toEqual(['topup', '--to', '30000.000000000000000001'])
  })
})

describe('the yearly rate', () => {
  const daily = (days: number, amount: bigint) =>
    Array.from({ length: days + 1 }, (_, i) => ({ timestamp: NOW + BigInt(i) * DAY, amount }))

  it.each<[string, ReturnType<typeof daily>, bigint, string]>([
    ['10 METIS a day for 36,500', daily(30, 10n * METIS), 36_500n * METIS, '10.00'],
    ['the same from one day', daily(1, 10n * METIS), 36_500n * METIS, '10.00'],
    ['rounded down', daily(30, 10n * METIS - 1n), 36_500n * METIS, '9.99'],
    ['nothing paid', daily(30, 0n), 36_500n * METIS, '0.00'],
  ])('is that of %s', (_, payments, stake, percent) => {
    expect(rewardRate(payments, stake)).toMatchObject({ percent, reason: null, batches: payments.length - 1 })
  })

  it('leaves out what the first paid, which was earned before the span began', () => {
    const [first, ...rest] = daily(3, METIS)
    const payments = [{ timestamp: first?.timestamp ?? 0n, amount: 1_000_000n * METIS }, ...rest]
    expect(rewardRate(payments, METIS)).toMatchObject({ paid: 3n * METIS, from: NOW, to: NOW + 3n * DAY })
  })

  it.each<[string, ReturnType<typeof daily>, bigint, string]>([
    ['no batch', [], METIS, 'no reward batch'],
    ['one batch', daily(0, METIS), METIS, 'one reward batch'],
    ['no stake', daily(3, METIS), 0n, 'Nothing is staked'],
    ['one moment', daily(1, METIS).map((each) => ({ ...each, timestamp: NOW })), METIS, 'same second'],
  ])('is not known of %s, and says so', (_, payments, stake, reason) => {
    expect(rewardRate(payments, stake)).toMatchObject({ percent: null, reason: expect.stringContaining(reason) })
  })

  it('grows with what was paid and falls with the stake', () => {
    const wei = fc.bigInt(1n, 10n ** 26n)
    const points = (payments: ReturnType<typeof daily>, stake: bigint) =>
      BigInt((rewardRate(payments, stake).percent ?? '').replace('.', ''))
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), wei, wei, (days, amount, stake) => {
        const rate = points(daily(days, amount), stake)
        expect(rate).toBe((amount * 365n * 10_000n) / stake)
        expect(points(daily(days, amount + 1n), stake)).toBeGreaterThanOrEqual(rate)
        expect(points(daily(days, amount), stake + 1n)).toBeLessThanOrEqual(rate)
      }),
    )
  })
})
