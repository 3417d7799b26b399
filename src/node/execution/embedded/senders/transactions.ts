import {
  bigEndian,
  fromBigEndian,
  keccak256,
  malformed,
  type RlpItem,
  rlpBytes,
  rlpInteger,
  rlpList,
} from '../../../../core/codec/index.js'
import { Exit, MetisSeqError } from '../../../../core/errors/index.js'
import type { AccessListItem, Authorization } from '../../../../core/ports/calls.js'
import type { Transaction } from '../../../../core/ports/execution.js'
import type { Hash } from '../../../../core/types/hex.js'
import { Cache } from '../cache.js'
import { toHex } from '../hex.js'
import type { Senders } from './senders.js'

/** Bytes of envelopes whose transactions are remembered. */
const REMEMBERED_BYTES = 8 * 1024 * 1024
const fail = malformed('EVM_REPLY_MALFORMED', 'reply of the execution engine')

/** Decodes the envelopes of one chain, each once. */
export class TransactionDecoder {
  readonly #chainId: number
  readonly #senders: Senders
  readonly #known = new Cache<Hash, Transaction>(REMEMBERED_BYTES, ({ raw }) => raw.length)

  constructor(chainId: number, senders: Senders) {
    this.#chainId = chainId
    this.#senders = senders
  }

  /** @throws MetisSeqError `TX_INVALID` */
  decode(raw: Uint8Array): Transaction {
    const sender = this.#senders.recoverNow(this.#chainId, raw)
    if ('reason' in sender) throw invalidTransaction(raw, sender.reason)
    const known = this.#known.get(sender.hash)
    if (known !== undefined) return known
    const transaction = transactionOf(this.#senders.reader.decode(this.#chainId, raw), sender.from, raw)
    this.#known.set(sender.hash, transaction)
    return transaction
  }
}

export function invalidTransaction(raw: Uint8Array, reason: string): MetisSeqError {
  const hash = keccak256(raw)
  return new MetisSeqError('TX_INVALID', `Transaction ${hash} is invalid: ${reason}.`, {
    exit: Exit.reverted,
    details: { hash, reason },
    next: 'Sign the transaction again for this chain, with type 0, 1, 2 or 4.',
  })
}

/** The fields of the engine's `decode` in the shape of the port. */
function transactionOf(fields: RlpItem[], from: Transaction['from'], raw: Uint8Array): Transaction {
  const at = rlpList(fields, 16, 'a transaction', fail)
  const type = typeOf(number(at[0]))
  const chainId = bytes(at[1])
  const to = bytes(at[3])
  const authorizations = items(at[10]).map(authorization)
  return {
    hash: toHex(bytes(at[15])),
    type,
    from,
    to: to.length === 0 ? null : toHex(to),
    nonce: number(at[2]),
    value: integer(at[4]),
    gasLimit: integer(at[5]),
    maxFeePerGas: integer(at[6]),
    maxPriorityFeePerGas: integer(at[7]),
    data: toHex(bytes(at[8])),
    chainId: chainId.length === 0 ? null : number(at[1]),
    accessList: items(at[9]).map(accessListItem),
    ...(type === 4 ? { authorizationList: authorizations } : {}),
    signature: { v: integer(at[11]), r: word(at[12]), s: word(at[13]), yParity: number(at[14]) === 0 ? 0 : 1 },
    raw,
  }
}

function typeOf(type: number): Transaction['type'] {
  if (type === 0 || type === 1 || type === 2 || type === 4) return type
  throw fail(`a transaction has the type ${type}`)
}

function accessListItem(item: RlpItem): AccessListItem {
  const [address, keys] = rlpList(item, 2, 'an access list item', fail)
  return { address: toHex(bytes(address)), storageKeys: items(keys).map((key) => toHex(bytes(key))) }
}

function authorization(item: RlpItem): Authorization {
  const [chainId, address, nonce, yParity, r, s] = rlpList(item, 6, 'an authorization', fail)
  return {
    chainId: integer(chainId),
    address: toHex(bytes(address)),
    nonce: integer(nonce),
    yParity: number(yParity),
    r: word(r),
    s: word(s),
  }
}

function items(item: RlpItem | undefined): RlpItem[] {
  if (!Array.isArray(item)) throw fail('a field is no list')
  return item
}

function bytes(item: RlpItem | undefined): Uint8Array {
  return rlpBytes(item, 'a field', fail)
}

function integer(item: RlpItem | undefined): bigint {
  return rlpInteger(item, 'a field', fail)
}

/** Above 2^53 a nonce loses digits; no account comes so far. */
function number(item: RlpItem | undefined): number {
  return Number(integer(item))
}

function word(item: RlpItem | undefined): Hash {
  return toHex(bigEndian(fromBigEndian(bytes(item)), 32))
}
