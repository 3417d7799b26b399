import { stateRootsCalldata } from '../core/chain/stateRoots.js'
import type { L1Fees, SigningRequest } from '../core/consensus/types.js'
import { MetisSeqError } from '../core/errors/index.js'
import type { L1Sender } from '../core/ports/l1.js'
import { whyNotSign } from '../core/threshold/review.js'
import type { Hash, Hex } from '../core/types/hex.js'
import type { NodeContext } from './sequencer/context.js'

/** What a member makes of a request for the group's signature, of its own chain, blobs and view of L1. */
export class OwnRequests {
  readonly #node: NodeContext
  readonly #sender: Pick<L1Sender, 'nonce'>
  readonly #holds: (blobs: readonly Hash[]) => boolean

  constructor(node: NodeContext, sender: Pick<L1Sender, 'nonce'>, holds: (blobs: readonly Hash[]) => boolean) {
    this.#node = node
    this.#sender = sender
    this.#holds = holds
  }

  /**
   * Calldata; where consensus holds its hash alone, of this node's own blocks. Undefined while they are not here, nor the blobs
   * that it has to compare with them.
   */
  async dataOf(request: SigningRequest): Promise<Hex | undefined> {
    if (!this.#holds(request.blobs)) return undefined
    if (request.data !== null) return request.data
    const { chain, consensus, genesis } = this.#node
    const content = consensus.state.batch.flight?.content
    if (content === undefined) return undefined
    const roots: Hash[] = []
    for (let number = content.first; number <= content.last; number++) {
      const block = await chain.blockByNumber(number)
      if (block === undefined) return undefined
      roots.push(block.stateRoot)
    }
    return stateRootsCalldata(genesis.l2.chainId, content.first, roots)
  }

  async whyNot(request: SigningRequest, fees: L1Fees | null, data: Hex): Promise<string | undefined> {
    const nonce = await this.#nonce(request)
    const { consensus, genesis } = this.#node
    return whyNotSign(request, fees, {
      genesis,
      state: consensus.state,
      data,
      holdsBlobs: this.#holds(request.blobs),
      nonce,
    })
  }

  /** The key's next nonce at what is final of L2, or as this node's own L1 has it; undefined where that does not answer. */
  async #nonce({ chain, key }: SigningRequest): Promise<number | undefined> {
    const { consensus } = this.#node
    const { checkpoint } = consensus.state
    try {
      if (chain === 'l1') return await this.#sender.nonce(key)
      return (await this.#node.chain.isCanonical(checkpoint))
        ? await this.#node.chain.nonce(key, checkpoint.hash)
        : undefined
    } catch (error) {
      // An L1 that is silent, or a state that is gone: what is agreed stands on what was final before.
      if (!(error instanceof MetisSeqError) || error.severity === 'critical') throw error
      return undefined
    }
  }
}
