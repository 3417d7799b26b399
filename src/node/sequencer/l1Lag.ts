import { memberOf } from '../../core/consensus/power.js'
import type { NodeContext } from './context.js'

type Member = Pick<NodeContext, 'address' | 'consensus' | 'now' | 'warn'>

/** ms that something decided may be beyond what this node's own L1 has as final: endpoints are seconds apart. */
export const MAX_L1_LAG = 60_000

/**
 * Whether this node's own L1 is too far behind what consensus decided about L1 (rule L3). A node that does not see it would not
 * see either that it is contradicted (rule L1): it must not seal, attest or sign. An L1 that is silent for all decides nothing.
 */
export class L1Lag {
  readonly #node: Member
  /** Last final block that L1 told of; before its first answer, what was decided when the node began. */
  #seen: number | undefined
  #answered = false
  /** What was decided when this node fell behind, and when that was (ms). */
  #missing: { number: number; since: number } | undefined
  #warned = false

  constructor(node: Member) {
    this.#node = node
  }

  /** L1 answered that this is its last final block. */
  saw(final: number): void {
    this.#seen = this.#answered ? Math.max(this.#seen ?? 0, final) : final
    this.#answered = true
  }

  isTooLong(): boolean {
    const { address, consensus, now, warn } = this.#node
    const { committee, l1 } = consensus.state
    if (memberOf(committee, address) === undefined) {
      this.#missing = undefined // no member looks at L1
      return false
    }
    const decided = l1.decided?.to ?? l1.applied.number
    this.#seen ??= decided
    if (this.#missing === undefined || this.#seen >= this.#missing.number)
      this.#missing = this.#seen < decided ? { number: decided, since: now() } : undefined
    const isTooLong = this.#missing !== undefined && now() - this.#missing.since >= MAX_L1_LAG
    if (isTooLong !== this.#warned) {
      this.#warned = isTooLong
      warn(isTooLong ? behind(decided, this.#seen) : 'L1 has what was decided: this node takes part again.')
    }
    return isTooLong
  }
}

const behind = (decided: number, seen: number) =>
  `L1 block ${decided} is decided, and this node's L1 endpoint is at ${seen} for ${MAX_L1_LAG / 1000} s: the node does not ` +
  'sequence or attest until it sees it. Check the endpoint; a term that passes meanwhile is given to others.'
