import { describe, expect, it } from 'vitest'
import { GoRand } from '../../../src/core/selection/goRand.js'
import { GO_RAND_TABLE } from '../../../src/core/selection/goRandTable.js'

const LENGTH = 607
const TAP = 273
const MASK = (1n << 64n) - 1n
const at = <T>(list: readonly T[], index: number): T => {
  const value = list[index]
  if (value === undefined) throw new Error(`no item ${index}`)
  return value
}

/** x^steps modulo x^607 - x^334 - 1, coefficients modulo 2^64; polynomials are multiplied as one long integer. */
function jump(steps: bigint): bigint[] {
  const digits = 40
  const pack = (poly: readonly bigint[]) =>
    BigInt(`0x${[...poly].reverse().reduce((text, word) => text + word.toString(16).padStart(digits, '0'), '')}`)
  const multiply = (a: readonly bigint[], b: readonly bigint[]): bigint[] => {
    const text = (pack(a) * pack(b)).toString(16).padStart(2 * LENGTH * digits, '0')
    const words = Array.from({ length: 2 * LENGTH }, (_, i) => {
      const end = text.length - digits * i
      return BigInt(`0x${text.slice(end - digits, end)}`) & MASK
    })
    for (let i = 2 * LENGTH - 1; i >= LENGTH; i--) {
      const carry = at(words, i)
      words[i - LENGTH] = (at(words, i - LENGTH) + carry) & MASK
      words[i - TAP] = (at(words, i - TAP) + carry) & MASK
    }
    return words.slice(0, LENGTH)
  }
  const power = (exponent: number): bigint[] => Array.from({ length: LENGTH }, (_, i) => (i === exponent ? 1n : 0n))
  let result: bigint[] = power(0)
  for (const bit of steps.toString(2)) {
    result = multiply(result, result)
    if (bit === '1') result = multiply(result, power(1))
  }
  return result
}

/** The words of the generator's ring after `steps` from the state that seed 1 gives with shifts 20, 10, 0. */
function derivedTable(steps: bigint): bigint[] {
  let x = 1
  const lehmer = () => {
    x = (48271 * x) % 0x7fffffff
    return BigInt(x)
  }
  for (let i = 0; i < 20; i++) lehmer()
  const ring = Array.from({ length: LENGTH }, () => (lehmer() << 20n) ^ (lehmer() << 10n) ^ lehmer())
  const slot = (step: number) => (((LENGTH - TAP - step) % LENGTH) + LENGTH) % LENGTH
  const sequence = Array.from({ length: LENGTH }, (_, i) => at(ring, slot(i - 606)))
  for (let i = LENGTH; i < 2 * LENGTH; i++) {
    sequence.push((at(sequence, i - LENGTH) + at(sequence, i - TAP)) & MASK)
  }
  const coefficients = jump(steps)
  const table: bigint[] = Array.from({ length: LENGTH })
  for (let j = 0; j < LENGTH; j++) {
    const word = coefficients.reduce((sum, coefficient, i) => sum + coefficient * at(sequence, i + j), 0n) & MASK
    table[slot(Number(steps) + j - 606)] = word
  }
  return table
}

describe('Go math/rand', () => {
  it('has the table that its own generator gives', () => {
    expect(BigInt.asIntN(64, at(GO_RAND_TABLE, 0))).toBe(-4181792142133755926n)
    expect(GO_RAND_TABLE).toEqual(derivedTable(7_800_000_000_000n))
  })

  it('gives the published numbers of seed 1', () => {
    const random = new GoRand(1n)
    expect([random.int63(), random.int63(), random.int63()]).toEqual([
      5577006791947779410n,
      8674665223082153551n,
      6129484611666145821n,
    ])
    const hundred = new GoRand(1n)
    expect(Array.from({ length: 10 }, () => hundred.intn(100))).toEqual([81, 87, 47, 59, 81, 18, 25, 40, 56, 0])
  })

  it.each([
    [0n, 8717895732742165505n, 2259404117704393152n],
    [-1n, 12868334305193165484n, 9773543399016688047n],
  ])('gives the published words of seed %s', (seed, first, second) => {
    const random = new GoRand(seed)
    expect([random.uint64(), random.uint64()]).toEqual([first, second])
  })

  it('takes seeds as Go does: signed 64 bits, modulo 2^31 - 1, zero replaced', () => {
    expect(new GoRand(1n << 64n).uint64()).toBe(new GoRand(0n).uint64())
    expect(new GoRand(0x7fffffffn).uint64()).toBe(new GoRand(0n).uint64())
    expect(new GoRand(89482311n).uint64()).toBe(new GoRand(0n).uint64())
  })

  it('masks powers of two and reduces other counts', () => {
    const [a, b, c] = [new GoRand(7n), new GoRand(7n), new GoRand(7n)]
    const top = Number(a.int63() >> 32n)
    expect(b.int31n(8)).toBe(top % 8)
    expect(c.int31n(7)).toBe(top % 7)
  })

  // Numbers of Go's own rand.New(rand.NewSource(5)).Int31n(n). Of the first count nearly every second draw is passed over.
  it.each([
    [2 ** 30 + 1, [1029444387, 1007045086, 642160456, 3491888, 279881404, 1066398914, 637977888, 884910267]],
    [3 * 2 ** 29, [1115873836, 1281508480, 1029444387, 1503812266, 1007045086, 642160456, 3491888, 1399144944]],
    [2 ** 31 - 1, [1726243626, 1115873836, 2103214489, 1281508480, 1029444387, 1503812266, 1007045086, 1842400149]],
  ])('passes over draws from %s numbers as Go does', (n, numbers) => {
    const random = new GoRand(5n)
    expect(numbers.map(() => random.int31n(n))).toEqual(numbers)
  })

  it.each([0, -1, 1.5, 2 ** 31])('refuses to draw from %s numbers', (n) => {
    expect(() => new GoRand(1n).int31n(n)).toThrow(expect.objectContaining({ code: 'RANDOM_RANGE' }))
  })
})
