import { Transaction } from 'ethers'
import { describe, expect, it } from 'vitest'
import { MetisSeqError } from '../../../src/core/errors/index.js'
import { exportPlan, signedFile } from '../../../src/core/staking/offline/documents.js'
import { documentOf, readSignedFile, readUnsigned } from '../../../src/core/staking/offline/read.js'
import { safeChecksum } from '../../../src/core/staking/offline/safe.js'
import type { Plan } from '../../../src/core/staking/types.js'

const fail = (reason: string) => new MetisSeqError('DOCUMENT_INVALID', reason)
const from = `0x${'1a'.repeat(20)}` as const
const to = `0x${'2b'.repeat(20)}` as const
const step = { title: 'lock 20000 METIS', to, value: 7n, data: '0xabcd', gasLimit: 100_000n }
// What an export does not look at is left out.
const plan = {
  from,
  title: 'lock',
  wish: { action: 'lock' },
  steps: [step, { ...step, title: 'again' }],
} as unknown as Plan
const context = {
  network: 'sepolia',
  chainId: 11_155_111n,
  nonce: 4,
  fees: { maxFeePerGas: 9n, maxPriorityFeePerGas: 1n },
  now: 1_700_000_000_000,
}
/** As a file has it: numbers of chains as text. */
const written = (value: unknown) =>
  JSON.parse(JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}` : each)))

describe('what is exported', () => {
  it('as unsigned transactions is read back, nonce after nonce', () => {
    const file = readUnsigned(documentOf(JSON.stringify(written(exportPlan(plan, 'unsigned', context)))), fail)
    expect(file).toMatchObject({ network: 'sepolia', chainId: 11_155_111n, from })
    expect(file.transactions.map(({ title, transaction }) => [title, transaction.nonce])).toEqual([
      ['lock 20000 METIS', 4],
      ['again', 5],
    ])
    expect(file.transactions[0]?.transaction).toMatchObject({ to, value: 7n, data: '0xabcd', gasLimit: 100_000n })
  })

  it('as calldata holds what a wallet needs and no more', () => {
    const { transactions } = exportPlan(plan, 'calldata', context)
    expect(transactions[0]).toEqual({ title: 'lock 20000 METIS', to, value: 7n, data: '0xabcd' })
  })

  it('for a Safe has the checksum that the builder compares', () => {
    const batch = exportPlan(plan, 'safe', context)
    if (!('meta' in batch)) throw new Error('no Safe batch')
    const { checksum, ...meta } = batch.meta
    expect(checksum).toBe(safeChecksum({ ...batch, meta }))
    expect(batch).toMatchObject({ chainId: '11155111', createdAt: context.now, transactions: [{ value: '7' }, {}] })
  })

  it('signed is read back', () => {
    const raw = '0x02c0' as const
    const file = signedFile({ network: '', chainId: 5n, from, transactions: [{ title: 'lock', raw }] })
    expect(readSignedFile(written(file), fail)).toEqual({ network: '', from, transactions: [{ title: 'lock', raw }] })
    expect(readSignedFile(documentOf(` ${raw}\n`), fail).transactions).toEqual([{ raw }])
  })

  it('bare is one transaction without a sender', () => {
    const bare = Transaction.from({ type: 2, chainId: 1, to, nonce: 3, gasLimit: 21_000 }).unsignedSerialized
    expect(readUnsigned(documentOf(bare), fail)).toMatchObject({ network: '', chainId: 1n, from: undefined })
  })
})

describe('a file of transactions is refused with', () => {
  const good = written(exportPlan(plan, 'unsigned', context))
  const [first, second] = good.transactions
  it.each<[string, unknown, RegExp]>([
    ['no JSON', documentOf('{'), /"kind" is not "unsigned"/],
    ['another kind', { ...good, kind: 'signed' }, /"kind" is not "unsigned"/],
    ['another version', { ...good, version: 2 }, /"version" is not 1/],
    ['a network that is no name', { ...good, network: '../x' }, /"network" is not a name/],
    ['a chain that is no number', { ...good, chainId: '0x1' }, /"chainId" is not a whole number/],
    ['no transaction', { ...good, transactions: [] }, /1 to 100 transactions/],
    ['too many', { ...good, transactions: Array(101).fill(first) }, /1 to 100 transactions/],
    ['no list', { ...good, transactions: first }, /1 to 100 transactions/],
    ['an item that is none', { ...good, transactions: [null] }, /not hex/],
    ['a sender that is none', { ...good, from: '0x12' }, /from/],
    ['another chain inside', { ...good, chainId: '1' }, /transaction 1 is for the chain 11155111/],
    [
      'another nonce inside',
      { ...good, transactions: [first, { ...second, nonce: 4 }] },
      /transaction 2 has the nonce 5/,
    ],
    ['a title that paints', { ...good, transactions: [{ ...first, title: '\u001b[2J' }] }, /title/],
    ['a title that turns', { ...good, transactions: [{ ...first, title: 'a\u202eb' }] }, /title/],
    ['a title that is long', { ...good, transactions: [{ ...first, title: 'a'.repeat(301) }] }, /title/],
    ['bytes that are not hex', { ...good, transactions: [{ ...first, unsigned: '0x0' }] }, /not hex/],
    ['another type', documentOf('0x01c0'), /type 2/],
  ])('%s', (_what, value, reason) => {
    expect(() => readUnsigned(value, fail)).toThrow(reason)
  })
})
