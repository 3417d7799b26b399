import { bigEndian, bytesToHex } from '../../../src/core/codec/index.js'
import type { Transaction } from '../../../src/core/ports/execution.js'
import type { Address } from '../../../src/core/types/hex.js'

let serial = 0n

/** An address that is told apart by its number. */
export function address(number: number): Address {
  return bytesToHex(bigEndian(number, 20))
}

/** A transaction as the engine decodes it; the pool reads its fields and never the signature. */
export function transfer(fields: Partial<Transaction> = {}): Transaction {
  const price = fields.maxFeePerGas ?? 1_000n
  return {
    hash: bytesToHex(bigEndian(++serial, 32)),
    type: 2,
    from: address(1),
    to: address(99),
    nonce: 0,
    value: 0n,
    gasLimit: 21_000n,
    maxFeePerGas: price,
    maxPriorityFeePerGas: price < 100n ? price : 100n,
    data: '0x',
    chainId: 4242,
    accessList: [],
    signature: { v: 0n, r: '0x', s: '0x', yParity: 0 },
    raw: new Uint8Array(110),
    ...fields,
  }
}

export const rich = { nonce: 0, balance: 10n ** 24n }
