import { MetisSeqError } from '../errors/index.js'
import { GO_RAND_TABLE } from './goRandTable.js'

const LENGTH = 607
const TAP = 273
const INT31 = 0x7fffffff
const MASK_63 = (1n << 63n) - 1n
/** What seeds divisible by 2^31 - 1 become, zero being a fixed point of the Lehmer generator. */
const SEED_FOR_ZERO = 89482311
/** A draw is rejected with a chance below one half, so this many in a row do not happen. */
const MAX_DRAWS = 1024

/**
 * Go's `math/rand` source after `rand.Seed(seed)`, bit for bit: an additive lagged Fibonacci generator over 2^64. Each
 * instance has a state of its own, unlike the process-wide one that the live network's validators share.
 */
export class GoRand {
  readonly #state: BigUint64Array
  #tap = 0
  #feed = LENGTH - TAP

  /** @param seed a signed 64-bit integer; wider ones wrap as Go's conversion does. */
  constructor(seed: bigint) {
    this.#state = seededState(BigInt.asIntN(64, seed))
  }

  /** The next 64 bits (`rand.Uint64`). */
  uint64(): bigint {
    this.#tap = (this.#tap + LENGTH - 1) % LENGTH
    this.#feed = (this.#feed + LENGTH - 1) % LENGTH
    const sum = BigInt.asUintN(64, (this.#state[this.#feed] ?? 0n) + (this.#state[this.#tap] ?? 0n))
    this.#state[this.#feed] = sum
    return sum
  }

  /** The lower 63 of the next 64 bits (`rand.Int63`). */
  int63(): bigint {
    return this.uint64() & MASK_63
  }

  /** A number from 0 to n - 1 (`rand.Int31n`). @throws MetisSeqError `RANDOM_RANGE` unless 0 < n < 2^31, where Go panics */
  int31n(n: number): number {
    if (!Number.isInteger(n) || n <= 0 || n > INT31) {
      throw new MetisSeqError('RANDOM_RANGE', `Cannot draw from ${n} numbers: the count must lie in 1 to 2^31 - 1.`)
    }
    const first = this.#int31()
    if ((n & (n - 1)) === 0) return first & (n - 1)
    const last = INT31 - (2 ** 31 % n)
    let value = first
    for (let draws = 0; value > last; draws++) {
      if (draws === MAX_DRAWS) throw new MetisSeqError('RANDOM_RANGE', `No acceptable draw among ${MAX_DRAWS}.`)
      value = this.#int31()
    }
    return value % n
  }

  /** `rand.Intn` for the counts that occur here, all below 2^31. */
  intn(n: number): number {
    return this.int31n(n)
  }

  #int31(): number {
    return Number(this.int63() >> 32n)
  }
}

function seededState(seed: bigint): BigUint64Array {
  const modulus = BigInt(INT31)
  const reduced = Number(((seed % modulus) + modulus) % modulus)
  let x = reduced === 0 ? SEED_FOR_ZERO : reduced
  const step = (): bigint => {
    x = (48271 * x) % INT31
    return BigInt(x)
  }
  for (let warmUp = 0; warmUp < 20; warmUp++) step()
  const state = new BigUint64Array(LENGTH)
  for (let i = 0; i < LENGTH; i++) {
    state[i] = (step() << 40n) ^ (step() << 20n) ^ step() ^ (GO_RAND_TABLE[i] ?? 0n)
  }
  return state
}
