import { describe, expect, it } from 'vitest'
import { decodeBatch2 } from '../../../src/core/batching/layout2/decode.js'
import { encodeBatch2 } from '../../../src/core/batching/layout2/encode.js'
import type { Batch, BatchBlock } from '../../../src/core/batching/layout2/types.js'
import { MAX_BATCH_BYTES, MAX_BLOCKS } from '../../../src/core/batching/limits.js'
import { ByteWriter, bigEndian, type Hex, hexToBytes, keccak256 } from '../../../src/core/codec/index.js'

const hashOf = (number: bigint): Hex => keccak256(bigEndian(number, 8))
const SEQUENCER: Hex = `0x${'5e'.repeat(20)}`

const blockOf = (number: bigint, term: bigint): BatchBlock => ({
  number,
  hash: hashOf(number),
  parentHash: hashOf(number - 1n),
  timestamp: 1_700_000_000n + number,
  l1Origin: 20n,
  term,
  withdrawalCount: 0,
  transactions: [],
  seal: new Uint8Array(65),
})
const termOf = (term: bigint, firstBlock: bigint) => ({
  term,
  epoch: term,
  sequencer: SEQUENCER,
  parentNumber: firstBlock - 1n,
  parentHash: hashOf(firstBlock - 1n),
  firstBlock,
})

/** Blocks 11 to 14, of the terms 3 and 4, as far as `change` leaves them. */
function batchWith(change: Partial<Batch> = {}): Batch {
  const blocks = [blockOf(11n, 3n), blockOf(12n, 3n), blockOf(13n, 4n), blockOf(14n, 4n)]
  return {
    index: 5n,
    chainId: 1088n,
    parentHash: hashOf(10n),
    terms: [termOf(3n, 11n), termOf(4n, 13n)],
    blocks,
    ...change,
  }
}
const blocksWith = (at: number, change: Partial<BatchBlock>) => ({
  blocks: batchWith().blocks.map((block, i) => (i === at ? { ...block, ...change } : block)),
})
const termsWith = (at: number, change: Partial<Batch['terms'][number]>) => ({
  terms: batchWith().terms.map((term, i) => (i === at ? { ...term, ...change } : term)),
})

describe('a batch that does not hang together is not written', () => {
  it.each<[string, Partial<Batch>, RegExp]>([
    ['no block', { blocks: [] }, /no block/],
    ['another parent', { parentHash: hashOf(9n) }, /block 11 does not follow/],
    ['a block on another', blocksWith(2, { parentHash: hashOf(11n) }), /block 13 does not follow/],
    ['a gap in the numbers', blocksWith(2, { number: 15n }), /block 15 follows 12/],
    ['a seal cut short', blocksWith(1, { seal: new Uint8Array(64) }), /seal of block 12 has 64 bytes/],
    ['a time before its parent', blocksWith(1, { timestamp: 0n }), /timestamp goes back/],
    ['an L1 origin before its parent', blocksWith(3, { l1Origin: 1n }), /L1 origin goes back/],
    ['a term that is not listed', { terms: [termOf(3n, 11n)] }, /lists 1 terms, its blocks have 2/],
    ['another term than its blocks', termsWith(1, { term: 9n }), /term 9 stands where the blocks have 4/],
    ['a term that begins after its blocks', termsWith(0, { firstBlock: 12n }), /term 3 begins at 12/],
    ['a later term that had begun before', termsWith(1, { firstBlock: 12n }), /term 4 begins at 12/],
    ['a term that begins elsewhere', termsWith(1, { parentNumber: 7n }), /term 4 begins at 13 on 7/],
    ['a term with another parent', termsWith(1, { parentHash: hashOf(1n) }), /term 4 names the parent/],
    [
      'terms that go down',
      {
        blocks: [blockOf(11n, 4n), blockOf(12n, 4n), blockOf(13n, 3n), blockOf(14n, 3n)],
        terms: [termOf(4n, 11n), termOf(3n, 13n)],
      },
      /term 3 follows 4/,
    ],
    ['too many blocks', { blocks: new Array(MAX_BLOCKS + 1).fill(blockOf(11n, 3n)) }, /at most/],
    ['too many bytes', blocksWith(3, { transactions: [new Uint8Array(MAX_BATCH_BYTES)] }), /batch fewer blocks/],
  ])('%s', (_what, change, reason) => {
    const refusal = { code: 'BATCH_INVALID', message: expect.stringMatching(reason) }
    expect(() => encodeBatch2(batchWith(change))).toThrow(expect.objectContaining(refusal))
  })

  it('is written where it does', () => {
    const decoded = decodeBatch2(encodeBatch2(batchWith()))
    expect(decoded.blocks.map(({ number, term }) => [number, term])).toEqual([
      [11n, 3n],
      [12n, 3n],
      [13n, 4n],
      [14n, 4n],
    ])
  })
})

interface Fields {
  count?: number
  terms?: { term: number; size: number; parent?: number; first?: number }[]
  termCount?: number
  steps?: (number | bigint)[]
  transactions?: number[]
  after?: Uint8Array
}

/** The bytes of a batch of two blocks from 11 on, field by field. */
function bytesWith(fields: Fields): Uint8Array {
  const { count = 2, terms = [{ term: 3, size: 2 }], termCount = terms.length } = fields
  const { steps = [1, 1], transactions = [0, 0], after = new Uint8Array() } = fields
  const writer = new ByteWriter().byte(2).varint(1088).varint(5)
  writer
    .bytes(hexToBytes(hashOf(10n)))
    .bytes(hexToBytes(hashOf(12n)))
    .varint(11)
    .varint(count)
    .varint(termCount)
  for (const [i, { term, size, parent = 10, first = 11 }] of terms.entries()) {
    writer.varint(term).varint(0).bytes(hexToBytes(SEQUENCER)).varint(size)
    if (i === 0)
      writer
        .varint(parent)
        .varint(first)
        .bytes(hexToBytes(hashOf(10n)))
  }
  for (const step of steps) writer.varint(step)
  for (const origin of [20, 0]) writer.varint(origin)
  for (const withdrawals of [0, 0]) writer.varint(withdrawals)
  for (const size of transactions) writer.varint(size)
  return writer.bytes(new Uint8Array(130)).bytes(after).finish()
}

describe('bytes that are no batch of layout 2 are refused', () => {
  it('is read where nothing is wrong', () => {
    expect(decodeBatch2(bytesWith({})).blocks).toHaveLength(2)
  })

  it.each<[string, Fields, RegExp]>([
    ['no block', { count: 0 }, /no block/],
    ['a term without a block', { terms: [{ term: 3, size: 0 }] }, /term 3 has no block/],
    [
      'terms that stand still',
      {
        terms: [
          { term: 3, size: 1 },
          { term: 3, size: 1 },
        ],
      },
      /term 3 follows 3/,
    ],
    ['a term that begins after its block', { terms: [{ term: 3, size: 2, parent: 11, first: 12 }] }, /after block 11/],
    ['a term that begins elsewhere', { terms: [{ term: 3, size: 2, parent: 8 }] }, /term 3 begins at 11 on 8/],
    ['terms of too few blocks', { terms: [{ term: 3, size: 1 }] }, /terms have 1 blocks of 2/],
    ['a time above 64 bits', { steps: [(1n << 64n) - 1n, 1] }, /timestamp is above 64 bits/],
    ['more transactions than bytes', { transactions: [100, 100] }, /200 transactions do not fit/],
    ['columns that cannot fit', { transactions: [1, 0], after: new Uint8Array(60) }, /1 transactions do not fit/],
    ['bytes after the end', { after: new Uint8Array(1) }, /1 bytes? follow|follow|left/],
  ])('%s', (_what, fields, reason) => {
    const refusal = { code: 'BATCH_MALFORMED', message: expect.stringMatching(reason) }
    expect(() => decodeBatch2(bytesWith(fields))).toThrow(expect.objectContaining(refusal))
  })

  it('too many bytes', () => {
    expect(() => decodeBatch2(new Uint8Array(MAX_BATCH_BYTES + 1))).toThrow(/at most/)
  })

  it('a varint that is longer than it has to be', () => {
    const bytes = bytesWith({})
    const long = new Uint8Array([...bytes.subarray(0, 3), 0x85, 0x00, ...bytes.subarray(4)])
    expect(() => decodeBatch2(long)).toThrow(expect.objectContaining({ code: 'BATCH_MALFORMED' }))
  })
})
