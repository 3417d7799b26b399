import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBatch2 } from '../../../src/core/batching/layout2/decode.js'
import { encodeBatch2 } from '../../../src/core/batching/layout2/encode.js'
import type { Batch, BatchBlock, DecodedBatch } from '../../../src/core/batching/layout2/types.js'
import { batchToBlobs, fromBlobs } from '../../../src/core/batching/payload.js'
import { splitTransaction } from '../../../src/core/batching/transaction.js'
import { bigEndian, bytesToHex, concatBytes, type Hex, keccak256, rlpEncode } from '../../../src/core/codec/index.js'
import { chainId, liveBlocks } from './vectors.js'

const hashOf = (number: bigint): Hex => keccak256(bigEndian(number, 8))
const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })
const u256 = fc.bigInt({ min: 0n, max: (1n << 256n) - 1n })
const fixed = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const target = fc.oneof(fixed(20), fixed(0))
const data = fc.uint8Array({ maxLength: 40 })
const accessList = fc.array(fc.tuple(fixed(20), fc.array(fixed(32), { maxLength: 2 })), { maxLength: 2 })
const bit = fc.constantFrom(0n, 1n)

const legacy = fc
  .tuple(
    u64,
    u256,
    u64,
    target,
    u256,
    data,
    fc.oneof(
      bit.map((y) => 27n + y),
      fc.tuple(bit, fc.constantFrom(chainId, 1n, 5n)).map(([y, id]) => 35n + 2n * id + y),
      u64,
    ),
    u256,
    u256,
  )
  .map((fields) => rlpEncode(fields))
const typed1 = fc
  .tuple(fc.constantFrom(chainId, 1n), u64, u256, u64, target, u256, data, accessList, bit, u256, u256)
  .map((fields) => concatBytes(Uint8Array.of(1), rlpEncode(fields)))
const typed2 = fc
  .tuple(fc.constantFrom(chainId, 1n), u64, u256, u256, u64, target, u256, data, accessList, bit, u256, u256)
  .map((fields) => concatBytes(Uint8Array.of(2), rlpEncode(fields)))
const other = fc.uint8Array({ maxLength: 60 })
const transaction = fc.oneof(legacy, typed1, typed2, other)

const blockSeed = fc.record({
  step: fc.nat(20),
  l1Step: fc.nat(3),
  newTerm: fc.boolean(),
  withdrawalCount: fc.nat(16),
  transactions: fc.array(transaction, { maxLength: 4 }),
  seal: fixed(65),
})

const batches: fc.Arbitrary<Batch> = fc
  .tuple(u64, fc.bigInt({ min: 1n, max: 1n << 40n }), fc.array(blockSeed, { minLength: 1, maxLength: 12 }), fc.nat(5))
  .map(([index, first, seeds, begunBefore]) => {
    let [timestamp, l1Origin, term] = [1_700_000_000n, 20_000_000n, 7n]
    const blocks = seeds.map(({ step, l1Step, newTerm, ...rest }, i): BatchBlock => {
      const number = first + BigInt(i)
      timestamp += BigInt(step)
      l1Origin += BigInt(l1Step)
      if (newTerm && i > 0) term += BigInt(1 + l1Step)
      return { number, hash: hashOf(number), parentHash: hashOf(number - 1n), timestamp, l1Origin, term, ...rest }
    })
    const begun = begunBefore < first ? BigInt(begunBefore) : 0n
    const terms = blocks
      .filter((block, i) => block.term !== blocks[i - 1]?.term)
      .map((block, i) => {
        const firstBlock = i === 0 ? block.number - begun : block.number
        const parentNumber = firstBlock === 0n ? 0n : firstBlock - 1n
        const sequencer = bytesToHex(bigEndian(block.term, 20))
        return {
          term: block.term,
          epoch: BigInt(i),
          sequencer,
          parentNumber,
          parentHash: hashOf(firstBlock - 1n),
          firstBlock,
        }
      })
    return { index, chainId, parentHash: hashOf(first - 1n), terms, blocks }
  })
  .filter(({ terms }) => (terms[0]?.firstBlock ?? 0n) > 0n)

function decoded(batch: Batch): DecodedBatch {
  const blocks = batch.blocks.map(({ hash: _, parentHash: __, ...block }) => block)
  const terms = batch.terms.map((term, i) => ({ ...term, parentHash: i === 0 ? term.parentHash : undefined }))
  return { ...batch, lastHash: batch.blocks.at(-1)?.hash ?? '0x', terms, blocks }
}

describe('layout 2 (rule B5)', () => {
  it('gives back every block, whatever its transactions are', () => {
    fc.assert(
      fc.property(batches, (batch) => {
        expect(decodeBatch2(encodeBatch2(batch))).toEqual(decoded(batch))
      }),
    )
  })

  it('has a column form for ordinary transactions of its chain', () => {
    const word = 1n << 250n
    const call = [1n, 2n, 21000n, new Uint8Array(20), 5n, new Uint8Array()]
    expect(splitTransaction(rlpEncode([...call, 28n, word, word]), chainId)?.isProtected).toBe(false)
    expect(splitTransaction(rlpEncode([...call, 36n + 2n * chainId, word, word]), chainId)?.isProtected).toBe(true)
    expect(splitTransaction(rlpEncode([...call, 37n, word, word]), chainId)).toBeUndefined()
    expect(splitTransaction(Uint8Array.of(4, 0xc0), chainId)).toBeUndefined()
  })

  const realistic = (): Batch => {
    const blocks = liveBlocks.map(({ number, timestamp, l1Number, transactions }): BatchBlock => {
      const raws = transactions.flatMap((tx) => (tx.kind === 'sequencer' ? [tx.raw] : []))
      const seal = concatBytes(bigEndian(number, 32), bigEndian(timestamp, 32), Uint8Array.of(1))
      const links = { number, hash: hashOf(number), parentHash: hashOf(number - 1n) }
      return { ...links, timestamp, l1Origin: l1Number, term: 3n, withdrawalCount: 0, transactions: raws, seal }
    })
    const first = blocks[0]?.number ?? 0n
    const [parentHash, sequencer] = [hashOf(first - 1n), bytesToHex(bigEndian(9n, 20))]
    const terms = [{ term: 3n, epoch: 3n, sequencer, parentNumber: first - 1n, parentHash, firstBlock: first }]
    return { index: 1n, chainId, parentHash, terms, blocks }
  }

  it('travels in blobs, the same for every member', () => {
    const batch = realistic()
    const bytes = encodeBatch2(batch)
    const blobs = batchToBlobs(bytes)
    expect(decodeBatch2(fromBlobs(blobs))).toEqual(decoded(batch))
    expect(batchToBlobs(bytes).map(keccak256)).toEqual(blobs.map(keccak256))
  })

  const change = (edit: (block: BatchBlock, i: number) => Partial<BatchBlock>): Batch => {
    const batch = realistic()
    return { ...batch, blocks: batch.blocks.map((block, i) => ({ ...block, ...edit(block, i) })) }
  }
  it.each<[string, Batch]>([
    ['no block', { ...realistic(), blocks: [] }],
    ['a foreign parent', { ...realistic(), parentHash: hashOf(1n) }],
    ['a broken link', change((_, i) => (i === 5 ? { hash: hashOf(1n) } : {}))],
    ['a gap', change(({ number }, i) => ({ number: number + (i > 4 ? 1n : 0n) }))],
    ['time that goes back', change((_, i) => (i === 5 ? { timestamp: 1n } : {}))],
    ['a short seal', change(() => ({ seal: new Uint8Array(64) }))],
    ['a term that is not listed', change((_, i) => ({ term: i > 4 ? 4n : 3n }))],
  ])('refuses to write %s', (_, batch) => {
    expect(() => encodeBatch2(batch)).toThrow(expect.objectContaining({ code: 'BATCH_INVALID' }))
  })
})
