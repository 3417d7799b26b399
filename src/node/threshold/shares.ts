import {
  bigEndian,
  bytesToHex,
  concatBytes,
  fromBigEndian,
  malformed,
  rlpBytes,
  rlpDecode,
  rlpEncode,
  rlpList,
  utf8,
} from '../../core/codec/index.js'
import { reached } from '../../core/faultPoints.js'
import type { Database } from '../../core/ports/database.js'
import type { ShareBox } from '../../core/ports/group.js'
import type { Address, Hex } from '../../core/types/hex.js'

/** A member's share of the group key, of one sharing. */
export interface Share {
  publicKey: Hex
  /** Secret. */
  share: Uint8Array
}

const fail = malformed('SHARE_MALFORMED', 'stored share')
const keyOf = (kind: 's' | 'b', generation: number) => concatBytes(utf8(kind), bigEndian(generation, 8))

/** The shares of one node, by the number of their sharing; encrypted, and on the disk once `put` resolves. */
export class Shares {
  readonly #database: Database
  readonly #box: ShareBox
  readonly #place: string
  /** Decrypted once: they are needed for every signature. */
  readonly #known = new Map<number, Share>()

  constructor(database: Database, box: ShareBox, address: Address) {
    this.#database = database
    this.#box = box
    this.#place = `share of ${address} in the key of the group`
  }

  /** Whether all that is stored can be read: at the start, rather than at the first signature. @throws MetisSeqError `SHARE_UNREADABLE` (exit 9) */
  async check(): Promise<void> {
    for (const generation of await this.#stored()) this.get(generation)
  }

  /** @throws MetisSeqError `SHARE_UNREADABLE` (exit 9) */
  get(generation: number): Share | undefined {
    const known = this.#known.get(generation)
    if (known !== undefined) return known
    const stored = this.#database.get(keyOf('s', generation))
    if (stored === undefined) return undefined
    const bytes = this.#box.unlock(stored, this.#placeOf(generation))
    const [publicKey, share] = rlpList(rlpDecode(bytes, fail), 2, 'it', fail)
    const read = { publicKey: bytesToHex(rlpBytes(publicKey, 'its key', fail)), share: rlpBytes(share, 'it', fail) }
    this.#known.set(generation, read)
    return read
  }

  async put(generation: number, { publicKey, share }: { publicKey: Uint8Array; share: Uint8Array }): Promise<void> {
    const value = this.#box.lock(rlpEncode([publicKey, share]), this.#placeOf(generation))
    await this.#database.write([{ key: keyOf('s', generation), value }])
    reached('share.stored')
  }

  /**
   * Whether this node takes part in the sharing for the first time; from then on it does not any more. After a crash nothing is
   * known of what it said, and nobody may say other things in one session.
   */
  async begin(generation: number): Promise<boolean> {
    const key = keyOf('b', generation)
    if (this.#database.get(key) !== undefined) return false
    await this.#database.write([{ key, value: Uint8Array.of(1) }])
    reached('sharing.begun')
    return true
  }

  /** Destroys all shares but those of `kept`. */
  async keepOnly(kept: ReadonlySet<number>): Promise<void> {
    for (const generation of await this.#stored()) {
      if (kept.has(generation)) continue
      this.#known.delete(generation)
      await this.#database.write([{ key: keyOf('s', generation), value: undefined }])
      reached('share.destroyed')
    }
  }

  async #stored(): Promise<number[]> {
    const stored: number[] = []
    for await (const [key] of this.#database.entries(keyOf('s', 0), keyOf('s', Number.MAX_SAFE_INTEGER)))
      stored.push(Number(fromBigEndian(key.subarray(1))))
    return stored
  }

  #placeOf(generation: number): string {
    return `${this.#place}, sharing ${generation}`
  }
}
