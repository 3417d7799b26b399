import { deflateSync } from 'node:zlib'
import { packBlob, unpackBlob } from '../../../../src/core/batching/blobs.js'
import { fromChannel, toChannel } from '../../../../src/core/batching/channel.js'
import { decodeFrames, encodeFrame, fromFrames, toFrames } from '../../../../src/core/batching/frames.js'
import { decodeInbox, encodeInbox, type InboxTransaction } from '../../../../src/core/batching/inbox.js'
import { decodeBatch2 } from '../../../../src/core/batching/layout2/decode.js'
import { encodeBatch2, writeBatch2 } from '../../../../src/core/batching/layout2/encode.js'
import type { DecodedBatch } from '../../../../src/core/batching/layout2/types.js'
import { decodeLiveCalldata, encodeLiveCalldata } from '../../../../src/core/batching/live/calldata.js'
import { decodeLiveSpan, encodeLiveSpan } from '../../../../src/core/batching/live/span.js'
import {
  batchToBlobs,
  batchToCalldata,
  fromBlobs,
  fromCalldata,
  versionedHash,
} from '../../../../src/core/batching/payload.js'
import { joinTransaction, splitTransaction } from '../../../../src/core/batching/transaction.js'
import { concatAll, concatBytes, type Hex, rlpEncode } from '../../../../src/core/codec/index.js'
import { decodeBatch } from '../../../../src/core/derive/batch.js'
import { chainId, checks, liveBlocks } from '../../../unit/batching/vectors.js'
import { bytesDecoder, type Decoder } from '../decoder.js'
import { hashOf, openScene } from '../scene.js'

const few = liveBlocks.slice(0, 6)
const hashAt = (number: bigint): Hex => `0x${number.toString(16).padStart(64, '0')}`
const options = { chainId, parity: 'plain' } as const

/** A batch of layout 2 of some live blocks, in two terms. */
export function batch2(count = 6): Uint8Array {
  const blocks = liveBlocks.slice(0, count)
  const first = blocks[0]?.number ?? 0n
  const second = first + BigInt(Math.floor(count / 2))
  const terms = [first, second].map((start, i) => ({
    term: BigInt(i + 1),
    epoch: BigInt(i + 1),
    sequencer: '0x'.padEnd(42, String(i + 1)) as Hex,
    parentNumber: start - 1n,
    parentHash: hashAt(start - 1n),
    firstBlock: start,
  }))
  return encodeBatch2({
    index: 4n,
    chainId,
    parentHash: hashAt(first - 1n),
    terms,
    blocks: blocks.map(({ number, timestamp, l1Number, transactions }) => ({
      number,
      hash: hashAt(number),
      parentHash: hashAt(number - 1n),
      timestamp,
      l1Origin: l1Number,
      term: number < second ? 1n : 2n,
      withdrawalCount: 1,
      transactions: [...transactions.flatMap((tx) => (tx.kind === 'sequencer' ? [tx.raw] : [])), Uint8Array.of(4, 9)],
      seal: new Uint8Array(65).fill(3),
    })),
  })
}

const inboxes = (): InboxTransaction[] => [
  { da: 'blob', batchIndex: 4n, firstBlock: 1n, blockCount: 6, transactionHashes: [hashOf('a'), hashOf('b')] },
  { da: 'calldata', compression: 'none', batchIndex: 4n, firstBlock: 1n, blockCount: 6, payload: batch2() },
  {
    da: 'calldata',
    compression: 'zlib',
    batchIndex: 4n,
    firstBlock: 1n,
    blockCount: 6,
    payload: batchToCalldata(batch2()),
  },
]

/** Few bytes that become very many: as many as are read at most, and more. */
const bombs = () => [concatBytes(Uint8Array.of(1), toChannel(new Uint8Array(30_000_000)).subarray(1))]
const zlibBombs = () => [new Uint8Array(deflateSync(new Uint8Array(30_000_000)))]
const MAX = 32 * 1024 * 1024

/** Batches on their way from L1, in every layer. */
export const batchingDecoders: readonly Decoder[] = [
  bytesDecoder<DecodedBatch>({
    name: 'batch of layout 2',
    covers: ['src/core/batching/layout2/decode.ts#decodeBatch2'],
    weight: 2,
    samples: () => [batch2(), batch2(2)],
    decode: decodeBatch2,
    encode: writeBatch2,
  }),
  bytesDecoder({
    name: 'live span',
    covers: [
      'src/core/batching/live/span.ts#decodeLiveSpan',
      'src/core/batching/bits.ts#readBits',
      'src/core/batching/columns.ts#readColumns',
      'src/core/batching/transaction.ts#checkBody',
    ],
    weight: 2,
    samples: () => [encodeLiveSpan({ blocks: few, ...checks }, options)],
    decode: (bytes) => decodeLiveSpan(bytes, options),
  }),
  bytesDecoder({
    name: 'live calldata',
    covers: ['src/core/batching/live/calldata.ts#decodeLiveCalldata'],
    samples: () => [encodeLiveCalldata(few)],
    decode: (bytes) => decodeLiveCalldata(bytes, few.length),
  }),
  bytesDecoder({
    name: 'frames',
    covers: ['src/core/batching/frames.ts#decodeFrames', 'src/core/batching/frames.ts#fromFrames'],
    samples: () =>
      [100, 1000].map((size) =>
        concatAll(toFrames(batch2(), { channelId: new Uint8Array(16), maxFrameSize: size }).map(encodeFrame)),
      ),
    decode: (bytes) => {
      const frames = decodeFrames(bytes)
      fromFrames(frames)
      return frames
    },
    encode: (frames) => concatAll(frames.map(encodeFrame)),
  }),
  bytesDecoder<Uint8Array>({
    name: 'blob',
    covers: ['src/core/batching/blobs.ts#unpackBlob'],
    weight: 0.1,
    samples: () => [packBlob(batch2()), packBlob(new Uint8Array(130_000).fill(0xff))],
    decode: unpackBlob,
    encode: packBlob,
  }),
  bytesDecoder({
    name: 'batch in blobs',
    covers: ['src/core/batching/payload.ts#fromBlobs'],
    weight: 0.1,
    limit: 300,
    samples: () => batchToBlobs(batch2()),
    decode: (bytes) => fromBlobs([bytes], MAX),
  }),
  bytesDecoder({
    name: 'channel',
    covers: ['src/core/batching/channel.ts#fromChannel', 'src/core/batching/compression.ts#unbrotli'],
    weight: 0.2,
    limit: 400,
    samples: () => [toChannel(batch2()), batchToCalldata(rlpEncode(batch2())), ...bombs()],
    decode: (bytes) => fromChannel(bytes, MAX).length,
  }),
  bytesDecoder({
    name: 'calldata under zlib',
    covers: ['src/core/batching/payload.ts#fromCalldata', 'src/core/batching/compression.ts#unzlib'],
    weight: 0.2,
    limit: 400,
    samples: () => [batchToCalldata(batch2()), ...zlibBombs()],
    decode: (bytes) => fromCalldata(bytes, MAX).length,
  }),
  bytesDecoder<InboxTransaction>({
    name: 'inbox transaction',
    covers: ['src/core/batching/inbox.ts#decodeInbox'],
    samples: () => inboxes().map(encodeInbox),
    decode: decodeInbox,
    encode: encodeInbox,
  }),
  bytesDecoder({
    name: 'batch of an inbox transaction',
    covers: ['src/core/derive/batch.ts#decodeBatch'],
    limit: 300,
    samples: () => inboxes().slice(1).map(encodeInbox),
    decode: (bytes) => {
      const inbox = decodeInbox(bytes)
      return decodeBatch(inbox, [])
    },
  }),
  bytesDecoder({
    name: 'transaction in columns',
    covers: ['src/core/batching/transaction.ts#splitTransaction'],
    samples: async () => [
      ...(await openScene()).raws,
      ...few.flatMap(({ transactions }) => transactions.flatMap((tx) => (tx.kind === 'sequencer' ? [tx.raw] : []))),
    ],
    decode: (bytes) => splitTransaction(bytes, chainId),
    encode: (columns) => columns && joinTransaction(columns, chainId),
  }),
  bytesDecoder({
    name: 'KZG commitment',
    covers: ['src/core/batching/payload.ts#versionedHash'],
    weight: 0.2,
    samples: () => [new Uint8Array(48).fill(7)],
    decode: versionedHash,
  }),
]
