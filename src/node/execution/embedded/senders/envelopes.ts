import { EMPTY_ROOT } from '../../../../core/chain/header.js'
import {
  malformed,
  type RlpItem,
  rlpBytes,
  rlpDecode,
  rlpEncode,
  rlpInteger,
  rlpList,
} from '../../../../core/codec/index.js'
import { MetisSeqError } from '../../../../core/errors/index.js'
import { recoverKey } from '../evm/ecdsa.js'
import { Instance } from '../evm/instance.js'
import { text } from '../evm/refusals.js'
import { openRequest } from '../evm/wire.js'

/** Hash (32 bytes each) and sender (20 bytes each) of some envelopes; zeros and a reason where there is none. */
export interface Recovered {
  hashes: Uint8Array
  senders: Uint8Array
  reasons: (readonly [index: number, reason: string])[]
}

const HASH = 32
const ADDRESS = 20
const NO_STATE = { node: () => undefined, code: () => undefined, blockHash: () => undefined }
const fail = malformed('EVM_REPLY_MALFORMED', 'reply of the execution engine')

/** Reads signed envelopes (EIP-2718) with an instance that has no state. After a trap the next call has a new one. */
export class EnvelopeReader {
  readonly #module: WebAssembly.Module
  #open: { instance: Instance; chainId: number } | undefined

  constructor(module: WebAssembly.Module) {
    this.#module = module
  }

  /**
   * Hash and sender of each of `envelopes`, an RLP list of them. One on which the engine breaks off has no sender; it does not take
   * the others with it.
   */
  recover(chainId: number, envelopes: Uint8Array): Recovered {
    try {
      return this.#recover(this.#of(chainId), envelopes)
    } catch (error) {
      if (!(error instanceof MetisSeqError) || error.code !== 'EVM_TRAPPED') throw error
      const items = list(rlpDecode(envelopes, fail), 'the envelopes')
      const [only] = items
      if (items.length === 1 && only !== undefined) return nothing([[0, error.message]], 1)
      return joined(items.map((item) => this.recover(chainId, rlpEncode([item]))))
    }
  }

  /** The fields of an envelope, see `decode` of the engine. @throws MetisSeqError `EVM_REFUSED` with the reason in its details */
  decode(chainId: number, raw: Uint8Array): RlpItem[] {
    return list(rlpDecode(this.#of(chainId).invoke('decode', rlpEncode(raw)), fail), 'the fields')
  }

  #of(chainId: number): Instance {
    const last = this.#open?.instance.dead === false ? this.#open : undefined
    if (last?.chainId === chainId) return last.instance
    const instance = last?.instance ?? new Instance(this.#module, NO_STATE)
    instance.invoke('open', openRequest({ chainId }, EMPTY_ROOT))
    this.#open = { instance, chainId }
    return instance
  }

  #recover(instance: Instance, envelopes: Uint8Array): Recovered {
    const signatures = list(rlpDecode(instance.invoke('signatures', envelopes), fail), 'the signatures')
    const recovered = nothing([], signatures.length)
    const keys: { index: number; key: Uint8Array }[] = []
    for (const [index, signature] of signatures.entries()) {
      const fields = list(signature, 'a signature')
      const key = fields.length === 1 ? bytesOf(fields[0]) : keyOf(fields)
      if (fields.length === 1) recovered.reasons.push([index, text(key ?? new Uint8Array(0))])
      else if (key === undefined) recovered.reasons.push([index, 'no key can have made its signature'])
      else {
        recovered.hashes.set(bytesOf(fields[0], HASH), index * HASH)
        keys.push({ index, key })
      }
    }
    const reply = instance.invoke('addresses', rlpEncode(keys.map(({ key }) => key)))
    const addresses = bytesOf(rlpDecode(reply, fail), keys.length * ADDRESS)
    for (const [i, { index }] of keys.entries())
      recovered.senders.set(addresses.subarray(i * ADDRESS, (i + 1) * ADDRESS), index * ADDRESS)
    return recovered
  }
}

/** The public key of [hash, digest, signature, recovery id]; undefined where no key can have made that signature. */
function keyOf(fields: RlpItem[]): Uint8Array | undefined {
  const [, digest, signature, recoveryId] = rlpList(fields, 4, 'a signature', fail)
  const id = Number(rlpInteger(recoveryId, 'a recovery id', fail, 1))
  return recoverKey(bytesOf(digest, 32), bytesOf(signature, 64), id)
}

function nothing(reasons: Recovered['reasons'], length: number): Recovered {
  return { hashes: new Uint8Array(length * HASH), senders: new Uint8Array(length * ADDRESS), reasons }
}

/** Of single envelopes. */
function joined(parts: readonly Recovered[]): Recovered {
  const all = nothing([], parts.length)
  for (const [index, { hashes, senders, reasons }] of parts.entries()) {
    all.hashes.set(hashes, index * HASH)
    all.senders.set(senders, index * ADDRESS)
    for (const [, reason] of reasons) all.reasons.push([index, reason])
  }
  return all
}

function list(item: RlpItem, what: string): RlpItem[] {
  if (!Array.isArray(item)) throw fail(`${what} are no list`)
  return item
}

function bytesOf(item: RlpItem | undefined, length?: number): Uint8Array {
  const bytes = rlpBytes(item, 'a field', fail)
  if (length !== undefined && bytes.length !== length) throw fail(`a field has ${bytes.length} bytes, not ${length}`)
  return bytes
}
