import { describe, expect, it } from 'vitest'
import { intrinsicGas } from '../../../src/core/mempool/intrinsicGas.js'
import { TransactionPool } from '../../../src/core/mempool/pool.js'
import type { Transaction } from '../../../src/core/ports/execution.js'
import { address, rich, transfer } from './support.js'

const newPool = () => new TransactionPool({ chainId: 4242, blockGasLimit: 30_000_000n, perSender: 4, nonceWindow: 8 })

describe('what the pool refuses, in the words wallets know', () => {
  const rows: [
    text: string,
    code: string,
    fields: Partial<Transaction>,
    account?: { nonce: number; balance: bigint },
  ][] = [
    ['invalid chain id for signer', 'TX_CHAIN_ID', { chainId: 1088 }],
    ['only replay-protected', 'TX_UNPROTECTED', { chainId: null, type: 0 }],
    ['oversized data', 'TX_TOO_LARGE', { raw: new Uint8Array(128 * 1024 + 1) }],
    ['max initcode size exceeded', 'TX_INITCODE_TOO_LARGE', { to: null, data: `0x${'00'.repeat(49_153)}` }],
    ['exceeds block gas limit', 'TX_GAS_LIMIT', { gasLimit: 30_000_001n }],
    ['intrinsic gas too low', 'TX_INTRINSIC_GAS', { gasLimit: 20_999n }],
    ['insufficient gas for floor data gas cost', 'TX_FLOOR_GAS', { data: '0x01', gasLimit: 21_039n }],
    ['max priority fee per gas higher', 'TX_TIP_ABOVE_CAP', { maxFeePerGas: 10n, maxPriorityFeePerGas: 11n }],
    ['transaction underpriced', 'TX_UNDERPRICED', { maxFeePerGas: 6n }],
    ['nonce too low', 'TX_NONCE_TOO_LOW', { nonce: 4 }, { nonce: 5, balance: rich.balance }],
    ['nonce too high', 'TX_NONCE_TOO_HIGH', { nonce: 8 }],
    ['insufficient funds for gas * price + value', 'TX_INSUFFICIENT_FUNDS', { value: rich.balance }],
  ]
  it.each(rows)('%s (%s)', (text, code, fields, account = rich) => {
    const pool = newPool()
    expect(() => pool.add(transfer(fields), account, 7n)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(text), next: expect.any(String) }),
    )
    expect(pool.size).toBe(0)
    expect(pool.bytes).toBe(0)
  })

  it('already known', () => {
    const pool = newPool()
    const tx = transfer()
    pool.add(tx, rich, 7n)
    expect(() => pool.add(tx, rich, 7n)).toThrow(/^already known/)
  })

  it('more than one sender may have', () => {
    const pool = newPool()
    for (let nonce = 0; nonce < 4; nonce++) pool.add(transfer({ nonce }), rich, 7n)
    expect(() => pool.add(transfer({ nonce: 4 }), rich, 7n)).toThrow(/^account limit exceeded/)
    expect(pool.add(transfer({ nonce: 4, from: address(2) }), rich, 7n).executable).toBe(false)
  })

  it('what the waiting transactions leave no balance for', () => {
    const pool = newPool()
    const balance = 3n * 21_000_000n
    pool.add(transfer(), { nonce: 0, balance }, 7n)
    pool.add(transfer({ nonce: 1 }), { nonce: 0, balance }, 7n)
    expect(() => pool.add(transfer({ nonce: 2, value: 1n }), { nonce: 0, balance }, 7n)).toThrow(/insufficient funds/)
    pool.add(transfer({ nonce: 2 }), { nonce: 0, balance }, 7n)
  })

  it.each([
    [1_100n, 110n, true],
    [1_099n, 110n, false],
    [1_100n, 109n, false],
    [1_000n, 100n, false],
  ])('a replacement at %d/%d wei: taken %s', (maxFeePerGas, maxPriorityFeePerGas, taken) => {
    const pool = newPool()
    const old = transfer()
    const next = transfer({ maxFeePerGas, maxPriorityFeePerGas })
    pool.add(old, rich, 7n)
    if (taken) expect(pool.add(next, rich, 7n).replaced).toBe(old)
    else expect(() => pool.add(next, rich, 7n)).toThrow(/^replacement transaction underpriced/)
    expect(pool.has(old.hash)).toBe(!taken)
    expect(pool.size).toBe(1)
  })
})

describe('gas that is needed in any case', () => {
  it.each([
    ['a transfer', {}, 21_000n, 21_000n],
    ['call data (EIP-2028, 7623)', { data: '0x0001' }, 21_020n, 21_050n],
    ['a creation (EIP-3860)', { to: null, data: '0x01' }, 53_018n, 21_040n],
    [
      'an access list (EIP-2930)',
      { accessList: [{ address: address(1), storageKeys: [`0x${'00'.repeat(32)}`] }] },
      25_300n,
      21_000n,
    ],
  ] as [string, Partial<Transaction>, bigint, bigint][])('%s', (_, fields, intrinsic, floor) => {
    expect(intrinsicGas(transfer(fields))).toEqual({ intrinsic, floor })
  })
})
