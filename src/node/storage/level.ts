import { resolve } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { Exit, MetisSeqError, messageOf } from '../../core/errors/index.js'
import type { Change, Database, DatabaseAddress, DatabaseReader } from '../../core/ports/database.js'
import { makePrivateFolder } from '../../files/private.js'
import { findDamage } from './integrity/check.js'

/** Whoever opens a database knows better. */
const IN_DOUBT = 'Keep the folder as it is, check the health of the disk, and bring the folder back from a copy.'

type Level = ClassicLevel<Uint8Array, Uint8Array>

/** Encoding of keys and values: bytes as they are. */
const bytes = { keyEncoding: 'view', valueEncoding: 'view' } as const
/** Bytes that an iterator reads in one go. */
const READ_AHEAD = 256 * 1024

/**
 * What this thread has open, and whether for several threads. A second opening must not reach LevelDB: it fails there, but
 * closes the lock file, and POSIX then takes the lock of the first one away.
 */
const owned = new Map<string, boolean>()

export interface OpenOptions {
  /** Other threads of this process may open it for reading, through its `address`; they have to close before it closes. */
  shared?: boolean
  /** What an operator does when the database is damaged, a whole sentence. */
  whenDamaged?: string
}

/**
 * Opens the LevelDB in `directory`, creating it where there is none; its lock keeps a second process out. All files are read
 * and checked first: LevelDB would go on without what is damaged, and say nothing.
 * @throws MetisSeqError `DATABASE_IN_USE` or `DATABASE_FAILED` (exit 9)
 */
export async function openDatabase(directory: string, options: OpenOptions = {}): Promise<Database> {
  const { shared = false, whenDamaged } = options
  const location = resolve(directory)
  if (owned.has(location)) throw inUse(directory)
  owned.set(location, shared)
  try {
    await makePrivateFolder(location).catch((error) => {
      throw openingFailed(directory, error)
    })
    await refuseDamage(location, whenDamaged)
    const level = await opened(new ClassicLevel(location, { ...bytes, multithreading: shared }), directory)
    return new LevelDatabase(level, shared ? { module: import.meta.url, directory: location } : undefined)
  } catch (error) {
    owned.delete(location)
    throw error
  }
}

/**
 * Opens, in a thread, what another thread of this process has open with `shared`; both see each write at once.
 * @throws MetisSeqError `DATABASE_IN_USE` or `DATABASE_FAILED` (exit 9)
 */
export async function openReader(directory: string): Promise<DatabaseReader> {
  const location = resolve(directory)
  if (owned.get(location) === false) throw inUse(directory)
  const options = { ...bytes, multithreading: true, createIfMissing: false }
  return new LevelReader(await opened(new ClassicLevel(location, options), directory))
}

async function refuseDamage(directory: string, whenDamaged = IN_DOUBT): Promise<void> {
  // Twice: another process that has it open, which is told of next, may just have replaced a file.
  for (let attempt = 0; ; attempt++) {
    const damaged = await findDamage(directory).catch((error) => {
      throw openingFailed(directory, error)
    })
    if (damaged === undefined) return
    if (attempt === 0) continue
    const { file, reason } = damaged
    throw new MetisSeqError('DATABASE_FAILED', `The database file ${file} is damaged: ${reason}.`, {
      exit: Exit.data,
      severity: 'critical',
      next: whenDamaged,
      details: { directory, file, reason },
    })
  }
}

async function opened(level: Level, directory: string): Promise<Level> {
  try {
    await level.open()
    return level
  } catch (error) {
    throw openingFailed(directory, error)
  }
}

class LevelReader implements DatabaseReader {
  protected readonly level: Level

  constructor(level: Level) {
    this.level = level
  }

  get(key: Uint8Array): Uint8Array | undefined {
    try {
      const value = this.level.getSync(key)
      return value && plain(value)
    } catch (error) {
      throw this.failed('read', error)
    }
  }

  async *entries(from: Uint8Array, to: Uint8Array, limit = -1): AsyncIterable<readonly [Uint8Array, Uint8Array]> {
    try {
      for await (const entry of this.level.iterator({ gte: from, lt: to, limit, highWaterMarkBytes: READ_AHEAD })) {
        yield [plain(entry[0]), plain(entry[1])]
      }
    } catch (error) {
      throw error instanceof MetisSeqError ? error : this.failed('read', error)
    }
  }

  async close(): Promise<void> {
    await this.level.close()
  }

  protected failed(what: 'read' | 'written', cause: unknown): MetisSeqError {
    const message = `The database in ${this.level.location} could not be ${what}: ${messageOf(cause)}.`
    return new MetisSeqError('DATABASE_FAILED', message, {
      exit: Exit.data,
      severity: 'critical',
      next: 'Check free space, permissions and the health of the disk, then start the node again.',
      cause,
    })
  }
}

class LevelDatabase extends LevelReader implements Database {
  readonly address: DatabaseAddress | undefined

  constructor(level: Level, address: DatabaseAddress | undefined) {
    super(level)
    this.address = address
  }

  async write(changes: readonly Change[], { lasting = true } = {}): Promise<void> {
    try {
      // Of the ways to one atomic write this costs the calling thread least: 0.5 ms for 1,500 nodes, an array 1.4.
      const batch = this.level.batch()
      for (const { key, value } of changes) {
        if (value === undefined) batch.del(key)
        else batch.put(key, value)
      }
      await batch.write({ sync: lasting })
    } catch (error) {
      throw this.failed('written', error)
    }
  }

  override async close(): Promise<void> {
    await super.close()
    owned.delete(this.level.location)
  }
}

/** LevelDB hands out Buffers, whose `slice` shares memory where that of Uint8Array copies. */
function plain(value: Uint8Array): Uint8Array {
  return new Uint8Array(value.buffer, value.byteOffset, value.length)
}

function openingFailed(directory: string, cause: unknown): MetisSeqError {
  const reason = cause instanceof Error ? (cause.cause ?? cause) : cause
  const locked = reason instanceof Error && 'code' in reason && reason.code === 'LEVEL_LOCKED'
  if (locked) return inUse(directory, cause)
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

function inUse(directory: string, cause?: unknown): MetisSeqError {
  return new MetisSeqError('DATABASE_IN_USE', `The database in ${directory} is in use by another process.`, {
    exit: Exit.data,
    severity: 'critical',
    next: 'Stop the other node, or choose another data directory.',
    details: { directory },
    cause,
  })
}
