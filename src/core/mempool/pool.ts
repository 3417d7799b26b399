import type { Transaction } from '../ports/execution.js'
import type { Address, Hash } from '../types/hex.js'
import { PendingAuthorities } from './authorities.js'
import { victim, type Weight } from './eviction.js'
import { DEFAULT_LIMITS, type PoolLimits } from './limits.js'
import { type Entry, SenderQueue } from './queue.js'
import { refusal } from './refusal.js'
import { type SelectOptions, select } from './select.js'
import { type Account, checkAccount, checkAlone, cost, outbids } from './validate.js'

export interface Added {
  /** It can be included as soon as those before it are: no nonce is missing. */
  executable: boolean
  /** The transaction whose nonce and place in the queue it took. */
  replaced?: Transaction
  /** Those that left to make room. */
  evicted: readonly Transaction[]
}

/**
 * Transactions that wait for a block: bounded, fair between senders, in nonce order within one. Pure: it knows no clock, only the
 * order of arrival. What a block contains leaves with `dropStale`; what an orphaned block contained comes back with `restore`.
 */
export class TransactionPool {
  readonly limits: PoolLimits
  readonly #queues = new Map<Address, SenderQueue>()
  readonly #entries = new Map<Hash, Entry>()
  readonly #authorities = new PendingAuthorities()
  #bytes = 0
  #next = 1
  #first = 0

  constructor(limits: Pick<PoolLimits, 'chainId' | 'blockGasLimit'> & Partial<PoolLimits>) {
    this.limits = { ...DEFAULT_LIMITS, authoritiesOf: () => [], ...limits }
  }

  get size(): number {
    return this.#entries.size
  }

  get bytes(): number {
    return this.#bytes
  }

  has(hash: Hash): boolean {
    return this.#entries.has(hash)
  }

  get(hash: Hash): Transaction | undefined {
    return this.#entries.get(hash)?.tx
  }

  /** What waits, by sender and in nonce order. */
  content(): ReadonlyMap<Address, readonly Transaction[]> {
    return new Map([...this.#queues].map(([address, queue]) => [address, queue.entries.map(({ tx }) => tx)]))
  }

  /** The nonce for the next transaction of `address`, whose account is at `stateNonce`: after those that wait without a gap. */
  pendingNonce(address: Address, stateNonce: number): number {
    return stateNonce + (this.#queues.get(address)?.executable(stateNonce) ?? 0)
  }

  /**
   * Takes a transaction whose signature was checked; `account` is its sender in the state of the head, `baseFee` that of the next block
   * in wei.
   * @throws MetisSeqError `TX_*` with go-ethereum's text (see `refusal`); the pool is then as it was before.
   */
  add(tx: Transaction, account: Account, baseFee: bigint): Added {
    if (this.#entries.has(tx.hash)) throw refusal('TX_ALREADY_KNOWN', tx.hash)
    checkAlone(tx, this.limits)
    this.dropStale([[tx.from, account.nonce]])
    const queue = this.#queues.get(tx.from) ?? new SenderQueue(account.nonce)
    const old = queue.at(tx.nonce)
    checkAccount(tx, account, queue.cost - (old === undefined ? 0n : cost(old.tx)), this.limits)
    this.#checkPlace(tx, queue, old)
    this.#checkDelegation(tx, account, queue, old)
    const authorities = this.limits.authoritiesOf(tx)
    this.#checkAuthorities(authorities)
    if (old !== undefined) this.#remove(old)
    const entry: Entry = { tx, arrival: this.#next++, restored: false, authorities }
    this.#insert(entry, account.nonce)
    const evicted = this.#makeRoom(entry, old, baseFee)
    const executable = tx.nonce < this.pendingNonce(tx.from, account.nonce)
    return { executable, evicted, ...(old === undefined ? {} : { replaced: old.tx }) }
  }

  /** Transactions for the next block in fair order; they stay in the pool until `dropStale` or `remove`. */
  select(options: SelectOptions): readonly Transaction[] {
    return select(this.#queues, options)
  }

  /** Forgets transactions; unknown hashes are passed over. */
  remove(hashes: Iterable<Hash>): void {
    for (const hash of hashes) {
      const entry = this.#entries.get(hash)
      if (entry !== undefined) this.#remove(entry)
    }
  }

  /** Tells the nonces of accounts in the state of the head: what is below has been included or never will be. */
  dropStale(accountNonces: Iterable<readonly [Address, number]>): void {
    for (const [address, nonce] of accountNonces) {
      const queue = this.#queues.get(address)
      if (queue === undefined) continue
      queue.stateNonce = nonce
      for (let entry = queue.entries[0]; entry !== undefined && entry.tx.nonce < nonce; entry = queue.entries[0]) {
        this.#remove(entry)
      }
    }
  }

  /**
   * Takes back the transactions of orphaned blocks, in the order they had there. They go in front of all that wait, take the place of
   * another with the same nonce, and are neither refused nor evicted for want of room, since a rotation must lose none (rule T5).
   * Transactions that a new block holds already leave with the next `dropStale`.
   */
  restore(txs: readonly Transaction[]): void {
    const nonces = new Map<Address, number>()
    for (const { from, nonce } of txs) nonces.set(from, Math.min(nonce, nonces.get(from) ?? nonce))
    this.#first -= txs.length
    txs.forEach((tx, index) => {
      const same = this.#queues.get(tx.from)?.at(tx.nonce)
      if (same !== undefined) this.#remove(same)
      const entry = { tx, arrival: this.#first + index, restored: true, authorities: this.limits.authoritiesOf(tx) }
      this.#insert(entry, nonces.get(tx.from) ?? tx.nonce)
    })
    for (const [address, nonce] of nonces) {
      const queue = this.#queues.get(address)
      if (queue !== undefined) queue.stateNonce = Math.min(queue.stateNonce, nonce)
    }
  }

  #checkPlace(tx: Transaction, queue: SenderQueue, old: Entry | undefined): void {
    if (old !== undefined) {
      if (outbids(tx, old.tx, this.limits.priceBump)) return
      throw refusal(
        'TX_REPLACEMENT_UNDERPRICED',
        `nonce ${tx.nonce} waits with fee cap ${old.tx.maxFeePerGas} and priority fee ${old.tx.maxPriorityFeePerGas} wei,` +
          ` both must be ${this.limits.priceBump} % higher`,
      )
    }
    if (queue.size >= this.limits.perSender) {
      throw refusal('TX_SENDER_LIMIT', `${queue.size} transactions of ${tx.from} wait, limit ${this.limits.perSender}`)
    }
  }

  /**
   * Nonce and balance of an account that runs code, or is about to, are not its own: what waits of it may become worthless all at
   * once, without having cost anything. So one transaction of it may wait, the next one (as go-ethereum has it).
   */
  #checkDelegation(tx: Transaction, account: Account, queue: SenderQueue, old: Entry | undefined): void {
    if (old !== undefined || !(account.delegated === true || this.#authorities.has(tx.from))) return
    if (queue.size > 0) throw refusal('TX_DELEGATED_LIMIT', `${queue.size} transactions of ${tx.from} wait`)
    if (tx.nonce !== account.nonce) {
      throw refusal('TX_DELEGATED_GAP', `next nonce ${account.nonce}, tx nonce ${tx.nonce}`, { next: account.nonce })
    }
  }

  /** For the same reason nobody's account is delegated while more than one transaction of it waits. */
  #checkAuthorities(authorities: readonly Address[]): void {
    for (const authority of authorities) {
      const waiting = this.#queues.get(authority)?.size ?? 0
      if (waiting > 1) throw refusal('TX_AUTHORITY_RESERVED', `${waiting} transactions of ${authority} wait`)
    }
  }

  /** Lets others go until the pool is within its limits; where that would be `entry` itself, all is put back and it is refused. */
  #makeRoom(entry: Entry, old: Entry | undefined, baseFee: bigint): readonly Transaction[] {
    const gone: { entry: Entry; stateNonce: number }[] = []
    for (let weight = this.#overfull(); weight !== undefined; weight = this.#overfull()) {
      const last = victim(this.#queues.values(), weight, baseFee) ?? entry
      if (last !== entry) {
        gone.push({ entry: last, stateNonce: this.#queues.get(last.tx.from)?.stateNonce ?? last.tx.nonce })
        this.#remove(last)
        continue
      }
      const stateNonce = this.#queues.get(entry.tx.from)?.stateNonce ?? entry.tx.nonce
      this.#remove(entry)
      if (old !== undefined) gone.push({ entry: old, stateNonce })
      for (const back of gone) this.#insert(back.entry, back.stateNonce)
      throw refusal('TX_POOL_FULL', `${this.size} transactions with ${this.#bytes} bytes wait`)
    }
    return gone.map((left) => left.entry.tx)
  }

  #overfull(): Weight | undefined {
    if (this.#entries.size > this.limits.count) return 'count'
    return this.#bytes > this.limits.bytes ? 'bytes' : undefined
  }

  #insert(entry: Entry, stateNonce: number): void {
    const { tx } = entry
    const queue = this.#queues.get(tx.from) ?? new SenderQueue(stateNonce)
    this.#queues.set(tx.from, queue)
    queue.put(entry)
    this.#entries.set(tx.hash, entry)
    this.#authorities.add(entry.authorities)
    this.#bytes += tx.raw.length
  }

  #remove(entry: Entry): void {
    const { tx } = entry
    const queue = this.#queues.get(tx.from)
    queue?.take(tx.nonce)
    if (queue?.size === 0) this.#queues.delete(tx.from)
    if (this.#entries.delete(tx.hash)) this.#authorities.remove(entry.authorities)
    this.#bytes -= tx.raw.length
  }
}
