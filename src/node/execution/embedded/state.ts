import type { AccountFields, StateManagerInterface } from '@ethereumjs/common'
import { Account, type Address } from '@ethereumjs/util'
import { stateIncomplete, Trie } from '../../../core/chain/trie.js'
import { type Hex, keccakBytes, rlpDecode, rlpEncode } from '../../../core/codec/index.js'
import { accountFields, EMPTY_ACCOUNT, isEmptyCode, parseAccount, type StateRecord } from './account.js'
import { fromHex, hashedKey, toHex, trimmed } from './hex.js'

/** Where nodes and code lie; undefined when they are not there. */
export interface StateSource {
  node(hash: Uint8Array): Uint8Array | undefined
  code(hash: Uint8Array): Uint8Array | undefined
}

/** What a block adds to the disk. */
export interface StateChange {
  root: Hex
  nodes: readonly (readonly [hash: Uint8Array, encoded: Uint8Array])[]
  codes: readonly (readonly [hash: Uint8Array, code: Uint8Array])[]
}

/** An account's storage as far as it was touched. */
interface Slots {
  trie: Trie
  values: Map<Hex, Uint8Array>
  dirty: Set<Hex>
}

const NO_BYTES = new Uint8Array(0)
/** Accounts and trie nodes kept between blocks; above it everything is read anew. */
const MAX_CACHED = 50_000

/**
 * State of one chain at one root, as the EVM reads and changes it. Changes are undone by an undo log, and reach the
 * tries once a block, in `seal`. Reading is synchronous, so calls only look asynchronous. After an error it must be
 * thrown away: it may be ahead of the disk.
 */
export class State implements StateManagerInterface {
  readonly #source: StateSource
  #trie: Trie
  #accounts = new Map<Hex, StateRecord | undefined>()
  #storage = new Map<Hex, Slots>()
  #dirty = new Set<Hex>()
  #codes = new Map<Hex, Uint8Array>()
  #undo: (() => void)[] = []
  #marks: number[] = []
  #original = new Map<string, Uint8Array>()

  constructor(source: StateSource, root: Hex) {
    this.#source = source
    this.#trie = this.#open(fromHex(root))
  }

  /** Values at the start of the transaction, for the gas of SSTORE (EIP-2200). */
  readonly originalStorageCache = {
    get: async (address: Address, key: Uint8Array): Promise<Uint8Array> => {
      const at = address.toString() + toHex(key)
      const known = this.#original.get(at) ?? this.#slot(address.toString(), toHex(key))
      this.#original.set(at, known)
      return known
    },
    clear: (): void => this.#original.clear(),
  }

  async getAccount(address: Address): Promise<Account | undefined> {
    const record = this.#account(address.toString())
    return record && new Account(record.nonce, record.balance, record.storageRoot, record.codeHash)
  }

  async putAccount(address: Address, account?: Account): Promise<void> {
    if (account === undefined) return this.deleteAccount(address)
    const { nonce, balance, storageRoot, codeHash } = account
    this.#set(address.toString(), { nonce, balance, storageRoot, codeHash })
  }

  async deleteAccount(address: Address): Promise<void> {
    this.#set(address.toString(), undefined)
    this.#replaceSlots(address.toString())
  }

  async modifyAccountFields(address: Address, fields: AccountFields): Promise<void> {
    const { nonce, balance, storageRoot, codeHash } = fields
    const record = this.#account(address.toString()) ?? EMPTY_ACCOUNT
    this.#set(address.toString(), {
      nonce: nonce ?? record.nonce,
      balance: balance ?? record.balance,
      storageRoot: storageRoot ?? record.storageRoot,
      codeHash: codeHash ?? record.codeHash,
    })
  }

  async putCode(address: Address, code: Uint8Array): Promise<void> {
    const codeHash = keccakBytes(code)
    this.#codes.set(toHex(codeHash), code)
    await this.modifyAccountFields(address, { codeHash })
  }

  async getCode(address: Address): Promise<Uint8Array> {
    const record = this.#account(address.toString())
    if (record === undefined || isEmptyCode(record.codeHash)) return NO_BYTES
    const hash = toHex(record.codeHash)
    const code = this.#codes.get(hash) ?? this.#source.code(record.codeHash)
    if (code === undefined) throw stateIncomplete(`code ${hash}`)
    this.#codes.set(hash, code)
    return code
  }

  async getCodeSize(address: Address): Promise<number> {
    return (await this.getCode(address)).length
  }

  /** Without leading zeros: no bytes for zero. */
  async getStorage(address: Address, key: Uint8Array): Promise<Uint8Array> {
    return this.#slot(address.toString(), toHex(key))
  }

  async putStorage(address: Address, key: Uint8Array, value: Uint8Array): Promise<void> {
    const slots = this.#slots(address.toString())
    const at = toHex(key)
    const before = this.#slot(address.toString(), at)
    slots.values.set(at, trimmed(value))
    slots.dirty.add(at)
    this.#dirty.add(address.toString())
    this.#undo.push(() => slots.values.set(at, before))
  }

  async clearStorage(address: Address): Promise<void> {
    this.#replaceSlots(address.toString())
  }

  async checkpoint(): Promise<void> {
    this.#marks.push(this.#undo.length)
  }

  async commit(): Promise<void> {
    this.#marks.pop()
    if (this.#marks.length === 0) this.#undo = []
  }

  async revert(): Promise<void> {
    const mark = this.#marks.pop() ?? 0
    for (let undo = this.#undo.length > mark ? this.#undo.pop() : undefined; undo !== undefined; ) {
      undo()
      undo = this.#undo.length > mark ? this.#undo.pop() : undefined
    }
  }

  /** Hashes all changes since the last time. There must be no open checkpoint. */
  seal(): StateChange {
    const nodes: (readonly [Uint8Array, Uint8Array])[] = []
    const codes: (readonly [Uint8Array, Uint8Array])[] = []
    const sink = (hash: Uint8Array, encoded: Uint8Array) => nodes.push([hash, encoded])
    for (const address of this.#dirty) {
      const record = this.#account(address)
      if (record !== undefined) {
        const storageRoot = this.#sealStorage(address, record, sink)
        this.#accounts.set(address, { ...record, storageRoot })
        const code = this.#codes.get(toHex(record.codeHash))
        if (code !== undefined) codes.push([record.codeHash, code])
        this.#trie.put(hashedKey(address), rlpEncode(accountFields({ ...record, storageRoot })))
      } else this.#trie.put(hashedKey(address), NO_BYTES)
    }
    const root = this.#trie.commit(sink)
    this.#dirty.clear()
    this.#undo = []
    this.#shrink(root)
    return { root: toHex(root), nodes, codes }
  }

  async getStateRoot(): Promise<Uint8Array> {
    return fromHex(this.seal().root)
  }

  async setStateRoot(root: Uint8Array): Promise<void> {
    this.#trie = this.#open(root)
    this.clearCaches()
  }

  async hasStateRoot(root: Uint8Array): Promise<boolean> {
    return this.#source.node(root) !== undefined
  }

  clearCaches(): void {
    this.#accounts.clear()
    this.#storage.clear()
    this.#codes.clear()
    this.#dirty.clear()
    this.#original.clear()
    this.#undo = []
    this.#marks = []
  }

  shallowCopy(): State {
    return new State(this.#source, toHex(this.#trie.commit(() => undefined)))
  }

  #open(root: Uint8Array): Trie {
    return new Trie(root, (hash) => this.#source.node(hash))
  }

  #account(address: Hex): StateRecord | undefined {
    const known = this.#accounts.get(address)
    if (known !== undefined || this.#accounts.has(address)) return known
    const encoded = this.#trie.get(hashedKey(address))
    const record = encoded === undefined ? undefined : parseAccount(encoded)
    this.#accounts.set(address, record)
    return record
  }

  #set(address: Hex, record: StateRecord | undefined): void {
    const before = this.#account(address)
    this.#accounts.set(address, record)
    this.#dirty.add(address)
    this.#undo.push(() => this.#accounts.set(address, before))
  }

  #slots(address: Hex): Slots {
    const known = this.#storage.get(address)
    if (known !== undefined) return known
    const root = this.#account(address)?.storageRoot
    const slots: Slots = {
      trie: root === undefined ? new Trie() : this.#open(root),
      values: new Map(),
      dirty: new Set(),
    }
    this.#storage.set(address, slots)
    return slots
  }

  #replaceSlots(address: Hex): void {
    const before = this.#slots(address)
    this.#storage.set(address, { trie: new Trie(), values: new Map(), dirty: new Set() })
    this.#dirty.add(address)
    this.#undo.push(() => this.#storage.set(address, before))
  }

  #slot(address: Hex, key: Hex): Uint8Array {
    const slots = this.#slots(address)
    const known = slots.values.get(key)
    if (known !== undefined) return known
    const encoded = slots.trie.get(hashedKey(key))
    const value = encoded === undefined ? NO_BYTES : rlpDecode(encoded)
    if (!(value instanceof Uint8Array)) return NO_BYTES
    slots.values.set(key, value)
    return value
  }

  #sealStorage(address: Hex, record: StateRecord, sink: (hash: Uint8Array, encoded: Uint8Array) => void): Uint8Array {
    const slots = this.#storage.get(address)
    if (slots === undefined) return record.storageRoot
    for (const key of slots.dirty) {
      const value = slots.values.get(key) ?? NO_BYTES
      slots.trie.put(hashedKey(key), value.length === 0 ? NO_BYTES : rlpEncode(value))
    }
    slots.dirty.clear()
    return slots.trie.commit(sink)
  }

  #shrink(root: Uint8Array): void {
    let size = this.#trie.size + this.#accounts.size
    for (const slots of this.#storage.values()) size += slots.trie.size + slots.values.size
    if (size < MAX_CACHED) return
    this.#trie = this.#open(root)
    this.clearCaches()
  }
}
