import { mkdir } from 'node:fs/promises'
import { ClassicLevel } from 'classic-level'
import { Exit, MetisSeqError, messageOf } from '../../core/errors/index.js'
import type { Change, Database } from '../../core/ports/database.js'

/** Encoding of keys and values: bytes as they are. */
const bytes = { keyEncoding: 'view', valueEncoding: 'view' } as const

/**
 * Opens the LevelDB in `directory`, creating it where there is none; its lock keeps a second process out.
 * @throws MetisSeqError `DATABASE_IN_USE` or `DATABASE_FAILED` (exit 9)
 */
export async function openDatabase(directory: string): Promise<Database> {
  await mkdir(directory, { recursive: true })
  const level = new ClassicLevel<Uint8Array, Uint8Array>(directory, bytes)
  try {
    await level.open()
  } catch (error) {
    throw openingFailed(directory, error)
  }
  return new LevelDatabase(level)
}

class LevelDatabase implements Database {
  readonly #level: ClassicLevel<Uint8Array, Uint8Array>

  constructor(level: ClassicLevel<Uint8Array, Uint8Array>) {
    this.#level = level
  }

  get(key: Uint8Array): Uint8Array | undefined {
    try {
      const value = this.#level.getSync(key)
      return value && plain(value)
    } catch (error) {
      throw this.#failed('read', error)
    }
  }

  async write(changes: readonly Change[]): Promise<void> {
    const operations = changes.map(({ key, value }) =>
      value === undefined ? ({ type: 'del', key } as const) : ({ type: 'put', key, value } as const),
    )
    try {
      await this.#level.batch(operations, { ...bytes, sync: true })
    } catch (error) {
      throw this.#failed('written', error)
    }
  }

  async *entries(from: Uint8Array, to: Uint8Array, limit = -1): AsyncIterable<readonly [Uint8Array, Uint8Array]> {
    try {
      for await (const entry of this.#level.iterator({ gte: from, lt: to, limit })) {
        yield [plain(entry[0]), plain(entry[1])]
      }
    } catch (error) {
      throw error instanceof MetisSeqError ? error : this.#failed('read', error)
    }
  }

  async close(): Promise<void> {
    await this.#level.close()
  }

  #failed(what: 'read' | 'written', cause: unknown): MetisSeqError {
    const message = `The database in ${this.#level.location} could not be ${what}: ${messageOf(cause)}.`
    return new MetisSeqError('DATABASE_FAILED', message, {
      exit: Exit.data,
      severity: 'critical',
      next: 'Check free space, permissions and the health of the disk, then start the node again.',
      cause,
    })
  }
}

/** LevelDB hands out Buffers, whose `slice` shares memory where that of Uint8Array copies. */
function plain(value: Uint8Array): Uint8Array {
  return new Uint8Array(value.buffer, value.byteOffset, value.length)
}

function openingFailed(directory: string, cause: unknown): MetisSeqError {
  const reason = cause instanceof Error ? (cause.cause ?? cause) : cause
  const locked = reason instanceof Error && 'code' in reason && reason.code === 'LEVEL_LOCKED'
  if (locked) {
    return new MetisSeqError('DATABASE_IN_USE', `The database in ${directory} is in use by another process.`, {
      exit: Exit.data,
      severity: 'critical',
      next: 'Stop the other node, or choose another data directory.',
      details: { directory },
      cause,
    })
  }
  return new MetisSeqError(
    'DATABASE_FAILED',
    `The database in ${directory} could not be opened: ${messageOf(reason)}.`,
    {
      exit: Exit.data,
      severity: 'critical',
      next: 'Check permissions and free space; a damaged database has to be deleted and imported again.',
      details: { directory },
      cause,
    },
  )
}
