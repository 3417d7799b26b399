import { describe, expect, it } from 'vitest'
import type { InboxTransaction } from '../../../src/core/batching/inbox.js'
import { encodeBatch2 } from '../../../src/core/batching/layout2/encode.js'
import type { DecodedBatch } from '../../../src/core/batching/layout2/types.js'
import { batchToBlobs, batchToCalldata } from '../../../src/core/batching/payload.js'
import { blocksOf, decodeBatch } from '../../../src/core/derive/batch.js'
import type { Position } from '../../../src/core/derive/position.js'
import { nodeDiffers } from '../../../src/core/derive/refuse.js'
import type { Genesis } from '../../../src/core/genesis/types.js'
import type { Hex } from '../../../src/core/types/hex.js'

const hash = (byte: string): Hex => `0x${byte.repeat(32)}`
const genesis = { l2: { chainId: 1001 } } as unknown as Genesis
const position = { batch: 4, number: 10, hash: hash('0a'), timestamp: 100, l1Origin: 50, term: 2 } as Position
const inbox: InboxTransaction = { batchIndex: 5n, firstBlock: 11n, blockCount: 2, da: 'blob', transactionHashes: [] }
const term = {
  term: 3n,
  epoch: 3n,
  sequencer: `0x${'5e'.repeat(20)}` as const,
  parentNumber: 10n,
  parentHash: hash('0a'),
  firstBlock: 11n,
}
const block = (number: bigint, timestamp: bigint, l1Origin: bigint) => ({
  number,
  timestamp,
  l1Origin,
  term: 3n,
  withdrawalCount: 0,
  transactions: [],
  seal: new Uint8Array(65),
})
const batch: DecodedBatch = {
  chainId: 1001n,
  index: 5n,
  parentHash: hash('0a'),
  lastHash: hash('0c'),
  terms: [term],
  blocks: [block(11n, 101n, 50n), block(12n, 102n, 51n)],
}
const read = (change: Partial<DecodedBatch>, says: Partial<InboxTransaction> = {}, inboxBlock = 60) =>
  blocksOf(genesis, position, { ...inbox, ...says } as InboxTransaction, { ...batch, ...change }, inboxBlock)

describe('a batch', () => {
  it('that follows the last one gives its blocks, the first of which opens the term', () => {
    expect(read({}).map(({ number, opens, termEnd }) => [number, opens, termEnd])).toEqual([
      [11, true, 12],
      [12, false, 12],
    ])
  })

  it.each<[string, () => unknown, RegExp]>([
    ['of another chain', () => read({ chainId: 1n }), /of chain 1, not 1001/],
    ['that skips one', () => read({ index: 6n }, { batchIndex: 6n }), /batch 5 is due/],
    ['that leaves a gap', () => read({ blocks: [block(12n, 101n, 50n)] }), /begins at block 12, 11 is due/],
    ['on another block', () => read({ parentHash: hash('0b') }), /its parent is 0x0b/],
    ['that its inbox transaction calls otherwise', () => read({}, { batchIndex: 7n }), /calls it 7/],
    ['that its inbox transaction begins elsewhere', () => read({}, { firstBlock: 9n }), /begins at block 9, not 11/],
    ['that its inbox transaction counts otherwise', () => read({}, { blockCount: 3 }), /its inbox transaction says 3/],
    ['of a term that is over', () => read({ terms: [{ ...term, term: 2n }] }), /term 2 follows 2/],
    ['without a term', () => read({ terms: [] }), /term undefined follows 2/],
    ['whose term opens on another block', () => read({ terms: [{ ...term, parentNumber: 9n }] }), /opens on block 9/],
    ['whose term opens on another hash', () => read({ terms: [{ ...term, parentHash: hash('0d') }] }), /opens on 0x0d/],
    ['with a term without blocks', () => read({ terms: [term, { ...term, term: 4n }] }), /term 4 has no blocks/],
    [
      'with a block of no term',
      () => read({ blocks: [block(11n, 101n, 50n), { ...block(12n, 102n, 51n), term: 9n }] }),
      /term 9 has no blocks or is not listed/,
    ],
    [
      'whose time stands still',
      () => read({ blocks: [block(11n, 100n, 50n), block(12n, 102n, 51n)] }),
      /has the time 100/,
    ],
    [
      'whose L1 origin falls',
      () => read({ blocks: [block(11n, 101n, 49n), block(12n, 102n, 51n)] }),
      /falls from 50 to 49/,
    ],
    ['that read L1 beyond its own transaction', () => read({}, {}, 51), /has read L1 up to 51/],
  ])('%s is refused', (_what, derive, reason) => {
    const refusal = { code: 'DERIVE_REFUSED', exit: 10, message: expect.stringMatching(reason) }
    expect(derive).toThrow(expect.objectContaining(refusal))
  })

  it('is read from blobs, from calldata, and from compressed calldata', () => {
    const blocks = batch.blocks.map((each, i) => ({
      ...each,
      hash: hash(`0${i}`),
      parentHash: hash(i === 0 ? '0a' : '00'),
    }))
    const bytes = encodeBatch2({ ...batch, terms: [{ ...term }], blocks })
    const calldata = { batchIndex: 5n, firstBlock: 11n, blockCount: 2, da: 'calldata' } as const
    expect(decodeBatch(inbox, batchToBlobs(bytes)).index).toBe(5n)
    expect(decodeBatch({ ...calldata, compression: 'none', payload: bytes }, []).index).toBe(5n)
    expect(decodeBatch({ ...calldata, compression: 'zlib', payload: batchToCalldata(bytes) }, []).index).toBe(5n)
  })
})

it('a node that differs from L1 is told what it has, or that it has nothing', () => {
  expect(nodeDiffers(7, hash('01'), hash('02'))).toMatchObject({ exit: 10, details: { block: 7, node: hash('02') } })
  expect(nodeDiffers(7, hash('01'), undefined).message).toMatch(/the node has none/)
})
