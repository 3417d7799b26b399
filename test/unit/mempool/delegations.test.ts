import { Wallet } from 'ethers'
import { describe, expect, it } from 'vitest'
import { authoritiesOf } from '../../../src/core/mempool/authorities.js'
import { TransactionPool } from '../../../src/core/mempool/pool.js'
import type { Authorization } from '../../../src/core/ports/calls.js'
import type { Address, Hash } from '../../../src/core/types/hex.js'
import { recoverNative } from '../../../src/node/consensus/recover.js'
import { address, rich, transfer } from './support.js'

const CHAIN = 4242
const wallets = [1, 2, 3].map((i) => new Wallet(`0x${i.toString(16).padStart(64, '0')}`))
const [alice, bob, carol] = wallets.map((wallet) => wallet.address.toLowerCase() as Address) as [
  Address,
  Address,
  Address,
]

/** What wallet `i` signs so that its account runs the code at `to`. */
function authorize(i: number, chainId = CHAIN, to = address(77), nonce = 0): Authorization {
  const signed = (wallets[i] as Wallet).authorizeSync({ address: to, chainId, nonce })
  const { r, s, yParity } = signed.signature
  return { chainId: BigInt(chainId), address: to, nonce: BigInt(nonce), yParity, r: r as Hash, s: s as Hash }
}

const newPool = () =>
  new TransactionPool({
    chainId: CHAIN,
    blockGasLimit: 30_000_000n,
    authoritiesOf: (tx) => authoritiesOf(tx, CHAIN, recoverNative),
  })

const setCode = (from: Address, authorizationList: Authorization[], nonce = 0) =>
  transfer({ type: 4, from, nonce, gasLimit: 500_000n, authorizationList })

describe('accounts that authorize', () => {
  it('are those whose signature is for this chain or for all, each once', () => {
    const authorizationList = [authorize(0), authorize(1, 0), authorize(2, 1), authorize(0)]
    expect(authoritiesOf({ authorizationList }, CHAIN, recoverNative)).toEqual([alice, bob])
    expect(authoritiesOf({}, CHAIN, recoverNative)).toEqual([])
  })

  it('are none where the signature is not one', () => {
    const good = authorize(0)
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
    const high: Hash = `0x${(order - BigInt(good.s)).toString(16).padStart(64, '0')}`
    const bad: Partial<Authorization>[] = [{ yParity: 2 }, { r: `0x${'00'.repeat(32)}` }, { s: high }]
    for (const change of bad)
      expect(authoritiesOf({ authorizationList: [{ ...good, ...change }] }, CHAIN, recoverNative)).toEqual([])
    const [other] = authoritiesOf({ authorizationList: [{ ...good, nonce: 9n }] }, CHAIN, recoverNative)
    expect(other).not.toBe(alice)
  })
})

describe('an account that runs the code of another', () => {
  const delegated = { ...rich, delegated: true }

  it('may have one transaction that waits, the next one, and replace it', () => {
    const pool = newPool()
    expect(() => pool.add(transfer({ from: alice, nonce: 1 }), delegated, 7n)).toThrow(
      expect.objectContaining({ code: 'TX_DELEGATED_GAP', message: expect.stringMatching(/^gapped-nonce tx/) }),
    )
    pool.add(transfer({ from: alice }), delegated, 7n)
    expect(() => pool.add(transfer({ from: alice, nonce: 1 }), delegated, 7n)).toThrow(
      expect.objectContaining({ code: 'TX_DELEGATED_LIMIT', message: expect.stringMatching(/^in-flight transaction/) }),
    )
    const better = transfer({ from: alice, maxFeePerGas: 2_000n, maxPriorityFeePerGas: 200n })
    expect(pool.add(better, delegated, 7n).replaced).toBeDefined()
    pool.dropStale([[alice, 1]])
    expect(pool.add(transfer({ from: alice, nonce: 1 }), { ...delegated, nonce: 1 }, 7n).executable).toBe(true)
  })

  it('is bound alike while its authorization waits, until that has left', () => {
    const pool = newPool()
    const tx = setCode(carol, [authorize(0)])
    pool.add(tx, rich, 7n)
    pool.add(transfer({ from: alice }), rich, 7n)
    expect(() => pool.add(transfer({ from: alice, nonce: 1 }), rich, 7n)).toThrow(/^in-flight transaction limit/)
    pool.remove([tx.hash])
    pool.add(transfer({ from: alice, nonce: 1 }), rich, 7n)
    expect(pool.content().get(alice)).toHaveLength(2)
  })

  it('is bound until the last of its authorizations has left, by whatever way', () => {
    const pool = newPool()
    pool.add(setCode(carol, [authorize(0)]), rich, 7n)
    pool.add(setCode(carol, [authorize(0, 0)], 1), rich, 7n)
    pool.restore([setCode(bob, [authorize(0)])])
    pool.add(transfer({ from: alice }), rich, 7n)
    const second = () => pool.add(transfer({ from: alice, nonce: 1 }), rich, 7n)
    pool.dropStale([[carol, 1]])
    expect(second).toThrow(/^in-flight/)
    pool.dropStale([[bob, 1]])
    expect(second).toThrow(/^in-flight/)
    const better = { ...setCode(carol, [], 1), maxFeePerGas: 2_000n, maxPriorityFeePerGas: 200n }
    pool.add(better, { ...rich, nonce: 1 }, 7n)
    expect(second().executable).toBe(true)
  })
})

describe('an authorization', () => {
  it('is not taken of an account of which more than one transaction waits', () => {
    const pool = newPool()
    pool.add(transfer({ from: alice }), rich, 7n)
    pool.add(transfer({ from: alice, nonce: 1 }), rich, 7n)
    expect(() => pool.add(setCode(carol, [authorize(0)]), rich, 7n)).toThrow(
      expect.objectContaining({ code: 'TX_AUTHORITY_RESERVED', message: expect.stringMatching(/^authority already/) }),
    )
    expect(pool.size).toBe(2)
    pool.dropStale([[alice, 1]])
    pool.add(setCode(carol, [authorize(0)]), rich, 7n)
  })

  it('costs gas, and no transaction has more than 64', () => {
    const pool = newPool()
    const cheap = { ...setCode(carol, [authorize(0)]), gasLimit: 45_999n }
    expect(() => pool.add(cheap, rich, 7n)).toThrow(/^intrinsic gas too low: have 45999, want 46000/)
    const many = Array.from({ length: 65 }, (_, i) => authorize(i % 3))
    const tx = { ...setCode(carol, many), gasLimit: 5_000_000n }
    expect(() => pool.add(tx, rich, 7n)).toThrow(expect.objectContaining({ code: 'TX_AUTHORIZATIONS' }))
    pool.add({ ...tx, authorizationList: many.slice(1) }, rich, 7n)
  })
})
