import { Interface } from 'ethers'
import { describe, expect, it } from 'vitest'
import { addressOfPublicKey, publicKeyOf } from '../../../src/core/consensus/crypto.js'
import {
  assertPassed,
  BURNT_SIGNER_ID,
  failures,
  planWish,
  type StakingState,
  type Wish,
  ZERO_ADDRESS,
} from '../../../src/core/staking/index.js'
import { erc20Abi } from '../../../src/l1/abi/erc20.js'
import { lockingPoolAbi } from '../../../src/l1/abi/lockingPool.js'

const METIS = 10n ** 18n
const address = (digit: string) => `0x${digit.repeat(40)}` as const
const contracts = { metis: address('a'), lockingInfo: address('b'), lockingPool: address('c') }
const pubkey = publicKeyOf(new Uint8Array(32).fill(7))
const signer = addressOfPublicKey(pubkey)
const owner = address('1')

const fees = { maxFeePerGas: 10n ** 9n, maxPriorityFeePerGas: 1n }
const state: StakingState = {
  pool: {
    block: { number: 1, hash: `0x${'00'.repeat(32)}`, timestamp: 1_700_000_000n },
    paused: false,
    minLock: 20_000n * METIS,
    maxLock: 100_000n * METIS,
    totalLocked: 60_000n * METIS,
    currentBatch: 5n,
    exitDelay: 1_814_400n,
    signerUpdateThrottle: 1n,
    rewardPerBlock: 761_000_000_000_000n,
  },
  account: { address: owner, whitelisted: true, ownerId: 0n, metis: 50_000n * METIS, eth: METIS, allowance: 0n },
  signerId: 0n,
  bridge: { minL2Gas: 0n, discount: 0n },
  fees: { slow: fees, normal: fees, fast: fees },
}
type Account = StakingState['account']
const having = (account: Partial<Account>, rest: Partial<StakingState> = {}): StakingState => ({
  ...state,
  ...rest,
  account: { ...state.account, ...account },
})
type LockWish = Extract<Wish, { action: 'lock' }>
const wish: LockWish = { action: 'lock', owner, pubkey, amount: 20_000n * METIS }

describe('prechecks of a lock', () => {
  it('all pass for a good wish, at both bounds', () => {
    const rich = having({ metis: 100_000n * METIS })
    for (const amount of [20_000n * METIS, 100_000n * METIS]) {
      expect(failures(planWish(rich, { ...wish, amount, signer }, contracts).prechecks)).toEqual([])
    }
  })

  it.each<[string, StakingState, Partial<LockWish>]>([
    ['PAUSED', having({}, { pool: { ...state.pool, paused: true } }), {}],
    ['LOCK_BELOW_MINIMUM', state, { amount: 20_000n * METIS - 1n }],
    ['LOCK_ABOVE_MAXIMUM', having({ metis: 200_000n * METIS }), { amount: 100_000n * METIS + 1n }],
    ['NOT_WHITELISTED', having({ whitelisted: false }), {}],
    ['OWNER_HAS_SEQUENCER', having({ ownerId: 3n }), {}],
    ['PUBKEY_MISMATCH', state, { signer: address('9') }],
    ['SIGNER_BURNT', having({}, { signerId: BURNT_SIGNER_ID }), {}],
    ['SIGNER_IN_USE', having({}, { signerId: 2n }), {}],
    ['NULL_REWARD_RECIPIENT', state, { rewardRecipient: ZERO_ADDRESS }],
    ['INSUFFICIENT_METIS', having({ metis: 20_000n * METIS - 1n }), {}],
    ['INSUFFICIENT_ETH', having({ eth: 0n }), {}],
  ])('%s alone fails, with reason and remedy', (code, changed, changedWish) => {
    const { prechecks } = planWish(changed, { ...wish, ...changedWish }, contracts)
    const failed = failures(prechecks)
    expect(failed.map((check) => check.code)).toEqual([code])
    expect(failed[0]?.reason).toMatch(/\.$/)
    expect(failed[0]?.mend).toMatch(/\.$/)
    expect(() => assertPassed(prechecks)).toThrow(expect.objectContaining({ code, exit: 3 }))
  })

  it('want ETH for the speed that is chosen', () => {
    const fast = { ...fees, maxFeePerGas: 2n * fees.maxFeePerGas }
    const eth = 680_000n * fees.maxFeePerGas // for both steps at normal speed
    const tight = having({ eth }, { fees: { slow: fees, normal: fees, fast } })
    expect(failures(planWish(tight, wish, contracts, 'normal').prechecks)).toEqual([])
    expect(failures(planWish(tight, wish, contracts, 'fast').prechecks)).toMatchObject([{ code: 'INSUFFICIENT_ETH' }])
    expect(planWish(tight, wish, contracts, 'normal').after.eth).toBe(0n)
    expect(planWish(having({ eth: eth + 5n }), wish, contracts).after.eth).toBe(5n)
  })

  it('name every failure in the details of the first', () => {
    const { prechecks } = planWish(having({ whitelisted: false, eth: 0n }), wish, contracts)
    expect(() => assertPassed(prechecks)).toThrow(
      expect.objectContaining({
        code: 'NOT_WHITELISTED',
        details: { failed: [expect.anything(), expect.objectContaining({ code: 'INSUFFICIENT_ETH' })] },
      }),
    )
  })
})

describe('steps of a lock', () => {
  const pool = new Interface(lockingPoolAbi)
  const token = new Interface(erc20Abi)

  it.each([
    ['none', 0n],
    ['a short', 1n],
    ['a larger', 2n ** 256n - 1n],
  ])('approve exactly to LockingInfo over %s allowance, then lock', (_, allowance) => {
    const [approve, lock] = planWish(having({ allowance }), wish, contracts).steps
    expect(approve).toMatchObject({ kind: 'approve', to: contracts.metis })
    expect(approve?.data).toBe(token.encodeFunctionData('approve', [contracts.lockingInfo, wish.amount]))
    expect(lock).toMatchObject({ kind: 'lock', to: contracts.lockingPool })
    expect(lock?.data).toBe(pool.encodeFunctionData('lockFor', [signer, wish.amount, pubkey]))
  })

  it('leave out the approval when it is exact already', () => {
    expect(planWish(having({ allowance: wish.amount }), wish, contracts).steps.map(({ kind }) => kind)).toEqual([
      'lock',
    ])
  })

  it('carry the reward recipient', () => {
    const rewardRecipient = address('5')
    const lock = planWish(state, { ...wish, rewardRecipient }, contracts).steps.at(-1)
    expect(lock?.data).toBe(
      pool.encodeFunctionData('lockWithRewardRecipient', [signer, rewardRecipient, wish.amount, pubkey]),
    )
  })

  it('say that without a recipient the sequencer cannot leave', () => {
    expect(planWish(state, wish, contracts).notes).toEqual([expect.stringMatching(/reward recipient.*cannot leave/)])
    expect(planWish(state, { ...wish, rewardRecipient: address('5') }, contracts).notes).toEqual([])
  })

  it('say what would be after them', () => {
    expect(planWish(state, wish, contracts)).toMatchObject({
      before: { metis: 50_000n * METIS, stake: 0n, share: '0.00' },
      after: { metis: 30_000n * METIS, stake: 20_000n * METIS, totalLocked: 80_000n * METIS, share: '25.00' },
    })
  })
})
