import type { Common } from '@ethereumjs/common'
import { createTxFromRLP, type TypedTransaction } from '@ethereumjs/tx'
import { equalBytes, type Hex, keccak256 } from '../../../core/codec/index.js'
import { Exit, MetisSeqError, messageOf } from '../../../core/errors/index.js'
import type { Transaction } from '../../../core/ports/execution.js'
import type { Address, Hash } from '../../../core/types/hex.js'
import { Cache } from './cache.js'
import { toHex } from './hex.js'

/** A transaction that decodes and has a sender. */
export interface Recovered {
  tx: TypedTransaction
  hash: Hash
  from: Address
  raw: Uint8Array
}

const REMEMBERED = 10_000
/** As geth's pool: nothing larger is read. */
const MAX_BYTES = 128 * 1024

/** Decodes envelopes, each once: recovering a sender costs as much as a transfer. */
export class TransactionDecoder {
  readonly #common: Common
  readonly #known = new Cache<Hash, Recovered>(REMEMBERED)

  constructor(common: Common) {
    this.#common = common
  }

  /** @throws MetisSeqError `TX_INVALID` */
  recover(raw: Uint8Array): Recovered {
    const hash = keccak256(raw)
    const known = this.#known.get(hash)
    if (known !== undefined) return known
    const recovered = this.#recover(raw, hash)
    this.#known.set(hash, recovered)
    return recovered
  }

  #recover(raw: Uint8Array, hash: Hash): Recovered {
    const type = raw[0] ?? 0x7f
    if (type > 2 && type < 0xc0) throw invalid(hash, `its type is ${type}, and only types 0, 1 and 2 are accepted`)
    if (type === 0) throw invalid(hash, 'a legacy transaction has no type byte')
    if (raw.length > MAX_BYTES) throw invalid(hash, `it has ${raw.length} bytes, at most ${MAX_BYTES} are accepted`)
    try {
      const tx = createTxFromRLP(raw, { common: this.#common })
      if (!equalBytes(tx.serialize(), raw)) throw new Error('its encoding is not canonical')
      return { tx, hash, from: tx.getSenderAddress().toString(), raw }
    } catch (error) {
      throw invalid(hash, messageOf(error), error)
    }
  }
}

/** A recovered transaction in the shape of the port. */
export function portTransaction({ tx, hash, from, raw }: Recovered): Transaction {
  const fee = feesOf(tx)
  const v = tx.v ?? 0n
  const typed = tx.type !== 0
  const parity = typed ? v : (v - 27n) % 2n === 0n ? 0n : 1n
  return {
    hash,
    type: tx.type === 0 ? 0 : tx.type === 1 ? 1 : 2,
    from,
    to: tx.to?.toString() ?? null,
    nonce: Number(tx.nonce),
    value: tx.value,
    gasLimit: tx.gasLimit,
    ...fee,
    data: toHex(tx.data),
    chainId: typed || v >= 35n ? Number(tx.common.chainId()) : null,
    accessList:
      'accessList' in tx
        ? tx.accessList.map(([address, keys]) => ({ address: toHex(address), storageKeys: keys.map(toHex) }))
        : [],
    signature: { v, r: wordOf(tx.r), s: wordOf(tx.s), yParity: parity === 0n ? 0 : 1 },
    raw,
  }
}

/** wei a gas; types 0 and 1 have one price */
export function feesOf(tx: TypedTransaction): { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint } {
  if ('maxFeePerGas' in tx) return { maxFeePerGas: tx.maxFeePerGas, maxPriorityFeePerGas: tx.maxPriorityFeePerGas }
  return { maxFeePerGas: tx.gasPrice, maxPriorityFeePerGas: tx.gasPrice }
}

function wordOf(value: bigint | undefined): Hex {
  return `0x${(value ?? 0n).toString(16).padStart(64, '0')}`
}

function invalid(hash: Hash, reason: string, cause?: unknown): MetisSeqError {
  return new MetisSeqError('TX_INVALID', `Transaction ${hash} is invalid: ${reason}.`, {
    exit: Exit.reverted,
    details: { hash, reason },
    next: 'Sign the transaction again for this chain, with type 0, 1 or 2.',
    cause,
  })
}
