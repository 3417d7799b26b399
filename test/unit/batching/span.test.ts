import { describe, expect, it } from 'vitest'
import { decodeLiveSpan, encodeLiveSpan } from '../../../src/core/batching/live/span.js'
import type { LiveBlock } from '../../../src/core/batching/live/types.js'
import { concatBytes, equalBytes } from '../../../src/core/codec/index.js'
import { chainId, checks, liveBlocks, spanBytes } from './vectors.js'

const plain = { chainId, parity: 'plain' } as const
const inverted = { chainId, parity: 'inverted' } as const

describe('live span batch', () => {
  it('writes the very bytes of the live batcher', () => {
    expect(equalBytes(encodeLiveSpan({ blocks: liveBlocks, ...checks }, plain), spanBytes)).toBe(true)
  })

  it('reads them back, all but the timestamps', () => {
    const span = decodeLiveSpan(spanBytes, plain)
    const timestamp = liveBlocks[0]?.timestamp
    expect(span).toEqual({ ...checks, blocks: liveBlocks.map((block) => ({ ...block, timestamp })) })
  })

  it('reads and writes the inverted seal parity of the live writer', () => {
    const bytes = encodeLiveSpan({ blocks: liveBlocks, ...checks }, inverted)
    expect(equalBytes(bytes, spanBytes)).toBe(false)
    expect(decodeLiveSpan(bytes, inverted).blocks[0]).toEqual(liveBlocks[0])
    const misread = decodeLiveSpan(bytes, plain).blocks[0]?.transactions[0]
    const meant = liveBlocks[0]?.transactions[0]
    expect(misread?.kind === 'sequencer' && misread.seal[64]).not.toBe(meant?.kind === 'sequencer' && meant.seal[64])
  })

  const block = (change: Partial<LiveBlock>): LiveBlock => ({
    number: 1n,
    timestamp: 1n,
    l1Number: 5n,
    transactions: [],
    ...change,
  })
  it.each<[string, LiveBlock[]]>([
    ['no block', []],
    ['a gap in the numbers', [block({}), block({ number: 3n })]],
    ['an L1 number that goes back', [block({}), block({ number: 2n, l1Number: 4n })]],
    [
      'a blob transaction',
      [block({ transactions: [{ kind: 'sequencer', raw: Uint8Array.of(3), seal: new Uint8Array() }] })],
    ],
    [
      'a short seal',
      [block({ transactions: [{ kind: 'sequencer', raw: Uint8Array.of(3), seal: new Uint8Array(64) }] })],
    ],
  ])('refuses to write %s', (_, blocks) => {
    expect(() => encodeLiveSpan({ blocks, ...checks }, plain)).toThrow(
      expect.objectContaining({ code: 'BATCH_INVALID' }),
    )
  })

  it('refuses another span type, a rest and a cut', () => {
    const refused = (bytes: Uint8Array) =>
      expect(() => decodeLiveSpan(bytes, plain)).toThrow(expect.objectContaining({ code: 'BATCH_MALFORMED' }))
    refused(new Uint8Array())
    refused(Uint8Array.of(0, ...spanBytes.subarray(1, 1000)))
    refused(concatBytes(spanBytes, new Uint8Array(1)))
    refused(spanBytes.subarray(0, -1))
  })
})
