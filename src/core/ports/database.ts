/** One change of a write. */
export type Change = { key: Uint8Array; value: Uint8Array } | { key: Uint8Array; value: undefined }

/** An ordered store of bytes under bytes, opened by one process. */
export interface Database {
  /** The value of `key`. @throws MetisSeqError DATABASE_FAILED */
  get(key: Uint8Array): Uint8Array | undefined
  /**
   * Puts (or, without a value, removes) all keys at once: after a crash at any time either all changes are there or none.
   * Once it resolves they survive a power cut. @throws MetisSeqError DATABASE_FAILED, critical
   */
  write(changes: readonly Change[]): Promise<void>
  /** Entries with `from <= key < to` in the order of their keys. @throws MetisSeqError DATABASE_FAILED */
  entries(
    from: Uint8Array,
    to: Uint8Array,
    limit?: number,
  ): AsyncIterable<readonly [key: Uint8Array, value: Uint8Array]>
  close(): Promise<void>
}
