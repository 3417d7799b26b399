import { reached } from '../../../../core/faultPoints.js'
import type { Database } from '../../../../core/ports/database.js'
import { key } from '../store/keys.js'
import type { ChainStore } from '../store/store.js'

/** Nodes removed in one change of the chain: a few milliseconds. */
const SLICE = 512
const HASH = 32

export interface SweepOptions {
  database: Database
  store: ChainStore
  /** Runs a change of the chain when no other one is under way. */
  exclusive: <T>(change: () => Promise<T>) => Promise<T>
}

/** Removes nodes that were found to be garbage, but for those that were written since. */
export class Sweep {
  readonly #options: SweepOptions
  readonly #written = new Set<string>()
  #ended = false

  constructor(options: SweepOptions) {
    this.#options = options
  }

  /** From here on every node that is written is heard of. */
  begin(): Promise<void> {
    return this.#options.exclusive(async () => this.#listen())
  }

  /**
   * Removes the nodes with these hashes, 32 bytes each, that were not written since the last call; then what was written is
   * forgotten, so that the next reading may begin. @returns how many were removed
   */
  async remove(hashes: Uint8Array): Promise<number> {
    let removed = 0
    for (let from = 0; (from < hashes.length || from === 0) && !this.#ended; from += HASH * SLICE) {
      const isLast = from + HASH * SLICE >= hashes.length
      removed += await this.#options.exclusive(() => this.#turn(hashes.subarray(from, from + HASH * SLICE), isLast))
    }
    return removed
  }

  /** Nothing is removed from here on. */
  end(): void {
    this.#ended = true
    this.#options.store.onNodes = undefined
    this.#written.clear()
  }

  async #turn(hashes: Uint8Array, isLast: boolean): Promise<number> {
    const keys: Uint8Array[] = []
    for (let at = 0; at < hashes.length && !this.#ended; at += HASH) {
      const hash = hashes.subarray(at, at + HASH)
      if (!this.#written.has(nameOf(hash))) keys.push(key.node(hash))
    }
    // A removal that a power cut undoes leaves garbage, which the next prune finds.
    if (keys.length > 0)
      await this.#options.database.write(
        keys.map((each) => ({ key: each, value: undefined })),
        { lasting: false },
      )
    reached('prune.swept')
    if (isLast) this.#listen()
    return keys.length
  }

  /** Only in a turn: a write that is under way would be heard of by nobody. */
  #listen(): void {
    if (this.#ended) return
    this.#written.clear()
    this.#options.store.onNodes = (nodes) => {
      for (const [hash] of nodes) this.#written.add(nameOf(hash))
    }
  }
}

function nameOf(hash: Uint8Array): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.length).toString('latin1')
}
