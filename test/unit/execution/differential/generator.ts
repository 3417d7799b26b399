import { EMPTY_ROOT } from '../../../../src/core/chain/header.js'
import { keccak256 } from '../../../../src/core/codec/index.js'
import type { BlockAttributes, Withdrawal } from '../../../../src/core/ports/execution.js'
import type { Address, Hash } from '../../../../src/core/types/hex.js'
import { type Action, randomAction } from './actions.js'
import { randomAuthorisations } from './authorisations.js'
import type { Dice } from './dice.js'
import { created, type Draft, envelope, type Key } from './sign.js'
import { CHAIN_ID, CODED, FIXED_TARGETS, POOR, WALLETS } from './world.js'

const GWEI = 10n ** 9n

/** A transaction offered to a block, and what it is for. */
export interface Candidate {
  label: string
  raw: Uint8Array
  /** Where its gas limit had no influence: what it may be tried again with. */
  action: Action
}

/** What the generator knows of the head on which it makes a block. */
export interface Head {
  number: number
  timestamp: number
  baseFee: bigint
  gasLimit: bigint
  nonce(address: Address): Promise<number>
}

/** Makes the blocks of one seed. What it makes follows from the dice and from the chain so far. */
export class Generator {
  readonly #dice: Dice
  readonly #targets: Address[] = [...FIXED_TARGETS]
  readonly #lived: { action: Action; gasUsed: bigint }[] = []
  readonly #leftOut: Candidate[] = []
  #withdrawals = 0

  constructor(dice: Dice) {
    this.#dice = dice
  }

  /** What a transaction did: its gas, so that it can be tried at the edge of it. */
  learn(action: Action, gasUsed: bigint): void {
    this.#lived.push({ action, gasUsed })
    if (this.#lived.length > 20) this.#lived.shift()
  }

  /** What a block did not take may come again. */
  remember(candidate: Candidate): void {
    this.#leftOut.push(candidate)
  }

  attributes(head: Head): BlockAttributes {
    const dice = this.#dice
    const hash = (): Hash => keccak256(dice.bytes(8))
    return {
      timestamp: head.timestamp + dice.pick([1, 1, 2, 12, 100_000]),
      feeRecipient: dice.once(3) ? dice.pick(this.#targets) : `0x5e${keccak256(dice.bytes(1)).slice(4, 42)}`,
      prevRandao: dice.once(9) ? EMPTY_ROOT : hash(),
      extraData: dice.once(2) ? '0x' : `0x${'ab'.repeat(dice.between(1, 32))}`,
      withdrawals: Array.from({ length: dice.pick([0, 0, 1, 2, 5]) }, () => this.#withdrawal()),
    }
  }

  async candidates(head: Head): Promise<Candidate[]> {
    const nonces = new Map<Address, number>()
    const candidates: Candidate[] = []
    for (let count = this.#dice.between(0, 14); count > 0; count--) candidates.push(await this.#candidate(head, nonces))
    // Now and then the same transaction once more, or one that was left out before.
    const [first] = candidates
    if (first !== undefined && this.#dice.once(12)) candidates.push(first)
    if (this.#leftOut.length > 0 && this.#dice.once(2)) candidates.unshift(this.#dice.pick(this.#leftOut))
    return candidates
  }

  async #candidate(head: Head, nonces: Map<Address, number>): Promise<Candidate> {
    const dice = this.#dice
    const key = dice.weighted<Key>([
      [30, dice.pick(WALLETS)],
      [1, dice.pick(POOR)],
      [1, CODED],
    ])
    const nonce = nonces.get(key.address) ?? (await head.nonce(key.address))
    const action = this.#action()
    const proper = await this.#draft(head, key, nonce, action)
    const draft = this.#twisted(proper, head)
    if (draft.to === null) this.#targets.push(created(key.address, nonce))
    // What is twisted is probably left out.
    if (draft === proper) nonces.set(key.address, nonce + 1)
    const label = `type ${draft.type} from ${key.address} nonce ${draft.nonce} gas ${draft.gasLimit}: ${action.label}`
    return { label, raw: spoilt(dice, envelope(draft, key)), action }
  }

  #action(): Action {
    const dice = this.#dice
    if (this.#lived.length === 0 || !dice.once(4)) return randomAction(dice, this.#targets)
    // At the edge of what it used the last time.
    const { action, gasUsed } = dice.pick(this.#lived)
    const edge = dice.pick([-1, 0, 1, -dice.between(1, 3000), dice.between(1, 3000)])
    const kept = dice.once(3) ? gasUsed / 63n : 0n
    return { ...action, label: `${action.label}, used ${gasUsed}`, gasLimit: Number(gasUsed + kept) + edge }
  }

  async #draft(head: Head, key: Key, nonce: number, action: Action): Promise<Draft> {
    const dice = this.#dice
    const { to, value, data, gasLimit } = action
    const legacy = { tip: 0n, accessList: [], authorisations: [] }
    const type = dice.weighted<Draft['type']>([
      [2, 'legacy'],
      [3, 0],
      [3, 1],
      [6, 2],
      [to === null ? 0 : 5, 4],
    ])
    const fee = this.#fee(head.baseFee)
    const whole = { type, chainId: CHAIN_ID, nonce, to, value, data, gasLimit: BigInt(gasLimit), ...fee, ...legacy }
    const draft: Draft = { ...whole, tip: fee.tip }
    if (type === 1 || type === 2 || type === 4) draft.accessList = this.#accessList()
    if (type === 4) {
      draft.authorisations = await randomAuthorisations(dice, this.#targets, { key, nonce }, head.nonce)
      draft.gasLimit += 25_000n * BigInt(draft.authorisations.length)
    }
    return draft
  }

  /** Now and then something that keeps the transaction out of the block. */
  #twisted(draft: Draft, { gasLimit }: Head): Draft {
    const dice = this.#dice
    if (!dice.once(16)) return draft
    return dice.pick<() => Draft>([
      () => ({ ...draft, nonce: Math.max(0, draft.nonce + dice.pick([-1, 1, 2])) }),
      () => ({ ...draft, gasLimit: BigInt(dice.pick([0, 20_999, 21_000, 21_001, 53_000])) }),
      () => ({ ...draft, gasLimit: gasLimit + BigInt(dice.pick([0, 1])) }),
      () => ({ ...draft, gasLimit: gasLimit / 2n }),
      () => ({ ...draft, value: 10n ** 25n }),
      () => ({ ...draft, feeCap: BigInt(dice.between(0, 7)), tip: 0n }),
      () => ({ ...draft, tip: draft.feeCap + 1n }),
      () => ({ ...draft, chainId: 1 }),
      () => ({ ...draft, feeCap: 2n ** 200n }),
      () => (draft.type === 4 ? { ...draft, authorisations: [] } : { ...draft, data: `0x${'5b'.repeat(49_153)}` }),
    ])()
  }

  #fee(baseFee: bigint): { feeCap: bigint; tip: bigint } {
    const dice = this.#dice
    const tip = dice.pick([0n, 0n, 1n, GWEI, BigInt(dice.below(1_000_000))])
    const feeCap = dice.pick([2n * baseFee + tip, 3n * baseFee + GWEI + tip, baseFee + baseFee / 7n + tip])
    return { feeCap, tip }
  }

  #accessList(): [Address, Hash[]][] {
    const dice = this.#dice
    const slot = (): Hash => `0x${dice.below(6).toString(16).padStart(64, '0')}`
    return Array.from({ length: dice.pick([0, 0, 0, 1, 2, 3]) }, () => [
      dice.once(8) ? `0x${'00'.repeat(19)}0${dice.between(1, 9)}` : dice.pick(this.#targets),
      Array.from({ length: dice.below(4) }, slot),
    ])
  }

  #withdrawal(): Withdrawal {
    const dice = this.#dice
    const fresh = (): Address => `0x${keccak256(dice.bytes(4)).slice(2, 42)}`
    return {
      index: this.#withdrawals++,
      address: dice.weighted<Address>([
        [3, dice.pick(this.#targets)],
        [2, fresh()],
        [1, `0x${'00'.repeat(19)}0${dice.between(0, 9)}`],
      ]),
      amountGwei: dice.pick([0n, 0n, 1n, BigInt(dice.below(10 ** 9)), 2n ** 64n - 1n]),
    }
  }
}

/** Seldom a byte of an envelope is another one. */
function spoilt(dice: Dice, raw: Uint8Array): Uint8Array {
  if (!dice.once(60)) return raw
  const copy = raw.slice()
  copy[dice.below(copy.length)] = dice.below(256)
  return copy
}
