import type { DatabaseAddress } from '../../../../core/ports/database.js'
import type { Hash } from '../../../../core/types/hex.js'
import type { ChainRules } from '../evm/wire.js'
import { readFailed, readsClosed } from './errors.js'
import { type ReadPool, sharedReadPool } from './pool.js'
import { READ_LIMITS, type ReadKind } from './task.js'

export interface ReadsOptions extends ChainRules {
  /** Where threads find the chain; undefined: it was not opened for several, and all reads fail. */
  database: DatabaseAddress | undefined
  /** That of the process where not given. */
  pool?: ReadPool
}

let lastId = 0

/** The reads of one chain that run in threads. */
export class Reads {
  readonly #options: ReadsOptions
  readonly #pool: ReadPool
  readonly #id = ++lastId
  #closed: Promise<void> | undefined

  constructor(options: ReadsOptions) {
    this.#options = options
    this.#pool = options.pool ?? sharedReadPool()
  }

  /**
   * Reads in a thread; `body` is what `readWork.ts` takes, the answer JSON. `time` (ms) may shorten what a read of that kind may take.
   * @throws MetisSeqError as the pool's `run`
   */
  async run(kind: ReadKind, body: object, blockHash?: Hash, time = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
    if (this.#closed !== undefined) throw readsClosed()
    const { database, chainId, osakaTime } = this.#options
    if (database === undefined) throw readFailed('the database was not opened for several threads')
    const encoded = new TextEncoder().encode(JSON.stringify(body))
    const task = { chain: { id: this.#id, database, chainId, osakaTime }, kind, blockHash, body: encoded }
    return this.#pool.run(task, Math.max(1, Math.min(time, READ_LIMITS[kind].time)))
  }

  /** Ends all reads. Once it resolves, no thread has the chain's database open. */
  close(): Promise<void> {
    this.#closed ??= this.#pool.leave(this.#id)
    return this.#closed
  }
}
