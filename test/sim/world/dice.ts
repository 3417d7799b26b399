import { seededRandom } from '../../support/random.js'

/** Choices that follow from a seed alone. */
export class Dice {
  /** From 0 to `below` - 1. */
  readonly below: (below: number) => number

  constructor(seed: number) {
    // Neighbouring seeds begin alike in xorshift: what comes first is thrown away.
    const random = seededRandom(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995)
    for (let i = 0; i < 8; i++) random(2)
    this.below = random
  }

  /** From `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1)
  }

  /** True in so many of 1000 cases. */
  chance(perMille: number): boolean {
    return this.below(1000) < perMille
  }

  pick<T>(list: readonly T[]): T {
    const one = list[this.below(list.length)]
    if (one === undefined) throw new Error('nothing to pick from')
    return one
  }

  shuffled<T>(list: readonly T[]): T[] {
    const rest = [...list]
    return list.flatMap(() => rest.splice(this.below(rest.length), 1))
  }
}
