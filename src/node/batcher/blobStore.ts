import { bigEndian, bytesToHex, concatAll, concatBytes, hexToBytes, utf8 } from '../../core/codec/index.js'
import type { Database } from '../../core/ports/database.js'
import type { Hash } from '../../core/types/hex.js'

const blobKey = (hash: Hash) => concatBytes(utf8('b'), hexToBytes(hash, 32))
const indexKey = (index: number) => concatBytes(utf8('i'), bigEndian(index, 8))

/** The names that stand behind each other under an index. */
const hashesOf = (names: Uint8Array): Hash[] =>
  Array.from({ length: names.length / 32 }, (_, i) => bytesToHex(names.subarray(32 * i, 32 * i + 32)))

/** Blobs of proposed batches, on disk until L1 holds their batch (rule B4). */
export class BlobStore {
  readonly #database: Database
  #droppedBefore = 0

  constructor(database: Database) {
    this.#database = database
  }

  async put(index: number, hashes: readonly Hash[], blobs: readonly Uint8Array[]): Promise<void> {
    const known = this.#database.get(indexKey(index)) ?? new Uint8Array(0)
    const names = concatAll([known, ...hashes.map((hash) => hexToBytes(hash, 32))])
    const changes = hashes.flatMap((hash, i) => {
      const value = blobs[i]
      return value === undefined ? [] : [{ key: blobKey(hash), value }]
    })
    await this.#database.write([...changes, { key: indexKey(index), value: names }])
  }

  /** Whether all blobs with these versioned hashes are here for a batch: told by their names, without reading them. */
  holds(index: number, hashes: readonly Hash[]): boolean {
    const names = this.#database.get(indexKey(index)) ?? new Uint8Array(0)
    const known = new Set(hashesOf(names))
    return hashes.every((hash) => known.has(hash))
  }

  /** The blobs with these versioned hashes; undefined when one is not here. */
  get(hashes: readonly Hash[]): readonly Uint8Array[] | undefined {
    const blobs = hashes.map((hash) => this.#database.get(blobKey(hash)))
    return blobs.some((blob) => blob === undefined) ? undefined : blobs.filter((blob) => blob !== undefined)
  }

  /** Forgets batches that L1 holds. */
  async dropBefore(index: number): Promise<void> {
    if (index <= this.#droppedBefore) return
    this.#droppedBefore = index
    for await (const [key, names] of this.#database.entries(indexKey(0), indexKey(index))) {
      const keys = [key, ...hashesOf(names).map(blobKey)]
      await this.#database.write(keys.map((each) => ({ key: each, value: undefined })))
    }
  }
}
