import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeInbox, encodeInbox, type InboxTransaction } from '../../../src/core/batching/inbox.js'
import { bytesToHex } from '../../../src/core/codec/index.js'

const u256 = fc.bigInt({ min: 0n, max: (1n << 256n) - 1n })
const header = { batchIndex: u256, firstBlock: u256, blockCount: fc.integer({ min: 1, max: 2 ** 32 - 1 }) }
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(bytesToHex)
const inbox: fc.Arbitrary<InboxTransaction> = fc.oneof(
  fc.record({
    ...header,
    da: fc.constant('calldata' as const),
    compression: fc.constantFrom('none' as const, 'zlib' as const),
    payload: fc.uint8Array({ minLength: 1, maxLength: 99 }),
  }),
  fc.record({
    ...header,
    da: fc.constant('blob' as const),
    transactionHashes: fc.array(hash, { minLength: 1, maxLength: 5 }),
  }),
)

describe('inbox transaction', () => {
  it('reads what it writes', () => {
    fc.assert(
      fc.property(inbox, (transaction) => {
        expect(decodeInbox(encodeInbox(transaction))).toEqual(transaction)
      }),
    )
  })

  const calldata = (change: (bytes: Uint8Array) => void, length = 102) => {
    const bytes = new Uint8Array(length)
    bytes.set([3, 0])
    bytes[69] = 1
    change(bytes)
    return bytes
  }
  it.each([
    ['only a header', calldata(() => {}, 70)],
    ['the object store', calldata((bytes) => bytes.set([1]))],
    ['celestia', calldata((bytes) => bytes.set([2]))],
    ['an unknown compression', calldata((bytes) => bytes.set([0, 1]))],
    ['compressed hashes', calldata((bytes) => bytes.set([3, 11]))],
    ['half a hash', calldata(() => {}, 86)],
    ['no block', calldata((bytes) => bytes.set([0], 69))],
  ])('refuses %s', (_, bytes) => {
    expect(() => decodeInbox(bytes)).toThrow(expect.objectContaining({ code: 'BATCH_MALFORMED' }))
  })

  it('refuses to write an empty one', () => {
    const head = { batchIndex: 0n, firstBlock: 1n, blockCount: 1 }
    const invalid = expect.objectContaining({ code: 'BATCH_INVALID' })
    expect(() => encodeInbox({ ...head, da: 'blob', transactionHashes: [] })).toThrow(invalid)
    expect(() => encodeInbox({ ...head, da: 'calldata', compression: 'none', payload: new Uint8Array() })).toThrow(
      invalid,
    )
    const payload = Uint8Array.of(1)
    expect(() => encodeInbox({ ...head, blockCount: 0, da: 'calldata', compression: 'none', payload })).toThrow(invalid)
  })
})
