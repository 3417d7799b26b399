import { Transaction } from 'ethers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MetisSeqError } from '../../../src/core/errors/index.js'
import { readSignedFile, readUnsigned } from '../../../src/core/staking/offline/read.js'
import { safeChecksum } from '../../../src/core/staking/offline/safe.js'
import { decodeUnsigned, encodeUnsigned } from '../../../src/core/staking/offline/unsigned.js'

const fail = (reason: string) => new MetisSeqError('INPUT_INVALID', reason)
const hex = (length: number) =>
  fc
    .uint8Array({ minLength: length, maxLength: length })
    .map((bytes) => `0x${Buffer.from(bytes).toString('hex')}` as const)

const transactions = fc.record({
  chainId: fc.bigInt({ min: 1n, max: 2n ** 53n - 1n }),
  nonce: fc.integer({ min: 0, max: 2 ** 40 }),
  to: hex(20),
  value: fc.bigInt({ min: 0n, max: 10n ** 24n }),
  data: fc.integer({ min: 0, max: 300 }).chain(hex),
  gasLimit: fc.bigInt({ min: 21_000n, max: 30_000_000n }),
  maxFeePerGas: fc.bigInt({ min: 1n, max: 10n ** 13n }),
  maxPriorityFeePerGas: fc.bigInt({ min: 0n, max: 1n }),
})

describe('an unsigned transaction', () => {
  it('is what ethers signs, and reads back', () => {
    fc.assert(
      fc.property(transactions, (transaction) => {
        const encoded = encodeUnsigned(transaction)
        expect(encoded).toBe(Transaction.from({ ...transaction, type: 2 }).unsignedSerialized)
        expect(decodeUnsigned(Buffer.from(encoded.slice(2), 'hex'), fail)).toEqual(transaction)
      }),
    )
  })

  it('that is damaged is refused with a reason, or is another transaction; never a crash', () => {
    fc.assert(
      fc.property(transactions, fc.nat(), fc.nat(255), (transaction, at, byte) => {
        const bytes = Buffer.from(encodeUnsigned(transaction).slice(2), 'hex')
        bytes[at % bytes.length] = byte
        try {
          expect(encodeUnsigned(decodeUnsigned(bytes, fail))).toBe(`0x${bytes.toString('hex')}`)
        } catch (error) {
          if (!(error instanceof MetisSeqError)) throw error
        }
      }),
      { numRuns: 1000 },
    )
  })
})

it('files of any other content are refused with a reason', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      for (const read of [readUnsigned, readSignedFile]) {
        if (read === readSignedFile && typeof value === 'string') continue // hex of any content: read with its signature
        expect(() => read(value, fail)).toThrow(MetisSeqError)
      }
    }),
  )
})

it('the checksum of a Safe batch is the one that the builder 1.18.0 wrote for this one', () => {
  const safe = '0x9a5BDF08a6969A4bDb7724beE3c6d8964BDc0B28'
  const delegate = { name: 'newDelegatee', type: 'address', internalType: 'address' }
  const checksum = safeChecksum({
    version: '1.0',
    chainId: '1',
    createdAt: 1750401839557,
    meta: {
      name: 'Transactions Batch',
      description: '',
      txBuilderVersion: '1.18.0',
      createdFromSafeAddress: safe,
      createdFromOwnerAddress: '',
    },
    transactions: [
      {
        to: '0x3Fa73f1E5d8A792C80F426fc8F84FBF7Ce9bBCAC',
        value: '0',
        data: null,
        contractMethod: { inputs: [delegate], name: 'delegate', payable: false },
        contractInputsValues: { newDelegatee: safe },
      },
    ],
  })
  expect(checksum).toBe('0x61db4b894f7fb3f0f54a3047ed86f13cbac0d5166a4e623645abc991891d126f')
})
