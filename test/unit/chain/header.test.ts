import { createBlockHeader } from '@ethereumjs/block'
import { Bloom } from '@ethereumjs/vm'
import { solidityPackedKeccak256 } from 'ethers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockAttributes } from '../../../src/core/chain/attributes.js'
import { nextBaseFee } from '../../../src/core/chain/baseFee.js'
import { assembleBlock, parseBlock } from '../../../src/core/chain/block.js'
import { decodeExtraData, encodeExtraData } from '../../../src/core/chain/extraData.js'
import { EMPTY_REQUESTS, type Header, parseHeader } from '../../../src/core/chain/header.js'
import { withdrawalsRoot } from '../../../src/core/chain/orderedRoot.js'
import { bytesToHex, rlpDecode, rlpEncode } from '../../../src/core/codec/index.js'
import type { Hex } from '../../../src/core/types/hex.js'
import { addToBloom, BLOOM_BYTES, bloomTest, mergeBloom } from '../../support/bloom.js'
import { chainCommon } from '../../support/ethereumjs/common.js'

const hexOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map(bytesToHex)
const safe = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const gas = fc.bigInt(0n, 2n ** 63n)

describe('extraData', () => {
  it('is term and L1 origin, 8 bytes each', () => {
    expect(encodeExtraData({ term: 258, l1Origin: 1 })).toBe('0x00000000000001020000000000000001')
  })

  it('reads what it writes', () => {
    fc.assert(
      fc.property(safe, safe, (term, l1Origin) => {
        expect(decodeExtraData(encodeExtraData({ term, l1Origin }))).toEqual({ term, l1Origin })
      }),
    )
  })

  it.each<Hex>(['0x', `0x${'00'.repeat(15)}`, `0x${'00'.repeat(17)}`, `0x${'ff'.repeat(16)}`, `0x${'zz'.repeat(16)}`])(
    'refuses %s',
    (hex) => {
      expect(() => decodeExtraData(hex)).toThrow(expect.objectContaining({ code: 'EXTRA_DATA_MALFORMED' }))
    },
  )
})

describe('attributes', () => {
  const source = { term: 3, sequencer: `0x${'5e'.repeat(20)}`, l1Origin: 9, timestamp: 77, withdrawals: [] } as const

  it('follow from parent and term (rule T2)', () => {
    const parentHash: Hex = `0x${'0a'.repeat(32)}`
    const attributes = blockAttributes({ ...source, parentHash })
    expect(attributes).toEqual({
      timestamp: 77,
      feeRecipient: source.sequencer,
      prevRandao: solidityPackedKeccak256(['bytes32', 'uint64'], [parentHash, 3]),
      extraData: '0x00000000000000030000000000000009',
      withdrawals: [],
    })
  })

  it('have another prevRandao for each parent and each term', () => {
    const of = (parentHash: Hex, term: number) => blockAttributes({ ...source, parentHash, term }).prevRandao
    const [a, b] = [`0x${'0a'.repeat(32)}`, `0x${'0b'.repeat(32)}`] as const
    expect(new Set([of(a, 1), of(a, 2), of(b, 1), of(b, 2)]).size).toBe(4)
  })
})

describe('base fee', () => {
  it('is that of an independent implementation', () => {
    const common = chainCommon(1)
    fc.assert(
      fc.property(
        fc.bigInt(5000n, 10n ** 9n),
        fc.bigInt(0n, 10n ** 9n),
        fc.bigInt(0n, 10n ** 13n),
        (gasLimit, part, baseFee) => {
          const gasUsed = (gasLimit * part) / 10n ** 9n
          const theirs = createBlockHeader({ number: 1n, gasLimit, gasUsed, baseFeePerGas: baseFee }, { common })
          expect(nextBaseFee({ gasLimit, gasUsed, baseFee })).toBe(theirs.calcNextBaseFee())
        },
      ),
    )
  })
})

describe('bloom', () => {
  it('has the bits of an independent implementation, and finds what was added', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 20, maxLength: 32 }), { maxLength: 20 }), (items) => {
        const [ours, theirs] = [new Uint8Array(BLOOM_BYTES), new Bloom()]
        for (const item of items) {
          const one = new Uint8Array(BLOOM_BYTES)
          addToBloom(one, item)
          mergeBloom(ours, one)
          theirs.add(item)
        }
        expect(ours).toEqual(theirs.bitvector)
        for (const item of items) expect(bloomTest(item)(ours)).toBe(true)
      }),
    )
  })
})

const headers: fc.Arbitrary<Header> = fc.record({
  parentHash: hexOf(32),
  feeRecipient: hexOf(20),
  stateRoot: hexOf(32),
  transactionsRoot: hexOf(32),
  receiptsRoot: hexOf(32),
  logsBloom: hexOf(256),
  number: safe,
  gasLimit: gas,
  gasUsed: gas,
  timestamp: safe,
  extraData: fc.uint8Array({ maxLength: 32 }).map(bytesToHex),
  prevRandao: hexOf(32),
  baseFee: fc.bigInt(0n, 2n ** 200n),
  withdrawalsRoot: hexOf(32),
  requestsHash: hexOf(32),
})

describe('block', () => {
  const withdrawals = fc.array(
    fc.record({ index: fc.nat(), address: hexOf(20), amountGwei: fc.bigInt(0n, 2n ** 64n - 1n) }),
    { maxLength: 4 },
  )

  it('reads what it writes', () => {
    const typed = fc.uint8Array({ minLength: 1, maxLength: 50 }).map((bytes) => Uint8Array.of(2, ...bytes))
    const legacy = fc.array(fc.nat(), { maxLength: 9 }).map((fields) => rlpEncode(fields))
    fc.assert(
      fc.property(
        headers,
        fc.array(fc.oneof(typed, legacy), { maxLength: 5 }),
        withdrawals,
        (header, list, credits) => {
          const block = assembleBlock(header, list, credits)
          expect(parseBlock(block.encoded)).toEqual({ header, block })
        },
      ),
    )
  })

  it('refuses a header whose constants are not those of our chains', () => {
    const header = {
      ...fc.sample(headers, 1)[0],
      requestsHash: EMPTY_REQUESTS,
    } as Header
    const items = rlpDecode(assembleBlock(header, [], []).encoded)
    const fields = Array.isArray(items) ? items[0] : undefined
    if (!Array.isArray(fields)) throw new Error('no header')
    for (const constant of [1, 7, 14, 17, 18, 19]) {
      const changed = fields.map((field, i) => (i === constant ? Uint8Array.of(1) : field))
      expect(() => parseHeader(changed)).toThrow(expect.objectContaining({ code: 'BLOCK_MALFORMED' }))
    }
    expect(() => parseHeader(fields.slice(1))).toThrow(expect.objectContaining({ code: 'BLOCK_MALFORMED' }))
  })

  it('has the withdrawals root of EIP-4895 for none', () => {
    expect(withdrawalsRoot([])).toBe('0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421')
  })
})
