/** One change of a write. */
export type Change = { key: Uint8Array; value: Uint8Array } | { key: Uint8Array; value: undefined }

/** An ordered store of bytes under bytes, for one that only reads it. */
export interface DatabaseReader {
  /** The value of `key`. @throws MetisSeqError DATABASE_FAILED */
  get(key: Uint8Array): Uint8Array | undefined
  /** Entries with `from <= key < to` in the order of their keys, as they were when it began. @throws MetisSeqError DATABASE_FAILED */
  entries(
    from: Uint8Array,
    to: Uint8Array,
    limit?: number,
  ): AsyncIterable<readonly [key: Uint8Array, value: Uint8Array]>
  close(): Promise<void>
}

/** How another thread of this process opens a store for reading: plain data, so that it can be posted to the thread. */
export interface DatabaseAddress {
  /** URL of a module that has `openReader(directory: string): Promise<DatabaseReader>`. */
  module: string
  directory: string
}

/** An ordered store of bytes under bytes, opened by one process. */
export interface Database extends DatabaseReader {
  /** Where other threads find it; undefined where it was not opened for several. They close before it is closed. */
  readonly address?: DatabaseAddress | undefined
  /**
   * Puts (or, without a value, removes) all keys at once: after a crash at any time either all changes are there or none.
   * Once it resolves they survive a power cut, unless `lasting` is false: then they may be lost in one, as may be what was
   * written so after them, and nothing that was written before them. @throws MetisSeqError DATABASE_FAILED, critical
   */
  write(changes: readonly Change[], options?: { lasting?: boolean }): Promise<void>
}
