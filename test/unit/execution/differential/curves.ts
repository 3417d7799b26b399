import { bls12_381 } from '@noble/curves/bls12-381.js'
import { bn254 } from '@noble/curves/bn254.js'
import { bigEndian, concatAll, fromBigEndian } from '../../../../src/core/codec/index.js'
import type { Dice } from './dice.js'

const P254 = bn254.fields.Fp.ORDER
const P381 = bls12_381.fields.Fp.ORDER
const word = (value: bigint | number) => bigEndian(value, 32)
const scalar = (dice: Dice) => BigInt(dice.between(1, 9))

/** A number below `order`; now and then one that is not. */
function element(dice: Dice, order: bigint): bigint {
  if (dice.once(10)) return order + BigInt(dice.below(3))
  return (dice.once(2) ? fromBigEndian(dice.bytes(48)) : dice.word()) % order
}

const affine = ({ x, y }: { x: bigint; y: bigint }) => concatAll([word(x), word(y)])
/** A field element of BLS12-381 in 64 bytes. */
const field = (value: bigint) => bigEndian(value, 64)
const pairOf = ({ x, y }: { x: bigint; y: bigint }) => concatAll([field(x), field(y)])

export function g1(dice: Dice): Uint8Array {
  return dice.weighted<() => Uint8Array>([
    [8, () => affine(bn254.G1.Point.BASE.multiply(scalar(dice)).toAffine())],
    [2, () => new Uint8Array(64)],
    [1, () => concatAll([word(dice.word()), word(dice.word())])],
    [1, () => concatAll([word(P254 + 1n), word(2)])],
  ])()
}

export function g2(dice: Dice): Uint8Array {
  if (dice.once(8)) return new Uint8Array(128)
  const { x, y } = bn254.G2.Point.BASE.multiply(scalar(dice)).toAffine()
  const parts = [x.c1, x.c0, y.c1, y.c0].map(word)
  // Halves of a coordinate in the wrong order: a point beside the curve.
  return concatAll(dice.once(10) ? parts.reverse() : parts)
}

/** e(aG1, bG2) e(-abG1, G2) = 1 */
export function pairingOfOne(dice: Dice): Uint8Array {
  const { G1, G2 } = bn254
  const [a, b] = [scalar(dice), scalar(dice)]
  const point = (n: bigint) => {
    const { x, y } = G2.Point.BASE.multiply(n).toAffine()
    return concatAll([x.c1, x.c0, y.c1, y.c0].map(word))
  }
  const [first, second] = [G1.Point.BASE.multiply(a), G1.Point.BASE.multiply(a * b).negate()]
  return concatAll([affine(first.toAffine()), point(b), affine(second.toAffine()), point(1n)])
}

export function blsG1(dice: Dice): Uint8Array {
  return dice.weighted<() => Uint8Array>([
    [8, () => pairOf(bls12_381.G1.Point.BASE.multiply(scalar(dice)).toAffine())],
    [2, () => new Uint8Array(128)],
    [2, () => besideSubgroup()],
    [1, () => concatAll([field(element(dice, P381)), field(element(dice, P381))])],
  ])()
}

/** A point of the curve outside the subgroup of prime order: the additions take it, the others do not (EIP-2537). */
function besideSubgroup(): Uint8Array {
  const { Fp } = bls12_381.fields
  for (let x = 1n; x < 100n; x++) {
    const square = Fp.add(Fp.pow(x, 3n), 4n)
    if (Fp.pow(square, (P381 - 1n) / 2n) === 1n) return pairOf({ x, y: Fp.sqrt(square) })
  }
  throw new Error('no small x is on the curve')
}

export function blsG2(dice: Dice): Uint8Array {
  if (dice.once(6)) return new Uint8Array(256)
  const { x, y } = bls12_381.G2.Point.BASE.multiply(scalar(dice)).toAffine()
  const parts = [x.c0, x.c1, y.c0, y.c1].map(field)
  return concatAll(dice.once(10) ? parts.reverse() : parts)
}

/** e(aG1, bG2) e(-abG1, G2) = 1 */
export function blsPairingOfOne(dice: Dice): Uint8Array {
  const { G1, G2 } = bls12_381
  const [a, b] = [scalar(dice), scalar(dice)]
  const first = pairOf(G1.Point.BASE.multiply(a).toAffine())
  const second = pairOf(
    G1.Point.BASE.multiply(a * b)
      .negate()
      .toAffine(),
  )
  const point = (n: bigint) => {
    const { x, y } = G2.Point.BASE.multiply(n).toAffine()
    return concatAll([x.c0, x.c1, y.c0, y.c1].map(field))
  }
  return concatAll([first, point(b), second, point(1n)])
}

/** A field element of BLS12-381 as its maps to the curve take it; now and then one that is none. */
export function blsElement(dice: Dice): Uint8Array {
  return field(element(dice, P381))
}
