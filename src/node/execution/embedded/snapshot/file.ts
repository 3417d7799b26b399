import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { MAX_BLOCK_BYTES } from '../../../../core/chain/block.js'
import { concatBytes, equalBytes, utf8 } from '../../../../core/codec/index.js'
import { Exit, MetisSeqError, messageOf } from '../../../../core/errors/index.js'

/**
 * A snapshot file is `MAGIC`, the version, records, a record without bytes, and the SHA-256 of all that. A record is its
 * length in four bytes, big endian, and as many bytes.
 */
const MAGIC = utf8('MTSQSNAP')
const VERSION = 1
const LENGTH = 4
const DIGEST = 32
const BUFFER = 1024 * 1024

/** Writes records front to back. */
export class SnapshotWriter {
  readonly #file: FileHandle
  readonly #hash = createHash('sha256')
  readonly #buffer = new Uint8Array(BUFFER)
  #filled = 0
  #bytes = 0

  constructor(file: FileHandle) {
    this.#file = file
  }

  /** Bytes written so far. */
  get bytes(): number {
    return this.#bytes
  }

  begin(): Promise<void> {
    return this.#put(concatBytes(MAGIC, Uint8Array.of(VERSION)))
  }

  /** Writes a record, of at least one byte. */
  async record(bytes: Uint8Array): Promise<void> {
    const length = new Uint8Array(LENGTH)
    new DataView(length.buffer).setUint32(0, bytes.length)
    await this.#put(length)
    await this.#put(bytes)
  }

  async end(): Promise<void> {
    await this.#put(new Uint8Array(LENGTH))
    await this.#put(this.#hash.copy().digest())
    await this.#flush()
  }

  async #put(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes)
    this.#bytes += bytes.length
    for (let from = 0; from < bytes.length; ) {
      const taken = bytes.subarray(from, from + BUFFER - this.#filled)
      this.#buffer.set(taken, this.#filled)
      this.#filled += taken.length
      from += taken.length
      if (this.#filled === BUFFER) await this.#flush()
    }
  }

  async #flush(): Promise<void> {
    for (let from = 0; from < this.#filled; )
      from += (await this.#file.write(this.#buffer, from, this.#filled - from)).bytesWritten
    this.#filled = 0
  }
}

/** Reads records front to back, in bounded memory. */
export class SnapshotReader {
  readonly path: string
  readonly #file: FileHandle
  readonly #hash = createHash('sha256')
  readonly #buffer = new Uint8Array(BUFFER)
  #from = 0
  #to = 0
  #bytes = 0

  private constructor(path: string, file: FileHandle) {
    this.path = path
    this.#file = file
  }

  /**
   * Opens the file and reads its beginning.
   * @throws MetisSeqError `SNAPSHOT_UNREADABLE` (exit 2), `SNAPSHOT_DAMAGED`, `SNAPSHOT_TOO_NEW` (exit 9)
   */
  static async open(path: string): Promise<SnapshotReader> {
    const file = await open(path, 'r').catch((error) => {
      throw unreadable(path, error)
    })
    const reader = new SnapshotReader(path, file)
    try {
      if (!equalBytes(await reader.#take(MAGIC.length), MAGIC))
        throw reader.damaged('it does not begin as a snapshot does')
      const [version = 0] = await reader.#take(1)
      if (version !== VERSION) throw tooNew(path, version)
      return reader
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** Bytes read so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** The next record; undefined at their end, which it checks with the sum and that nothing follows. @throws MetisSeqError `SNAPSHOT_DAMAGED` (exit 9) */
  async next(): Promise<Uint8Array | undefined> {
    const length = new DataView((await this.#take(LENGTH)).buffer).getUint32(0)
    if (length > MAX_BLOCK_BYTES) throw this.damaged(`a record before byte ${this.#bytes} claims ${length} bytes`)
    if (length > 0) return this.#take(length)
    const sum = this.#hash.copy().digest()
    if (!equalBytes(await this.#take(DIGEST), sum)) throw this.damaged('its sum is not that of its bytes')
    if (await this.#fill()) throw this.damaged(`bytes follow its end at byte ${this.#bytes}`)
    return undefined
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  /** The error of this file (exit 9). `reason` ends without a full stop. */
  damaged(reason: string): MetisSeqError {
    return new MetisSeqError('SNAPSHOT_DAMAGED', `The snapshot ${this.path} cannot be used: ${reason}.`, {
      exit: Exit.data,
      details: { path: this.path },
      next: 'Get the file again, and compare its SHA-256 with that of where it comes from.',
    })
  }

  /** The next `length` bytes, in an array of their own. */
  async #take(length: number): Promise<Uint8Array> {
    const taken = new Uint8Array(length)
    for (let filled = 0; filled < length; ) {
      if (this.#from === this.#to && !(await this.#fill()))
        throw this.damaged(`it ends at byte ${this.#bytes + filled}`)
      const part = this.#buffer.subarray(this.#from, Math.min(this.#to, this.#from + length - filled))
      taken.set(part, filled)
      filled += part.length
      this.#from += part.length
    }
    this.#bytes += length
    this.#hash.update(taken)
    return taken
  }

  /** Reads on; false at the end of the file. */
  async #fill(): Promise<boolean> {
    if (this.#from < this.#to) return true
    try {
      const { bytesRead } = await this.#file.read(this.#buffer, 0, BUFFER)
      this.#from = 0
      this.#to = bytesRead
      return bytesRead > 0
    } catch (error) {
      throw unreadable(this.path, error)
    }
  }
}

function unreadable(path: string, cause: unknown): MetisSeqError {
  return new MetisSeqError('SNAPSHOT_UNREADABLE', `${path} cannot be read: ${messageOf(cause)}.`, {
    exit: Exit.usage,
    next: 'Name a file that exists and may be read.',
    cause,
  })
}

function tooNew(path: string, version: number): MetisSeqError {
  return new MetisSeqError('SNAPSHOT_TOO_NEW', `${path} has version ${version}; this program knows ${VERSION}.`, {
    exit: Exit.data,
    next: 'Update metis-seq, or have the snapshot made by this version.',
  })
}
