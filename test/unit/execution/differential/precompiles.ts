import { bls12_381 } from '@noble/curves/bls12-381.js'
import { p256 } from '@noble/curves/nist.js'
import { bigEndian, concatAll, hexToBytes, sha256 } from '../../../../src/core/codec/index.js'
import { blsElement, blsG1, blsG2, blsPairingOfOne, g1, g2, pairingOfOne } from './curves.js'
import type { Dice } from './dice.js'
import { keyOf, signature } from './sign.js'

/** What is sent to a precompiled contract: mostly valid input, and what is nearly so. */
export interface Probe {
  precompile: number
  input: Uint8Array
}

/** Precompiled contracts of Prague: 1 to 0x11. */
export const PRECOMPILES = 0x11
/** The one that Osaka adds: signatures on P-256 (EIP-7951). */
const P256_VERIFY = 0x100

const word = (value: bigint | number) => bigEndian(value, 32)

export function randomProbe(dice: Dice): Probe {
  const precompile = dice.once(PRECOMPILES) ? P256_VERIFY : dice.between(1, PRECOMPILES)
  const valid = precompile === P256_VERIFY ? p256Signature(dice) : made(dice, precompile)
  const input = dice.weighted<() => Uint8Array>([
    [12, () => valid],
    [1, () => valid.subarray(0, dice.below(valid.length + 1))],
    [1, () => concatAll([valid, dice.bytes(dice.between(1, 40))])],
    [3, () => spoilt(dice, valid)],
    [1, () => dice.bytes(dice.below(valid.length + 1))],
  ])()
  return { precompile, input }
}

function made(dice: Dice, precompile: number): Uint8Array {
  return MAKERS[precompile - 1]?.(dice) ?? new Uint8Array(0)
}

/** One byte is another one. */
function spoilt(dice: Dice, valid: Uint8Array): Uint8Array {
  const copy = valid.slice()
  if (copy.length > 0) copy[dice.below(copy.length)] = dice.below(256)
  return copy
}

const MAKERS: readonly ((dice: Dice) => Uint8Array)[] = [
  ecrecover,
  (dice) => dice.bytes(dice.below(200)),
  (dice) => dice.bytes(dice.below(200)),
  (dice) => dice.bytes(dice.below(200)),
  modexp,
  (dice) => concatAll([g1(dice), g1(dice)]),
  (dice) => concatAll([g1(dice), word(dice.word())]),
  (dice) => (dice.once(3) ? pairingOfOne(dice) : many(dice, 3, () => concatAll([g1(dice), g2(dice)]))),
  blake2f,
  pointEvaluation,
  (dice) => concatAll([blsG1(dice), blsG1(dice)]),
  (dice) => many(dice, 4, () => concatAll([blsG1(dice), word(dice.word())])),
  (dice) => concatAll([blsG2(dice), blsG2(dice)]),
  (dice) => many(dice, 3, () => concatAll([blsG2(dice), word(dice.word())])),
  (dice) => (dice.once(3) ? blsPairingOfOne(dice) : many(dice, 2, () => concatAll([blsG1(dice), blsG2(dice)]))),
  (dice) => blsElement(dice),
  (dice) => concatAll([blsElement(dice), blsElement(dice)]),
]

function ecrecover(dice: Dice): Uint8Array {
  const digest = dice.bytes(32)
  const { parity, r, s } = signature(digest, keyOf(`signer ${dice.below(3)}`))
  const v = dice.weighted([
    [8, 27n + parity],
    [1, 27n + (1n - parity)],
    [1, parity],
    [1, dice.word()],
  ])
  return concatAll([digest, word(v), word(dice.once(9) ? dice.word() : r), word(dice.once(9) ? dice.word() : s)])
}

function p256Signature(dice: Dice): Uint8Array {
  const [digest, secret] = [dice.bytes(32), word(dice.between(1, 3))]
  const signed = p256.sign(digest, secret, { prehash: false, lowS: dice.once(2) })
  return concatAll([digest, signed, p256.getPublicKey(secret, false).subarray(1)])
}

function modexp(dice: Dice): Uint8Array {
  // Osaka takes at most 1024 bytes (EIP-7823).
  const length = () => dice.pick([0, 1, 2, 31, 32, 33, 64, 100, dice.once(10) ? dice.pick([1024, 1025]) : 32])
  const [b, e, m] = [length(), length(), length()]
  const lie = () => (dice.once(25) ? dice.word() : undefined)
  const exponent = dice.once(3) ? new Uint8Array(e) : dice.bytes(e)
  const body = [
    dice.once(4) ? new Uint8Array(b) : dice.bytes(b),
    exponent,
    dice.once(6) ? new Uint8Array(m) : dice.bytes(m),
  ]
  return concatAll([word(lie() ?? b), word(lie() ?? e), word(lie() ?? m), ...body])
}

function blake2f(dice: Dice): Uint8Array {
  const rounds = dice.pick([0, 1, 2, 10, 12, 200])
  return concatAll([bigEndian(rounds, 4), dice.bytes(208), Uint8Array.of(dice.pick([0, 1, 0, 1, 2, 255]))])
}

/** [tau]G1 of the public set-up of EIP-4844. */
const TAU = hexToBytes(
  '0xad3eb50121139aa34db1d545093ac9374ab7bca2c0f3bf28e27c8dcd8fc7cb42d25926fc0c97b336e9f0fb35e5a04c81',
)

/** The proof that the polynomial a + bX has the value a + bz at z: its quotient is b (EIP-4844). */
function pointEvaluation(dice: Dice): Uint8Array {
  const { Point } = bls12_381.G1
  const [a, b] = [BigInt(dice.between(0, 5)), BigInt(dice.between(0, 5))]
  const times = (point: InstanceType<typeof Point>, n: bigint) => (n === 0n ? Point.ZERO : point.multiply(n))
  const commitment = times(Point.BASE, a)
    .add(times(Point.fromBytes(TAU), b))
    .toBytes(true)
  const order = bls12_381.fields.Fr.ORDER
  const z = dice.once(8) ? order : dice.word() % order
  const versioned = sha256(commitment)
  versioned[0] = dice.once(12) ? 2 : 1
  const y = (a + b * z + (dice.once(8) ? 1n : 0n)) % order
  return concatAll([versioned, word(z), word(y), commitment, times(Point.BASE, b).toBytes(true)])
}

function many(dice: Dice, most: number, make: () => Uint8Array): Uint8Array {
  return concatAll(Array.from({ length: dice.between(0, most) }, make))
}
