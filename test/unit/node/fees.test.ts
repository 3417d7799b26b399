import { describe, expect, it } from 'vitest'
import { signedEnvelope, signingDigest, type UnsignedTransaction } from '../../../src/core/chain/transaction.js'
import { signDigest } from '../../../src/core/consensus/crypto.js'
import { bumped } from '../../../src/node/sequencer/duties.js'

const GWEI = 10n ** 9n

function envelope(blobs: boolean): Uint8Array {
  const transaction: UnsignedTransaction = {
    chainId: 1,
    nonce: 0,
    maxFeePerGas: 80n * GWEI,
    maxPriorityFeePerGas: 8n * GWEI,
    gasLimit: 21_000n,
    to: `0x${'11'.repeat(20)}`,
    value: 0n,
    data: new Uint8Array(0),
    blobs: blobs ? [`0x01${'22'.repeat(31)}`] : [],
    ...(blobs ? { maxFeePerBlobGas: 4n * GWEI } : {}),
  }
  return signedEnvelope(transaction, signDigest(signingDigest(transaction), new Uint8Array(32).fill(7)))
}

describe('rule B2: bumps change fees alone, within the cap', () => {
  const cheap = { maxFeePerGas: 1n, maxPriorityFeePerGas: 1n, maxFeePerBlobGas: 1n }

  it('raises an ordinary transaction by at least an eighth, one with blobs to the double', () => {
    expect(bumped(envelope(false), cheap, 500n * GWEI)).toMatchObject({
      maxFeePerGas: 90n * GWEI + 1n,
      maxPriorityFeePerGas: 9n * GWEI + 1n,
    })
    expect(bumped(envelope(true), cheap, 500n * GWEI)).toEqual({
      maxFeePerGas: 160n * GWEI,
      maxPriorityFeePerGas: 16n * GWEI,
      maxFeePerBlobGas: 8n * GWEI,
    })
  })

  it('follows the market where that is higher, and stays below the cap', () => {
    const market = { maxFeePerGas: 300n * GWEI, maxPriorityFeePerGas: 1n, maxFeePerBlobGas: 1n }
    expect(bumped(envelope(false), market, 500n * GWEI)?.maxFeePerGas).toBe(300n * GWEI)
    expect(bumped(envelope(false), market, 299n * GWEI)).toBeUndefined()
  })
})
