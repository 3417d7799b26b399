import { hasOwnBody } from '../../core/chain/orderedRoot.js'
import { MAX_LEAD } from '../../core/consensus/checkpoint.js'
import type { Block } from '../../core/ports/execution.js'
import type { SealedBlock } from '../../core/ports/network.js'
import type { Address, Hash } from '../../core/types/hex.js'

/** Blocks of one sequencer that wait: as many as it may be ahead, and as many again of a term that is not known yet. */
const MAX_WAITING = 2 * MAX_LEAD
/** Blocks that are remembered as refused; a term hardly has as many. */
const MAX_REFUSED = 1024

export type WaitingBlock = SealedBlock & { block: Block }

/**
 * Blocks that wait for their parent, their term or their time. Each sequencer has room of its own, so that one that floods
 * pushes out its own blocks and nobody else's.
 */
export class WaitingBlocks {
  readonly #blocks = new Map<Hash, WaitingBlock>()
  readonly #of = new Map<Address, Set<Hash>>()
  readonly #refused = new Set<Hash>()

  get(hash: Hash): WaitingBlock | undefined {
    return this.#blocks.get(hash)
  }

  /** In the order in which they came. */
  all(): WaitingBlock[] {
    return [...this.#blocks.values()]
  }

  /** Takes a block whose seal was checked. */
  add(waiting: WaitingBlock): void {
    const { hash, feeRecipient } = waiting.block
    const own = this.#of.get(feeRecipient) ?? new Set<Hash>()
    this.#of.set(feeRecipient, own.add(hash))
    this.#blocks.set(hash, waiting)
    const [oldest] = own
    const pushed = own.size > MAX_WAITING && oldest !== undefined ? this.#blocks.get(oldest) : undefined
    if (pushed !== undefined) this.remove(pushed)
  }

  remove({ block: { hash, feeRecipient } }: WaitingBlock): void {
    this.#blocks.delete(hash)
    const own = this.#of.get(feeRecipient)
    own?.delete(hash)
    if (own?.size === 0) this.#of.delete(feeRecipient)
  }

  /** Removes a block that breaks a rule: what is built on it is not worth asking for it again, unless another body did. */
  refuse(waiting: WaitingBlock): void {
    this.remove(waiting)
    if (!hasOwnBody(waiting.block)) return
    this.#refused.add(waiting.block.hash)
    const [oldest] = this.#refused
    if (this.#refused.size > MAX_REFUSED && oldest !== undefined) this.#refused.delete(oldest)
  }

  isRefused(hash: Hash): boolean {
    return this.#refused.has(hash)
  }
}
