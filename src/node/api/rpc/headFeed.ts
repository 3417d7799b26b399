import type { Block, Receipt } from '../../../core/ports/execution.js'
import type { RpcContext } from './context.js'

/** What a new head changed, each from the oldest block to the newest. */
export interface ChainChange {
  removed: readonly Block[]
  added: readonly Block[]
}

/** Blocks that a change names at most; the head leads the decided checkpoint by far less (rule T3). */
const MAX_BLOCKS = 1024

/**
 * Turns heads, of which some may be skipped and some go back, into the blocks that left the canonical chain and those that came. One
 * change is told after the other, in order.
 */
export class HeadFeed {
  readonly #context: RpcContext
  readonly #receipts = new WeakMap<Block, Promise<readonly Receipt[]>>()
  readonly #listeners = new Set<(change: ChainChange) => void>()
  readonly #onError: (error: unknown) => void
  readonly #stop: () => void
  #told: Block
  #queue: Promise<void> = Promise.resolve()

  constructor(context: RpcContext, onError: (error: unknown) => void) {
    this.#context = context
    this.#onError = onError
    this.#told = context.chain.head()
    this.#stop = context.onHead((head) => {
      this.#queue = this.#queue.then(() => this.#advance(head)).catch(this.#onError)
    })
  }

  /** The receipts of a block that a change names: read once, however many listen. */
  receiptsOf(block: Block): Promise<readonly Receipt[]> {
    const known = this.#receipts.get(block)
    if (known !== undefined) return known
    const read = this.#context.chain.receipts(block.hash).then((found) => found ?? [])
    this.#receipts.set(block, read)
    return read
  }

  listen(listener: (change: ChainChange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#stop()
    this.#listeners.clear()
  }

  async #advance(head: Block): Promise<void> {
    const old = this.#told
    this.#told = head
    if (this.#listeners.size === 0 || head.hash === old.hash) return
    const change = await this.#between(old, head)
    for (const listener of this.#listeners) listener(change)
  }

  /** Walks back from both until they meet. */
  async #between(old: Block, head: Block): Promise<ChainChange> {
    const removed: Block[] = []
    const added: Block[] = []
    let left: Block | undefined = old
    let right: Block | undefined = head
    while (left !== undefined && right !== undefined && left.hash !== right.hash) {
      if (removed.length + added.length >= MAX_BLOCKS) break
      const goLeft: boolean = left.number >= right.number
      const goRight: boolean = right.number >= left.number
      if (goLeft) {
        removed.unshift(left)
        left = await this.#context.chain.blockByHash(left.parentHash)
      }
      if (goRight) {
        added.unshift(right)
        right = await this.#context.chain.blockByHash(right.parentHash)
      }
    }
    return { removed, added }
  }
}
