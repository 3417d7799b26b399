import { describe, expect, it } from 'vitest'
import { keccak256, utf8 } from '../../../src/core/codec/index.js'
import type { Genesis } from '../../../src/core/genesis/types.js'
import { parseL1Block, parseL1Receipt, parseL1Transaction, quantity } from '../../../src/core/l1/answers.js'
import { eventsOfBlock, L1_TOPICS } from '../../../src/core/l1/events.js'
import { CELL_PROOFS, type Sidecar, withSidecar } from '../../../src/core/l1/sidecar.js'
import type { Hex } from '../../../src/core/types/hex.js'

const hash: Hex = `0x${'44'.repeat(32)}`
const someone: Hex = `0x${'33'.repeat(20)}`
const transaction = { hash, from: someone, to: null, nonce: '0x1', input: '0x', blockNumber: null }
const block = { number: '0x5', hash, parentHash: hash, mixHash: hash, baseFeePerGas: '0x7', transactions: [] }

describe("an L1 node's answer", () => {
  it('may leave out what L1 itself leaves out', () => {
    expect(parseL1Block(block)).toMatchObject({ number: 5, parentBeaconBlockRoot: null, transactions: [] })
    expect(parseL1Block({ ...block, parentBeaconBlockRoot: hash })).toMatchObject({ parentBeaconBlockRoot: hash })
    expect(parseL1Transaction(transaction)).toMatchObject({ to: null, blobs: [], blockNumber: null })
    const mined = { ...transaction, to: someone, blockNumber: '0x9', blobVersionedHashes: [hash] }
    expect(parseL1Transaction(mined)).toMatchObject({ to: someone, blobs: [hash], blockNumber: 9 })
    expect(parseL1Receipt({ status: '0x0', blockHash: hash })).toEqual({ success: false, blockHash: hash })
  })

  it.each<[string, () => unknown, RegExp]>([
    ['a receipt of neither outcome', () => parseL1Receipt({ status: '0x2', blockHash: hash }), /neither 0x0 nor 0x1/],
    ['a number above 2^53', () => quantity('0x20000000000000', 'nonce'), /nonce 9007199254740992 is above 2\^53/],
    ['input that is none', () => parseL1Transaction({ ...transaction, input: 7 }), /input is no text of bytes/],
    [
      'input without end',
      () => parseL1Transaction({ ...transaction, input: `0x${'00'.repeat((1 << 20) + 1)}` }),
      /input is no text of bytes/,
    ],
    ['a short hash', () => parseL1Block({ ...block, hash: '0x44' }), /block hash is not 32 bytes/],
    [
      'more blobs than a transaction has',
      () => parseL1Transaction({ ...transaction, blobVersionedHashes: Array(65).fill(hash) }),
      /not a list of at most 64/,
    ],
  ])('with %s is refused', (_what, parse, reason) => {
    const refusal = { code: 'L1_ANSWER_MALFORMED', message: expect.stringMatching(reason) }
    expect(parse).toThrow(expect.objectContaining(refusal))
  })
})

describe('a log of L1', () => {
  const genesis = {
    l1: { lockingInfo: someone, bridge: someone },
    consensus: { snapshotInterval: 8, entropyDelay: 4 },
  } as unknown as Genesis
  const read = (topics: Hex[]) => {
    const place = { logIndex: 0, blockNumber: 9, blockHash: hash }
    return eventsOfBlock(
      genesis,
      { ...parseL1Block(block), number: 9 },
      [{ address: someone, topics, data: '0x', ...place }],
      [],
    )
  }

  it('without a topic is none of ours; one that lacks its topics or words is refused', () => {
    expect(read([])).toEqual([])
    const [first] = L1_TOPICS
    expect(() => read(first === undefined ? [] : [first])).toThrow(/it has no topic 1/)
    expect(() => read(first === undefined ? [] : [first, `0x${'00'.repeat(32)}`, hash])).toThrow(/above 2\^53|no topic/)
    const rewards = keccak256(utf8('BatchSubmitReward(uint256)'))
    expect(() => read([rewards])).toThrow(/end before word 0/)
  })
})

describe('a blob transaction with its sidecar', () => {
  const bytes = (length: number) => new Uint8Array(length)
  const sidecar: Sidecar = {
    blobs: [bytes(131_072)],
    commitments: [bytes(48)],
    cellProofs: [Array(CELL_PROOFS).fill(bytes(48))],
  }
  const envelope = Uint8Array.of(3, 0xc0)

  it('is the envelope with what the network asks for', () => {
    expect(withSidecar(envelope, sidecar)[0]).toBe(3)
  })

  it.each<[string, Uint8Array, Partial<Sidecar>, RegExp]>([
    ['another type', Uint8Array.of(2, 0xc0), {}, /type 2 instead of 3/],
    ['no blob', envelope, { blobs: [] }, /0 blobs have 1 commitments/],
    ['a commitment too few', envelope, { commitments: [] }, /1 blobs have 0 commitments/],
    ['a set of proofs too few', envelope, { cellProofs: [] }, /0 sets of proofs/],
    ['a proof too few', envelope, { cellProofs: [Array(CELL_PROOFS - 1).fill(bytes(48))] }, /not 128 cell proofs/],
    ['a short commitment', envelope, { commitments: [bytes(47)] }, /not 48 bytes/],
    ['a short proof', envelope, { cellProofs: [Array(CELL_PROOFS).fill(bytes(47))] }, /not 48 bytes/],
    ['a short blob', envelope, { blobs: [bytes(131_071)] }, /not 131072 bytes/],
  ])('is not made of %s', (_what, signed, change, reason) => {
    const refusal = { code: 'SIDECAR_MALFORMED', message: expect.stringMatching(reason) }
    expect(() => withSidecar(signed, { ...sidecar, ...change })).toThrow(expect.objectContaining(refusal))
  })
})
