import { describe, expect, it } from 'vitest'
import { decodeInbox, encodeInbox } from '../../../src/core/batching/inbox.js'
import { decodeLiveCalldata, encodeLiveCalldata } from '../../../src/core/batching/live/calldata.js'
import { batchToCalldata, fromCalldata } from '../../../src/core/batching/payload.js'
import { equalBytes } from '../../../src/core/codec/index.js'
import { calldataBytes, liveBlocks } from './vectors.js'

const inbox = decodeInbox(calldataBytes)
const payload = inbox.da === 'calldata' ? inbox.payload : new Uint8Array()

describe('live calldata batch', () => {
  it('has the header of the live batcher', () => {
    expect(inbox).toEqual({
      da: 'calldata',
      compression: 'zlib',
      batchIndex: 4321n,
      firstBlock: liveBlocks[0]?.number,
      blockCount: 300,
      payload,
    })
    expect(equalBytes(encodeInbox(inbox), calldataBytes)).toBe(true)
  })

  it('writes the very bytes of the live batcher', () => {
    expect(equalBytes(encodeLiveCalldata(liveBlocks), fromCalldata(payload))).toBe(true)
  })

  it('reads them back', () => {
    const expected = liveBlocks.map(({ timestamp, l1Number, transactions }) => ({
      timestamp,
      l1Number,
      transactions: transactions.map((tx) => {
        return tx.kind === 'queue' ? { kind: tx.kind, queueIndex: tx.queueIndex, l1Origin: tx.l1Origin } : tx
      }),
    }))
    expect(decodeLiveCalldata(fromCalldata(payload), 300)).toEqual(expected)
  })

  it('survives compression and refuses more than the limit', () => {
    const bytes = new Uint8Array(100_000)
    expect(equalBytes(fromCalldata(batchToCalldata(bytes)), bytes)).toBe(true)
    expect(() => fromCalldata(batchToCalldata(bytes), 99_999)).toThrow(/more than 99999 bytes/)
  })

  it('refuses another number of blocks and an empty block', () => {
    const body = fromCalldata(payload)
    for (const count of [299, 301, 2 ** 32 - 1]) {
      expect(() => decodeLiveCalldata(body, count)).toThrow(expect.objectContaining({ code: 'BATCH_MALFORMED' }))
    }
    expect(() => encodeLiveCalldata([{ timestamp: 1n, l1Number: 1n, transactions: [] }])).toThrow(/empty block/)
  })
})
