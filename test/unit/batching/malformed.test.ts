import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packBlob, unpackBlob } from '../../../src/core/batching/blobs.js'
import { fromChannel, toChannel } from '../../../src/core/batching/channel.js'
import { decodeFrames, encodeFrame, fromFrames, toFrames } from '../../../src/core/batching/frames.js'
import { decodeInbox, encodeInbox } from '../../../src/core/batching/inbox.js'
import { decodeBatch2 } from '../../../src/core/batching/layout2/decode.js'
import { encodeBatch2 } from '../../../src/core/batching/layout2/encode.js'
import { decodeLiveCalldata, encodeLiveCalldata } from '../../../src/core/batching/live/calldata.js'
import { decodeLiveSpan, encodeLiveSpan } from '../../../src/core/batching/live/span.js'
import { batchToCalldata, fromCalldata } from '../../../src/core/batching/payload.js'
import { concatAll, concatBytes, type Hex } from '../../../src/core/codec/index.js'
import { MetisSeqError } from '../../../src/core/errors/index.js'
import { chainId, checks, liveBlocks } from './vectors.js'

const few = liveBlocks.slice(0, 8)
const options = { chainId, parity: 'plain' } as const
const hash = (number: bigint): Hex => `0x${number.toString(16).padStart(64, '0')}`
const first = few[0]?.number ?? 0n
const term = { term: 1n, epoch: 1n, sequencer: '0x'.padEnd(42, '1') as Hex }
const batch2 = encodeBatch2({
  index: 1n,
  chainId,
  parentHash: hash(first - 1n),
  terms: [{ ...term, parentNumber: first - 1n, parentHash: hash(first - 1n), firstBlock: first }],
  blocks: few.map(({ number, timestamp, l1Number, transactions }) => ({
    number,
    hash: hash(number),
    parentHash: hash(number - 1n),
    timestamp,
    l1Origin: l1Number,
    term: 1n,
    withdrawalCount: 1,
    transactions: [...transactions.flatMap((tx) => (tx.kind === 'sequencer' ? [tx.raw] : [])), Uint8Array.of(4, 9)],
    seal: new Uint8Array(65),
  })),
})
const span = encodeLiveSpan({ blocks: few, ...checks }, options)
const calldata = encodeLiveCalldata(few)
const frames = toFrames(span, { channelId: new Uint8Array(16), maxFrameSize: 1000 })
const header = { batchIndex: 1n, firstBlock: 1n, blockCount: 1 }

const decoders: [string, Uint8Array, (bytes: Uint8Array) => unknown][] = [
  ['a live span', span, (bytes) => decodeLiveSpan(bytes, options)],
  ['live calldata', calldata, (bytes) => decodeLiveCalldata(bytes, few.length)],
  ['layout 2', batch2, decodeBatch2],
  ['a channel', toChannel(span), (bytes) => fromChannel(bytes, 1_000_000)],
  ['zlib calldata', batchToCalldata(span), (bytes) => fromCalldata(bytes, 1_000_000)],
  ['frames', concatAll(frames.map(encodeFrame)), (bytes) => fromFrames(decodeFrames(bytes))],
  ['a blob', packBlob(span.subarray(0, 500)), unpackBlob],
  ['an inbox transaction', encodeInbox({ ...header, da: 'blob', transactionHashes: [hash(7n)] }), decodeInbox],
]

/** Bytes with a few changed, some cut out, some doubled, from the front part as often as from anywhere. */
const mutation = fc.record({
  edits: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255), fc.boolean()), { maxLength: 4 }),
  cut: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  tail: fc.uint8Array({ maxLength: 3 }),
})

function mutate(bytes: Uint8Array, { edits, cut, tail }: typeof mutation extends fc.Arbitrary<infer M> ? M : never) {
  const copy = bytes.slice(0, cut === null ? bytes.length : Math.floor(cut * bytes.length))
  for (const [place, value, isFront] of edits) copy[Math.floor(place * (isFront ? 120 : copy.length))] = value
  return concatBytes(copy, tail)
}

describe.each(decoders)('%s', (_, valid, decode) => {
  it('is read whole', () => {
    expect(() => decode(valid)).not.toThrow()
  })

  it.each([1, 2, 3])('is refused with the typed error when damaged, seed %s', (seed) => {
    const refuses = (bytes: Uint8Array) => {
      try {
        decode(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(MetisSeqError)
        expect(error).toMatchObject({ code: 'BATCH_MALFORMED' })
      }
    }
    fc.assert(
      fc.property(mutation, (change) => refuses(mutate(valid, change))),
      { seed, numRuns: 150 },
    )
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), refuses), { seed, numRuns: 100 })
  })
})

describe('hostile counts', () => {
  const huge = [0xff, 0xff, 0xff, 0xff, 0x7f]
  const started = (bytes: Uint8Array, at: number) => concatBytes(bytes.subarray(0, at), Uint8Array.from(huge))

  it.each([
    ['blocks of a live span', () => decodeLiveSpan(started(span, 1 + 5 + 4 + 4 + 40), options)],
    ['blocks of live calldata', () => decodeLiveCalldata(calldata, 0xffffffff)],
    ['blocks of layout 2', () => decodeBatch2(started(batch2, 1 + 2 + 1 + 64 + 4))],
    ['frame data', () => decodeFrames(concatBytes(new Uint8Array(18), new Uint8Array(4).fill(0xff)))],
  ])('of %s are refused before anything is allocated', (_, decode) => {
    expect(decode).toThrow(expect.objectContaining({ code: 'BATCH_MALFORMED' }))
  })
})
