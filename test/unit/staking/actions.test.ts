import { Interface } from 'ethers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressOfPublicKey, publicKeyOf } from '../../../src/core/consensus/crypto.js'
import {
  failures,
  outcomeProblems,
  planWish,
  type StakingState,
  type Wish,
  ZERO_ADDRESS,
} from '../../../src/core/staking/index.js'
import { dateOf, spanOf } from '../../../src/core/staking/time.js'
import { decideTopup } from '../../../src/core/staking/topup.js'
import { lockingPoolAbi } from '../../../src/l1/abi/lockingPool.js'

const METIS = 10n ** 18n
const address = (digit: string) => `0x${digit.repeat(40)}` as const
const contracts = { metis: address('a'), lockingInfo: address('b'), lockingPool: address('c') }
const [owner, recipient, newOwner] = [address('1'), address('2'), address('3')]
const pubkey = publicKeyOf(new Uint8Array(32).fill(7))
const oldPubkey = publicKeyOf(new Uint8Array(32).fill(8))
const signer = addressOfPublicKey(oldPubkey)
const fees = { maxFeePerGas: 10n ** 9n, maxPriorityFeePerGas: 1n }
const NOW = 1_700_000_000n

const sequencer: NonNullable<StakingState['sequencer']> = {
  id: 1n,
  amount: 30_000n * METIS,
  reward: 5n * METIS,
  activationBatch: 1n,
  updatedBatch: 3n,
  deactivationBatch: 0n,
  deactivationTime: 0n,
  unlockClaimTime: 0n,
  nonce: 1n,
  owner,
  signer,
  pubkey: oldPubkey,
  rewardRecipient: recipient,
  status: 'active',
}
const state = {
  pool: {
    block: { number: 1, hash: `0x${'00'.repeat(32)}`, timestamp: NOW },
    paused: false,
    minLock: 20_000n * METIS,
    maxLock: 100_000n * METIS,
    totalLocked: 60_000n * METIS,
    currentBatch: 5n,
    exitDelay: 1_814_400n,
    signerUpdateThrottle: 1n,
    rewardPerBlock: 1n,
  },
  account: { address: owner, whitelisted: true, ownerId: 1n, metis: 50_000n * METIS, eth: METIS, allowance: 0n },
  sequencer,
  signerId: 0n,
  newOwner: { whitelisted: true, ownerId: 0n },
  bridge: { minL2Gas: 200_000n, discount: 1000n },
  fees: { slow: fees, normal: fees, fast: fees },
} satisfies StakingState

const pool = new Interface(lockingPoolAbi)
const base = { owner, id: 1n } as const
const wishes = {
  topup: { action: 'topup', ...base, amount: METIS, withReward: true },
  withdraw: { action: 'withdraw', ...base, amount: METIS },
  unlock: { action: 'unlock', ...base },
  claim: { action: 'claim', ...base },
  claimRewards: { action: 'claimRewards', ...base },
  setRewardRecipient: { action: 'setRewardRecipient', ...base, recipient: newOwner },
  updateSigner: { action: 'updateSigner', signer, id: 1n, pubkey },
  transferOwner: { action: 'transferOwner', ...base, newOwner },
} satisfies Partial<Record<Wish['action'], Wish>>

const leaving: StakingState = {
  ...state,
  sequencer: { ...sequencer, status: 'inactive', unlockClaimTime: NOW, reward: 0n },
}
const good = (action: keyof typeof wishes): StakingState => (action === 'claim' ? leaving : state)

describe('a good wish', () => {
  it.each<[keyof typeof wishes, string, unknown[], bigint]>([
    ['topup', 'relock', [1n, METIS, true], 0n],
    ['withdraw', 'withdraw', [1n, METIS], 0n],
    ['unlock', 'unlock', [1n, 0n], 200_000_000n],
    ['claim', 'unlockClaim', [1n, 0n], 0n],
    ['claimRewards', 'withdrawRewards', [1n, 0n], 200_000_000n],
    ['setRewardRecipient', 'setSequencerRewardRecipient', [1n, newOwner], 0n],
    ['updateSigner', 'updateSigner', [1n, pubkey], 0n],
    ['transferOwner', 'setSequencerOwner', [1n, newOwner], 0n],
  ])('%s passes and calls %s with the bridge fee that is due', (action, method, values, value) => {
    const plan = planWish(good(action), wishes[action], contracts)
    expect(failures(plan.prechecks)).toEqual([])
    expect(plan.steps.at(-1)).toMatchObject({ to: contracts.lockingPool, value })
    expect(plan.steps.at(-1)?.data).toBe(pool.encodeFunctionData(method, values))
    expect(plan.bridgeFee).toBe(value)
  })
})

describe('the fee of the bridge', () => {
  const given = (bridge: StakingState['bridge'], bridgeFee?: bigint, reward = METIS) => {
    const wish: Wish = { ...wishes.unlock, ...(bridgeFee === undefined ? {} : { bridgeFee }) }
    return planWish({ ...state, bridge, sequencer: { ...sequencer, reward } }, wish, contracts)
  }

  it('is what the person names, who hears what is too much', () => {
    expect(given(null, 5n)).toMatchObject({ bridgeFee: 5n, notes: [{}, /1 METIS of rewards go over the bridge/] })
    const more = given(state.bridge, 200_000_001n)
    expect(failures(more.prechecks)).toEqual([])
    expect(more.bridgeFee).toBe(200_000_001n)
    expect(more.notes.at(-1)).toMatch(/wants 0.0000000002 ETH only/)
  })

  it('is nothing, and nobody asks for it, where nothing is bridged', () => {
    for (const bridge of [null, state.bridge]) {
      expect(given(bridge, 5n, 0n).bridgeFee).toBe(0n)
      expect(failures(given(bridge, undefined, 0n).prechecks)).toEqual([])
    }
  })
})

describe('what fails alone', () => {
  const of = (changed: Partial<StakingState>, from: StakingState = state): StakingState => ({ ...from, ...changed })
  const record = (changed: Partial<typeof sequencer>) => of({ sequencer: { ...sequencer, ...changed } })
  const account = (changed: Partial<StakingState['account']>) => of({ account: { ...state.account, ...changed } })
  it.each<[string, keyof typeof wishes, StakingState, object?]>([
    ['PAUSED', 'topup', of({ pool: { ...state.pool, paused: true } })],
    ['PAUSED', 'claimRewards', of({ pool: { ...state.pool, paused: true } })],
    ['NOT_WHITELISTED', 'unlock', account({ whitelisted: false })],
    ['NOT_WHITELISTED', 'setRewardRecipient', account({ whitelisted: false })],
    ['NOT_OWNER', 'withdraw', record({ owner: newOwner })],
    ['SEQUENCER_NOT_ACTIVE', 'topup', record({ status: 'inactive' })],
    ['TOPUP_NOTHING', 'topup', state, { amount: 0n, withReward: false }],
    ['TOPUP_ABOVE_MAXIMUM', 'topup', account({ metis: 100_000n * METIS }), { amount: 69_995n * METIS + 1n }],
    ['INSUFFICIENT_METIS', 'topup', account({ metis: 0n })],
    ['INSUFFICIENT_ETH', 'updateSigner', account({ eth: 0n })],
    ['WITHDRAW_THROTTLE', 'withdraw', record({ updatedBatch: 5n })],
    ['WITHDRAW_NOTHING', 'withdraw', state, { amount: 0n }],
    ['WITHDRAW_BELOW_MINIMUM', 'withdraw', state, { amount: 10_000n * METIS + 1n }],
    ['NO_REWARD_RECIPIENT', 'unlock', record({ rewardRecipient: ZERO_ADDRESS })],
    ['NO_REWARD_RECIPIENT', 'claimRewards', record({ rewardRecipient: ZERO_ADDRESS })],
    ['REWARD_NOTHING', 'claimRewards', record({ reward: 0n })],
    ['BRIDGE_FEE_UNKNOWN', 'claimRewards', of({ bridge: null })],
    ['BRIDGE_FEE_UNKNOWN', 'unlock', of({ bridge: null })],
    ['BRIDGE_FEE_TOO_LOW', 'unlock', state, { bridgeFee: 199_999_999n }],
    ['NOT_LEAVING', 'claim', state],
    ['EXIT_DELAY', 'claim', of({ sequencer: { ...sequencer, status: 'inactive', unlockClaimTime: NOW + 1n } })],
    ['NOT_SIGNER', 'updateSigner', record({ signer: newOwner })],
    ['SIGNER_THROTTLE', 'updateSigner', record({ updatedBatch: 5n })],
    ['SIGNER_IN_USE', 'updateSigner', of({ signerId: 2n })],
    ['SIGNER_BURNT', 'updateSigner', of({ signerId: 2n ** 256n - 1n })],
    ['NULL_REWARD_RECIPIENT', 'setRewardRecipient', state, { recipient: ZERO_ADDRESS }],
    ['NEW_OWNER_NOT_WHITELISTED', 'transferOwner', of({ newOwner: { whitelisted: false, ownerId: 0n } })],
    ['OWNER_HAS_SEQUENCER', 'transferOwner', of({ newOwner: { whitelisted: true, ownerId: 4n } })],
    ['NULL_OWNER', 'transferOwner', state, { newOwner: ZERO_ADDRESS }],
  ])('%s of %s, with reason and remedy', (code, action, changed, wish = {}) => {
    const failed = failures(planWish(changed, { ...wishes[action], ...wish } as Wish, contracts).prechecks)
    expect(failed.map((check) => check.code)).toEqual([code])
    expect(failed[0]?.reason).toMatch(/\.$/)
    expect(failed[0]?.mend).toMatch(/\.$/)
  })

  it.each(Object.values(wishes))('SEQUENCER_NOT_FOUND of $action where there is no record', (wish) => {
    const { sequencer: _, ...without } = state
    const codes = failures(planWish(without, wish, contracts).prechecks).map(({ code }) => code)
    expect(codes).toContain('SEQUENCER_NOT_FOUND')
  })
})

describe('a top-up', () => {
  it('reaches the target exactly, and then nothing is due', () => {
    const metis = fc.bigInt({ min: 0n, max: 70_000n * METIS })
    fc.assert(
      fc.property(metis, metis, fc.boolean(), (over, reward, fromRewards) => {
        const before = { ...state, sequencer: { ...sequencer, reward } }
        const target = sequencer.amount + over
        const decision = decideTopup(before, 1n, { target, fromRewards })
        expect(decision.due).toBe(over > 0n)
        if (!decision.due) return
        const { after } = planWish(before, decision.wish, contracts)
        expect(after.stake >= target).toBe(true)
        if (!fromRewards) expect(after.stake).toBe(target)
        const then = { ...before, sequencer: { ...before.sequencer, amount: after.stake, reward: after.reward } }
        expect(decideTopup(then, 1n, { target, fromRewards }).due).toBe(false)
      }),
    )
  })

  it.each([
    ['a stake that is high enough', { amount: METIS, whenBelow: 30_000n * METIS }, 'not below'],
    ['a target that is reached', { target: 30_000n * METIS }, 'has reached'],
    ['too little to be worth it', { fromRewards: true, atLeast: 6n * METIS }, 'worth a transaction'],
  ])('is not due for %s', (_, want, reason) => {
    expect(decideTopup(state, 1n, want)).toEqual({ due: false, reason: expect.stringContaining(reason) })
  })
})

it.each<[string, StakingState]>([
  ['of another owner', { ...state, sequencer: { ...sequencer, owner: newOwner } }],
  ['that is leaving', { ...state, sequencer: { ...sequencer, status: 'inactive' } }],
  ['that is not there', { ...state, sequencer: undefined as never }],
])('a top-up of a sequencer %s is left to the prechecks: it is never "nothing due"', (_, changed) => {
  const decision = decideTopup(changed, 7n, { target: METIS })
  if (!decision.due) throw new Error(decision.reason)
  expect(decision.wish.id).toBe(7n)
  expect(failures(planWish(changed, decision.wish, contracts).prechecks)).not.toEqual([])
})

describe('times', () => {
  it.each([
    [0n, '0 s'],
    [61n, '1 min 1 s'],
    [1_814_400n, '21 days'],
    [1_810_800n, '20 days 23 h'],
  ])('%s seconds are %s', (seconds, text) => {
    expect(spanOf(seconds)).toBe(text)
  })

  it('dates are UTC, and beyond the calendar they are seconds', () => {
    expect(dateOf(NOW)).toBe('2023-11-14 22:13 UTC')
    expect(dateOf(2n ** 200n)).toContain('after 1970')
  })
})

describe('what the chain shows afterwards', () => {
  const plan = planWish(state, wishes.topup, contracts)
  const seen = (amount: bigint, allowance = 0n) => ({
    ...state,
    account: { ...state.account, allowance },
    sequencer: { ...sequencer, amount },
  })
  it('is as planned, or larger by rewards that came in between', () => {
    expect(outcomeProblems(plan, seen(30_006n * METIS))).toEqual([])
    expect(outcomeProblems(plan, seen(30_006n * METIS + 761n))).toEqual([])
  })
  it('is told where it is less, larger without a reason, or where an allowance is left', () => {
    expect(outcomeProblems(plan, seen(30_005n * METIS))).toEqual(['The stake is 30005 METIS; planned was 30006 METIS.'])
    expect(outcomeProblems(plan, seen(30_006n * METIS, 1n))).toHaveLength(1)
    const alone = planWish(state, { ...wishes.topup, withReward: false }, contracts)
    expect(outcomeProblems(alone, seen(30_006n * METIS))).toHaveLength(1)
  })
})

it('a top-up that is too much by its rewards is mended by claiming them', () => {
  const full = { ...state, sequencer: { ...sequencer, amount: 99_999n * METIS } }
  const mends = (amount: bigint) =>
    failures(planWish(full, { ...wishes.topup, amount }, contracts).prechecks).map(({ mend }) => mend)
  expect(mends(0n)).toEqual([expect.stringMatching(/^Send the rewards to L2 .*rewards claim/)])
  const little = { ...full, sequencer: { ...sequencer, amount: 99_994n * METIS } }
  expect(failures(planWish(little, { ...wishes.topup, amount: 2n * METIS }, contracts).prechecks)).toMatchObject([
    { mend: 'Add at most 1 METIS of your own.' },
  ])
})
