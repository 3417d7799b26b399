import { bigEndian } from '../../../../core/codec/index.js'
import { Exit, MetisSeqError } from '../../../../core/errors/index.js'
import { reached } from '../../../../core/faultPoints.js'
import type { Change, Database } from '../../../../core/ports/database.js'
import type { Block } from '../../../../core/ports/execution.js'
import { fromHex } from '../hex.js'
import type { Reference } from '../prune/walk.js'
import { key } from '../store/keys.js'
import { VERSION } from '../store/layout.js'
import { nodeEntries } from '../store/nodeEntry.js'
import type { SnapshotHeader, SnapshotSink } from './snapshot.js'

/** Bytes that are collected for one write. */
const BATCH = 1024 * 1024

/** Whether a chain may be imported into this database: it is new, or an import into it did not end. */
export function isVacant(database: Database): boolean {
  return database.get(key.importing) !== undefined || database.get(key.version) === undefined
}

/**
 * Puts a snapshot into a database that is vacant. Until `finish` it holds no chain, and says that an import is under way; what
 * an earlier import left is overwritten or, where it is of another state, pruned one day.
 */
export class SnapshotImport implements SnapshotSink {
  readonly #database: Database
  #number = 0
  #nodes: [hash: Uint8Array, encoded: Uint8Array][] = []
  /** Blocks and codes. */
  #others: Change[] = []
  /** The blocks' hashes under their numbers: what makes them a chain. */
  readonly #canonical: Change[] = []
  #bytes = 0

  /** @throws MetisSeqError `SNAPSHOT_TARGET_USED` (exit 9) */
  constructor(database: Database) {
    if (!isVacant(database)) throw used()
    this.#database = database
  }

  async header({ number }: SnapshotHeader): Promise<void> {
    this.#number = number
    await this.#database.write([{ key: key.importing, value: Uint8Array.of(1) }])
  }

  async block({ number, hash, encoded }: Block): Promise<void> {
    this.#others.push({ key: key.block(hash), value: encoded })
    this.#canonical.push({ key: key.canonical(number), value: fromHex(hash) })
    await this.#took(encoded.length)
  }

  async put({ kind, hash }: Reference, encoded: Uint8Array): Promise<void> {
    if (kind === 'code') this.#others.push({ key: key.code(hash), value: encoded })
    else this.#nodes.push([hash, encoded])
    await this.#took(encoded.length)
  }

  /** Makes the chain that begins with the snapshot's block: all that makes it visible is one write. */
  async finish({ genesis, number, hash }: SnapshotHeader): Promise<void> {
    await this.#flush()
    await this.#database.write([
      ...this.#canonical,
      { key: key.head, value: fromHex(hash) },
      { key: key.genesis, value: fromHex(genesis) },
      { key: key.oldest, value: bigEndian(number, 8) },
      { key: key.version, value: Uint8Array.of(VERSION) },
      { key: key.importing, value: undefined },
    ])
    reached('snapshot.finished')
  }

  async #took(bytes: number): Promise<void> {
    this.#bytes += bytes
    if (this.#bytes >= BATCH) await this.#flush()
  }

  /** Lasting each time: a write does not make those before it last, once LevelDB has begun another log in between. */
  async #flush(): Promise<void> {
    await this.#database.write([...nodeEntries(this.#nodes, this.#number), ...this.#others])
    reached('snapshot.flushed')
    this.#nodes = []
    this.#others = []
    this.#bytes = 0
  }
}

function used(): MetisSeqError {
  return new MetisSeqError('SNAPSHOT_TARGET_USED', 'The node has a chain already; a snapshot is not put over it.', {
    exit: Exit.data,
    next: 'Name a node that has none, or remove the folder `chain` of this one while it is stopped.',
  })
}
