import { describe, expect, it } from 'vitest'
import { assembleBlock, parseBlock } from '../../../src/core/chain/block.js'
import { EMPTY_REQUESTS, headerFields } from '../../../src/core/chain/header.js'
import { hasOwnBody, orderedRoot, withdrawalsRoot } from '../../../src/core/chain/orderedRoot.js'
import { decodeReceipts } from '../../../src/core/chain/receipt.js'
import { parseTransaction } from '../../../src/core/chain/transaction.js'
import { concatBytes, hexToBytes, type RlpInput, rlpEncode } from '../../../src/core/codec/index.js'
import type { Hex } from '../../../src/core/types/hex.js'

const NOTHING = new Uint8Array()
const hash: Hex = `0x${'44'.repeat(32)}`
const header = {
  parentHash: hash,
  feeRecipient: `0x${'5e'.repeat(20)}`,
  stateRoot: hash,
  transactionsRoot: hash,
  receiptsRoot: hash,
  logsBloom: `0x${'00'.repeat(256)}`,
  number: 7,
  gasLimit: 30_000_000n,
  gasUsed: 21_000n,
  timestamp: 1_700_000_000,
  extraData: '0x01',
  prevRandao: hash,
  baseFee: 7n,
  withdrawalsRoot: hash,
  requestsHash: EMPTY_REQUESTS,
} as const
const legacy = rlpEncode([1n, 2n, 21_000n, new Uint8Array(20), 3n, new Uint8Array(), 27n, 4n, 5n])
const typed = concatBytes(Uint8Array.of(2), rlpEncode([]))
const withdrawal = { index: 3, address: `0x${'0a'.repeat(20)}`, amountGwei: 5n } as const
const fieldsWith = (at: number, value: RlpInput) => headerFields(header).map((field, i) => (i === at ? value : field))

it('a block is read back as it was assembled', () => {
  const block = assembleBlock(header, [legacy, typed], [withdrawal])
  expect(parseBlock(block.encoded)).toEqual({ header, block })
})

it('a block has its own body where both lists are those of its header, whose hash says nothing of them', () => {
  const roots = { transactionsRoot: orderedRoot([legacy]), withdrawalsRoot: withdrawalsRoot([withdrawal]) }
  const whole = assembleBlock({ ...header, ...roots }, [legacy], [withdrawal])
  const others = [
    assembleBlock({ ...header, ...roots }, [typed], [withdrawal]),
    assembleBlock({ ...header, ...roots }, [legacy, legacy], [withdrawal]),
    assembleBlock({ ...header, ...roots }, [legacy], []),
  ]
  expect(hasOwnBody(whole)).toBe(true)
  for (const other of others) expect([other.hash, hasOwnBody(other)]).toEqual([whole.hash, false])
})

describe('a block is refused with', () => {
  const body: RlpInput[] = [[], [], []]
  it.each<[string, RlpInput[], RegExp]>([
    ['transactions that are no list', [headerFields(header), Uint8Array.of(1), [], []], /transactions are not a list/],
    ['withdrawals that are no list', [headerFields(header), [], [], Uint8Array.of(1)], /withdrawals are not a list/],
    ['uncles', [headerFields(header), [], [Uint8Array.of(1)], []], /list of uncles/],
    ['an empty transaction', [headerFields(header), [new Uint8Array()], [], []], /neither a list nor a typed envelope/],
    ['a list as a string', [headerFields(header), [legacy], [], []], /neither a list nor a typed envelope/],
    [
      'a validator',
      [headerFields(header), [], [], [[3, 1, hexToBytes(withdrawal.address), 5n]]],
      /withdrawal's validator is not 0/,
    ],
    ['extraData beyond 32 bytes', [fieldsWith(12, new Uint8Array(33)), ...body], /extraData has 33 bytes/],
    ['a number beyond 2^53', [fieldsWith(8, 2n ** 53n), ...body], /number 9007199254740992 is larger/],
    ['a difficulty', [fieldsWith(7, 1n), ...body], /difficulty is 0x01 instead of 0x/],
  ])('%s', (_what, items, reason) => {
    const refusal = { code: 'BLOCK_MALFORMED', message: expect.stringMatching(reason) }
    expect(() => parseBlock(rlpEncode(items))).toThrow(expect.objectContaining(refusal))
  })
})

describe('stored receipts are refused with', () => {
  const block = assembleBlock(header, [legacy], [])
  const receipt = (logs: RlpInput): RlpInput => [[2, 1, new Uint8Array(20), NOTHING, NOTHING, 5, 5, 7, logs, NOTHING]]
  it.each<[string, RlpInput, RegExp]>([
    ['logs that are no list', receipt(Uint8Array.of(1)), /logs are not a list/],
    ['a log that is none', receipt([Uint8Array.of(1)]), /a log/],
    [
      'topics that are no list',
      receipt([[new Uint8Array(20), Uint8Array.of(1), new Uint8Array()]]),
      /topics are not a list/,
    ],
    ['too few of them', [], /the list/],
  ])('%s', (_what, items, reason) => {
    const refusal = { code: 'RECEIPT_MALFORMED', message: expect.stringMatching(reason) }
    expect(() => decodeReceipts(rlpEncode(items), block)).toThrow(expect.objectContaining(refusal))
  })
})

it('a group transaction with an access list that is none is refused', () => {
  const fields = [1n, 0n, 1n, 1n, 21_000n, new Uint8Array(20), 0n, new Uint8Array(), Uint8Array.of(1), 0n, 4n, 5n]
  const envelope = concatBytes(Uint8Array.of(2), rlpEncode(fields))
  expect(() => parseTransaction(envelope)).toThrow(/access list is not a list/)
})
