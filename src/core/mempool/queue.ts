import type { Transaction } from '../ports/execution.js'
import type { Address } from '../types/hex.js'
import { cost } from './validate.js'

/** A transaction in the pool and its seniority: the lower `arrival`, the earlier its turn. */
export interface Entry {
  tx: Transaction
  arrival: number
  /** It was in a block once that is orphaned now: never evicted. */
  restored: boolean
  /** Accounts that its authorizations are signed by (EIP-7702). */
  authorities: readonly Address[]
}

/** The transactions of one sender, by nonce, one for each nonce. */
export class SenderQueue {
  readonly #entries: Entry[] = []
  #bytes = 0
  #cost = 0n
  /** The account's nonce in the newest state that the pool was told. */
  stateNonce: number

  constructor(stateNonce: number) {
    this.stateNonce = stateNonce
  }

  get entries(): readonly Entry[] {
    return this.#entries
  }

  get size(): number {
    return this.#entries.length
  }

  get bytes(): number {
    return this.#bytes
  }

  /** wei, of all together */
  get cost(): bigint {
    return this.#cost
  }

  at(nonce: number): Entry | undefined {
    const entry = this.#entries[this.#position(nonce)]
    return entry?.tx.nonce === nonce ? entry : undefined
  }

  /** Puts `entry` in its place and gives the one that stood there. */
  put(entry: Entry): Entry | undefined {
    const old = this.take(entry.tx.nonce)
    this.#entries.splice(this.#position(entry.tx.nonce), 0, entry)
    this.#bytes += entry.tx.raw.length
    this.#cost += cost(entry.tx)
    return old
  }

  take(nonce: number): Entry | undefined {
    const position = this.#position(nonce)
    if (this.#entries[position]?.tx.nonce !== nonce) return undefined
    const [taken] = this.#entries.splice(position, 1)
    if (taken === undefined) return undefined
    this.#bytes -= taken.tx.raw.length
    this.#cost -= cost(taken.tx)
    return taken
  }

  /** How many, counted from `nonce`, follow each other without a gap and can pay `baseFee` (wei). */
  executable(nonce: number, baseFee = 0n): number {
    const start = this.#position(nonce)
    let count = 0
    for (let entry = this.#entries[start]; entry !== undefined; entry = this.#entries[start + count]) {
      if (entry.tx.nonce !== nonce + count || entry.tx.maxFeePerGas < baseFee) break
      count++
    }
    return count
  }

  /** Those from `nonce` on that `executable` counts. */
  ready(nonce: number, baseFee: bigint): readonly Entry[] {
    const start = this.#position(nonce)
    return this.#entries.slice(start, start + this.executable(nonce, baseFee))
  }

  /** Index of the first entry with at least `nonce`. */
  #position(nonce: number): number {
    let low = 0
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#entries[middle]?.tx.nonce ?? Number.POSITIVE_INFINITY) < nonce) low = middle + 1
      else high = middle
    }
    return low
  }
}
