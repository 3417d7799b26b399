import { describe, expect, it } from 'vitest'
import { assembleBlock } from '../../../src/core/chain/block.js'
import type { Header } from '../../../src/core/chain/header.js'
import { orderedRoot, withdrawalsRoot } from '../../../src/core/chain/orderedRoot.js'
import { hexToBytes } from '../../../src/core/codec/index.js'
import { MAX_LEAD } from '../../../src/core/consensus/checkpoint.js'
import { type WaitingBlock, WaitingBlocks } from '../../../src/node/sequencer/waiting.js'

const hash = `0x${'11'.repeat(32)}` as const
const [a, b] = [`0x${'0a'.repeat(20)}`, `0x${'0b'.repeat(20)}`] as const

function blockOf(number: number, feeRecipient: `0x${string}` = a, body: Uint8Array[] = []): WaitingBlock {
  const header: Header = {
    parentHash: hash,
    feeRecipient,
    stateRoot: hash,
    transactionsRoot: orderedRoot([]),
    receiptsRoot: hash,
    logsBloom: `0x${'00'.repeat(256)}`,
    number,
    gasLimit: 1n,
    gasUsed: 0n,
    timestamp: number,
    extraData: '0x',
    prevRandao: hash,
    baseFee: 7n,
    withdrawalsRoot: withdrawalsRoot([]),
    requestsHash: hash,
  }
  const block = assembleBlock(header, body, [])
  return { block, encoded: block.encoded, seal: { term: 1, number, hash: block.hash, signature: '0x' } }
}

describe('blocks that wait', () => {
  it('of one sequencer push out its own oldest, and nobody else’s', () => {
    const waiting = new WaitingBlocks()
    const other = blockOf(1, b)
    waiting.add(other)
    const flood = Array.from({ length: 2 * MAX_LEAD + 1 }, (_, i) => blockOf(i + 1))
    for (const each of flood) waiting.add(each)
    expect(waiting.all()).toEqual([other, ...flood.slice(1)])
  })

  it('are remembered as refused, but where another body than the header’s was', () => {
    const waiting = new WaitingBlocks()
    const [bad, changed] = [blockOf(1), blockOf(2, a, [hexToBytes('0x02c0')])]
    for (const each of [bad, changed]) {
      waiting.add(each)
      waiting.refuse(each)
    }
    expect(waiting.all()).toEqual([])
    expect([bad, changed].map(({ block }) => waiting.isRefused(block.hash))).toEqual([true, false])
  })

  it('are forgotten as refused when there are too many, the oldest first', () => {
    const waiting = new WaitingBlocks()
    const blocks = Array.from({ length: 1025 }, (_, i) => blockOf(i + 1))
    for (const each of blocks) waiting.refuse(each)
    const known = blocks.filter(({ block }) => waiting.isRefused(block.hash))
    expect(known).toEqual(blocks.slice(1))
  })
})
