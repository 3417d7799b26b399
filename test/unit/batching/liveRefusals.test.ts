import { describe, expect, it } from 'vitest'
import { packBlob } from '../../../src/core/batching/blobs.js'
import { MAX_BLOBS } from '../../../src/core/batching/limits.js'
import { type CalldataBlock, decodeLiveCalldata, encodeLiveCalldata } from '../../../src/core/batching/live/calldata.js'
import { decodeLiveSpan, encodeLiveSpan } from '../../../src/core/batching/live/span.js'
import type { LiveBlock, LiveTransaction } from '../../../src/core/batching/live/types.js'
import { batchToBlobs, fromBlobs, versionedHash } from '../../../src/core/batching/payload.js'
import { ByteWriter, rlpEncode } from '../../../src/core/codec/index.js'
import { chainId, checks } from './vectors.js'

const options = { chainId, parity: 'plain' } as const
const refusal = (reason: RegExp) =>
  expect.objectContaining({ code: 'BATCH_MALFORMED', message: expect.stringMatching(reason) })
const head = (writer: ByteWriter, lastL1: number) =>
  writer.byte(1).varint(1).varint(lastL1).varint(7).bytes(new Uint8Array(40))

describe('a span of the live layout is refused with', () => {
  it.each<[string, (writer: ByteWriter) => ByteWriter, RegExp]>([
    ['no block', (writer) => head(writer, 5).varint(0), /no block/],
    [
      'L1 origins below zero',
      (writer) => head(writer, 0).varint(2).byte(0b11).varint(0).varint(0),
      /origins go below zero from 0/,
    ],
    [
      'more transactions than bytes',
      (writer) => head(writer, 5).varint(1).byte(0).varint(3).bytes(new Uint8Array(300)),
      /3 transactions do not fit/,
    ],
    ['bits beyond its blocks', (writer) => head(writer, 5).varint(1).byte(0b10).varint(0), /bit beyond/],
  ])('%s', (_what, write, reason) => {
    expect(() => decodeLiveSpan(write(new ByteWriter()).finish(), options)).toThrow(refusal(reason))
  })

  it('a queue transaction without a target', () => {
    const queue: LiveTransaction = {
      kind: 'queue',
      queueIndex: 9n,
      l1Origin: `0x${'0a'.repeat(20)}`,
      target: `0x${'0b'.repeat(20)}`,
      gasLimit: 21_000n,
    }
    const block: LiveBlock = { number: 7n, timestamp: 1n, l1Number: 5n, transactions: [queue] }
    const bytes = encodeLiveSpan({ blocks: [block], ...checks }, options)
    expect(decodeLiveSpan(bytes, options).blocks[0]?.transactions).toEqual([queue])
    // The bit that says "creates a contract" stands before the recovery bits and 64 bytes of signature.
    const at = bytes.indexOf(0x0b)
    const target = bytes.subarray(at, at + 20)
    expect(target.every((byte) => byte === 0x0b)).toBe(true)
    const creates = new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(at + 20)])
    creates[at - 64 - 2] = 1
    expect(() => decodeLiveSpan(creates, options)).toThrow(refusal(/queue transaction 9 has no target/))
  })

  it.each([
    ['64 bytes', new Uint8Array(64)],
    ['a recovery bit of 2', new Uint8Array(65).fill(2)],
  ])('is not written with a seal of %s', (_what, seal) => {
    const raw = rlpEncode([1n, 2n, 21_000n, new Uint8Array(20), 3n, new Uint8Array(), 27n, 4n, 5n])
    const block: LiveBlock = {
      number: 7n,
      timestamp: 1n,
      l1Number: 5n,
      transactions: [{ kind: 'sequencer', raw, seal }],
    }
    expect(() => encodeLiveSpan({ blocks: [block], ...checks }, options)).toThrow(/is not 65 bytes with v 0 or 1/)
  })
})

describe('calldata of the live layout is refused with', () => {
  const bytes = (write: (writer: ByteWriter) => ByteWriter) =>
    write(new ByteWriter().uint(1, 3).uint(5, 5).uint(6, 32)).finish()
  it.each<[string, Uint8Array, RegExp]>([
    ['too few bytes for its blocks', new Uint8Array(30), /30 bytes cannot hold 1 blocks/],
    ['a block of nothing', new ByteWriter().uint(0, 3).uint(5, 5).uint(6, 32).finish(), /claims 0 transactions/],
    ['a seal cut short', bytes((writer) => writer.byte(0).uint(1, 3).byte(9).uint(64, 3)), /seal has 64 bytes/],
    ['another type', bytes((writer) => writer.byte(2).uint(0, 3)), /has the type 2/],
    ['a queue transaction with a body', bytes((writer) => writer.byte(1).uint(1, 3).byte(9)), /carries 1 bytes/],
  ])('%s', (_what, payload, reason) => {
    expect(() => decodeLiveCalldata(payload, 1)).toThrow(refusal(reason))
  })

  it('is read where nothing is wrong, a queue transaction first too', () => {
    const raw = Uint8Array.of(0xc0)
    const queue = { kind: 'queue', queueIndex: 3n, l1Origin: `0x${'0c'.repeat(20)}` } as const
    const sequencer = { kind: 'sequencer', raw, seal: new Uint8Array() } as const
    const blocks: CalldataBlock[] = [{ timestamp: 1n, l1Number: 2n, transactions: [queue, sequencer] }]
    expect(decodeLiveCalldata(encodeLiveCalldata(blocks), 1)).toEqual(blocks)
    expect(() => encodeLiveCalldata([{ timestamp: 1n, l1Number: 2n, transactions: [] }])).toThrow(/empty block/)
  })
})

describe('blobs are refused', () => {
  const [blob = new Uint8Array()] = batchToBlobs(Uint8Array.of(1, 2, 3))
  it.each<[string, Uint8Array[], RegExp]>([
    ['where there are too many', Array(MAX_BLOBS + 1).fill(blob), /at most 1024 are allowed/],
    ['with content of another version', [packBlob(Uint8Array.of(1, 2))], /content has the version 1/],
    ['without content', [packBlob(new Uint8Array())], /content has the version none/],
  ])('%s', (_what, blobs, reason) => {
    expect(() => fromBlobs(blobs)).toThrow(refusal(reason))
  })

  it('with a commitment of another length', () => {
    expect(() => versionedHash(new Uint8Array(47))).toThrow(refusal(/47 bytes instead of 48/))
  })
})
