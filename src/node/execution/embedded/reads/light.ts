import {
  malformed,
  type RlpInput,
  rlpBytes,
  rlpDecode,
  rlpEncode,
  rlpInteger,
  rlpList,
} from '../../../../core/codec/index.js'
import type { Block } from '../../../../core/ports/execution.js'
import type { Address, Hash, Hex } from '../../../../core/types/hex.js'
import { Cache } from '../cache.js'
import type { EvmFunction } from '../evm/instance.js'
import type { ChainRules } from '../evm/wire.js'
import { fromHex, toHex } from '../hex.js'
import type { StoredChain } from '../store/stored.js'
import type { ReadEngines } from './engines.js'

/** An account in a state; one that is not there has nothing. */
export interface Account {
  nonce: number
  /** wei */
  balance: bigint
  /** undefined: no code */
  codeHash: Uint8Array | undefined
}

const ABSENT: Account = { nonce: 0, balance: 0n, codeHash: undefined }
/** Hash of no code. */
const NO_CODE: Hex = '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'
/** Who asks for a nonce soon asks for the balance. */
const REMEMBERED = 4_096
const fail = malformed('EVM_REPLY_MALFORMED', 'account of the execution engine')

/** Reads of single accounts and slots: microseconds each, in the thread that asks. */
export class LightReads {
  readonly #engines: ReadEngines
  readonly #rules: ChainRules
  readonly #chain: StoredChain
  readonly #known = new Cache<string, Account>(REMEMBERED)

  constructor(engines: ReadEngines, rules: ChainRules, chain: StoredChain) {
    this.#engines = engines
    this.#rules = rules
    this.#chain = chain
  }

  /** The account in the state after `block`. @throws MetisSeqError `STATE_PRUNED`, `STATE_INCOMPLETE` */
  account(address: Address, block: Block): Account {
    this.#chain.requireState(block)
    const name = `${block.stateRoot}${address}`
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const account = parseAccount(this.#ask('account', block, [fromHex(block.stateRoot), fromHex(address)]))
    this.#known.set(name, account)
    return account
  }

  code(address: Address, block: Block): Hex {
    const { codeHash } = this.account(address, block)
    if (codeHash === undefined) return '0x'
    const code = this.#chain.code(codeHash)
    if (code === undefined) throw fail(`its code ${toHex(codeHash)} is not there`)
    return toHex(code)
  }

  storage(address: Address, slot: Hash, block: Block): Hash {
    this.#chain.requireState(block)
    const reply = this.#ask('storage', block, [fromHex(block.stateRoot), fromHex(address), BigInt(slot)])
    const value = rlpInteger(rlpDecode(reply, fail), 'the value', fail)
    return `0x${value.toString(16).padStart(64, '0')}`
  }

  #ask(name: EvmFunction, block: Block, request: RlpInput[]): Uint8Array {
    return this.#engines.invoke(this.#rules, { chain: this.#chain, block }, name, rlpEncode(request))
  }
}

function parseAccount(reply: Uint8Array): Account {
  const item = rlpDecode(reply, fail)
  if (Array.isArray(item) && item.length === 0) return ABSENT
  const [nonce, balance, hash] = rlpList(item, 4, 'it', fail)
  const codeHash = rlpBytes(hash, 'the code hash', fail)
  return {
    nonce: Number(rlpInteger(nonce, 'the nonce', fail, 8)),
    balance: rlpInteger(balance, 'the balance', fail),
    codeHash: toHex(codeHash) === NO_CODE ? undefined : codeHash,
  }
}
