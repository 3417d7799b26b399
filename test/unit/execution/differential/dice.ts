/** Choices that follow from a seed (sfc32 over splitmix32): the same seed makes the same ones, on any machine. */
export class Dice {
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number) {
    const next = splitmix(seed)
    this.#a = next()
    this.#b = next()
    this.#c = next()
    for (let i = 0; i < 12; i++) this.#word()
  }

  /** An integer from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor((this.#word() / 2 ** 32) * limit)
  }

  /** An integer from `least` to `most`. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1)
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0
  }

  pick<T>(list: readonly [T, ...T[]] | readonly T[]): T {
    const found = list[this.below(list.length)]
    if (found === undefined) throw new Error('nothing to choose from')
    return found
  }

  /** One of the values, each as often as its weight says. */
  weighted<T>(list: readonly (readonly [weight: number, value: T])[]): T {
    let left = this.below(list.reduce((sum, [weight]) => sum + weight, 0))
    for (const [weight, value] of list) {
      if (left < weight) return value
      left -= weight
    }
    throw new Error('nothing to choose from')
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256))
  }

  /** A word as contracts meet them: mostly small or at an edge, now and then anything. */
  word(): bigint {
    return this.weighted<() => bigint>([
      [6, () => BigInt(this.below(8))],
      [3, () => BigInt(this.below(300))],
      [1, () => 2n ** BigInt(this.below(256))],
      [1, () => 2n ** BigInt(this.between(1, 256)) - 1n],
      [1, () => 2n ** 256n - BigInt(this.between(1, 300))],
      [2, () => BigInt(`0x${Buffer.from(this.bytes(this.between(1, 32))).toString('hex')}`)],
    ])()
  }

  #word(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }
}

function splitmix(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return mixed ^ (mixed >>> 15)
  }
}
