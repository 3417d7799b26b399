import type { Address } from '../../../../src/core/types/hex.js'
import type { Dice } from './dice.js'
import { type Authorisation, authorise, type Key, keyOf, ORDER } from './sign.js'
import { CHAIN_ID, CODED, WALLETS } from './world.js'

/**
 * A list of EIP-7702: valid ones, and what is skipped there (wrong nonce, other chain, high s, no signature, an account
 * with code). They delegate to contracts, to accounts without code, to precompiled contracts, to delegated accounts, to
 * themselves, and to nothing, which ends a delegation.
 */
export async function randomAuthorisations(
  dice: Dice,
  targets: readonly Address[],
  sender: { key: Key; nonce: number },
  nonceOf: (address: Address) => Promise<number>,
): Promise<Authorisation[]> {
  const list: Authorisation[] = []
  const given = new Map<Address, number>([[sender.key.address, sender.nonce + 1]])
  for (let count = dice.pick([1, 1, 1, 2, 3, 5]); count > 0; count--) {
    const key = dice.weighted<Key>([
      [8, dice.pick(WALLETS)],
      [2, sender.key],
      [2, keyOf(`new ${dice.below(30)}`)],
      [1, CODED],
    ])
    const nonce = given.get(key.address) ?? (await nonceOf(key.address))
    const chainId = dice.weighted([
      [6, BigInt(CHAIN_ID)],
      [3, 0n],
      [1, 1n],
    ])
    const claimed = dice.weighted([
      [9, BigInt(nonce)],
      [1, BigInt(nonce + 1)],
      [1, BigInt(Math.max(0, nonce - 1))],
      [1, 2n ** 64n - 1n],
    ])
    const made = spoilt(dice, authorise(key, chainId, destination(dice, targets, key), claimed))
    list.push(made)
    given.set(key.address, nonce + 1)
  }
  return list
}

function destination(dice: Dice, targets: readonly Address[], key: Key): Address {
  return dice.weighted<Address>([
    [8, dice.pick(targets)],
    [3, `0x${'00'.repeat(20)}`],
    [2, `0x${'00'.repeat(19)}${dice.between(1, 0x12).toString(16).padStart(2, '0')}`],
    [2, dice.pick(WALLETS).address],
    [1, key.address],
  ])
}

function spoilt(dice: Dice, made: Authorisation): Authorisation {
  if (!dice.once(8)) return made
  return dice.pick<Authorisation>([
    // The other signature for the same key: its s is high.
    { ...made, s: ORDER - made.s, yParity: 1n - made.yParity },
    { ...made, yParity: 1n - made.yParity },
    { ...made, yParity: BigInt(dice.pick([2, 27, 28, 255])) },
    { ...made, r: 0n },
    { ...made, s: 0n },
    { ...made, r: ORDER },
    { ...made, r: BigInt(dice.below(1000)) },
    { ...made, r: 2n ** 256n - 1n },
  ])
}
