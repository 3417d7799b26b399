/** Hashes that the first filter is made for. */
const FIRST = 2 ** 18
/** A larger filter has more bits than 32 bits can name. */
const LAST = 2 ** 27
const BITS_EACH = 16
/** Bits that a hash sets; with 16 bits for each hash one in 400 that was not added passes for added. */
const WORDS = 4

/**
 * A set of hashes that may take a hash for added that was not, and never the other way round: what is marked in it is
 * kept, and a little garbage with it. It grows by filters of double size: some 2 to 4 bytes a hash.
 */
export class Marks {
  #filters: Uint32Array[] = []
  #room = 0
  #next = FIRST
  #size = 0

  /** Hashes that were added. */
  get size(): number {
    return this.#size
  }

  /** bytes */
  get memory(): number {
    return this.#filters.reduce((sum, { byteLength }) => sum + byteLength, 0)
  }

  /** Adds a hash, of 32 bytes. */
  add(hash: Uint8Array): void {
    if (this.#room === 0) this.#grow()
    this.#room -= 1
    this.#size += 1
    const filter = this.#filters.at(-1) ?? new Uint32Array(1)
    for (let i = 0; i < WORDS; i++) {
      const bit = bitOf(hash, i, filter)
      filter[bit >>> 5] = (filter[bit >>> 5] ?? 0) | (1 << (bit & 31))
    }
  }

  has(hash: Uint8Array): boolean {
    return this.#filters.some((filter) => {
      for (let i = 0; i < WORDS; i++) {
        const bit = bitOf(hash, i, filter)
        if (((filter[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false
      }
      return true
    })
  }

  #grow(): void {
    this.#room = this.#next
    this.#filters.push(new Uint32Array((this.#next * BITS_EACH) / 32))
    this.#next = Math.min(LAST, 2 * this.#next)
  }
}

/** Which bit of `filter` the i-th word of a hash stands for. */
function bitOf(hash: Uint8Array, i: number, filter: Uint32Array): number {
  const at = 4 * i
  const word = ((hash[at] ?? 0) << 24) | ((hash[at + 1] ?? 0) << 16) | ((hash[at + 2] ?? 0) << 8) | (hash[at + 3] ?? 0)
  return (word >>> 0) % (filter.length * 32)
}
