import { stateRootsCalldata } from '../core/chain/stateRoots.js'
import type { L1Fees, SigningRequest } from '../core/consensus/groupTypes.js'
import { keyOnL1 } from '../core/consensus/keys.js'
import { newKeyFunds } from '../core/consensus/opening.js'
import { MetisSeqError } from '../core/errors/index.js'
import type { L1Sender } from '../core/ports/l1.js'
import { Single } from '../core/serial.js'
import { whyNotSign } from '../core/threshold/review.js'
import type { Address, Hash, Hex } from '../core/types/hex.js'
import type { NodeContext } from './sequencer/context.js'

/** ms between two looks at the nonce on L1. */
const LOOK_EVERY = 3000

/** What a member makes of a request for the group's signature, of its own chain, blobs and view of L1. */
export class OwnRequests {
  readonly #node: NodeContext
  readonly #sender: Pick<L1Sender, 'nonce'>
  readonly #holds: (index: number, blobs: readonly Hash[]) => boolean
  /** A key's next nonce as this node's own L1 has it; undefined where that does not answer. */
  #onL1: { key: Address; nonce: number } | undefined
  #lookedAt = Number.NEGATIVE_INFINITY
  readonly #looking = new Single()

  constructor(
    node: NodeContext,
    sender: Pick<L1Sender, 'nonce'>,
    holds: (index: number, blobs: readonly Hash[]) => boolean,
  ) {
    this.#node = node
    this.#sender = sender
    this.#holds = holds
  }

  /**
   * Calldata; where consensus holds its hash alone, of this node's own blocks. Undefined while they are not here, nor the blobs
   * that it has to compare with them.
   */
  async dataOf(request: SigningRequest): Promise<Hex | undefined> {
    if (!this.#holds(request.subject, request.blobs)) return undefined
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

  /** At what is final of L2, or at this node's head where that is behind, and with what a few more openings may cost beside it. */
  async fundsMissing(): Promise<bigint | undefined> {
    const { chain, consensus, genesis } = this.#node
    const { checkpoint, contract } = consensus.state
    const head = chain.head()
    const isBehind = head.number < checkpoint.number
    if (!isBehind && !(await chain.isCanonical(checkpoint))) return undefined
    const balance = await chain.balance(contract.mpc, isBehind ? head.hash : checkpoint.hash)
    const needed = (5n * newKeyFunds(genesis)) / 4n
    return balance < needed ? needed - balance : 0n
  }

  async whyNot(request: SigningRequest, fees: L1Fees | null, data: Hex): Promise<string | undefined> {
    const onL1 = this.#onL1?.key === request.key ? this.#onL1.nonce : undefined
    const nonce = request.chain === 'l1' ? onL1 : await this.#l2Nonce(request)
    const { consensus, genesis } = this.#node
    return whyNotSign(request, fees, {
      genesis,
      state: consensus.state,
      data,
      holdsBlobs: this.#holds(request.subject, request.blobs),
      nonce,
    })
  }

  /** Now and then, while L1 is to be written to: where L1 stands. What is asked for meanwhile does not wait for its answer. */
  async look(): Promise<void> {
    const { consensus, now } = this.#node
    const isNeeded = Object.values(consensus.state.requests).some(({ chain }) => chain === 'l1')
    if (isNeeded && now() - this.#lookedAt >= LOOK_EVERY) await this.#looking.run(() => this.#lookNow())
  }

  async #lookNow(): Promise<void> {
    const { consensus, now } = this.#node
    this.#lookedAt = now()
    try {
      const key = keyOnL1(consensus.state)
      this.#onL1 = { key, nonce: await this.#sender.nonce(key) }
    } catch (error) {
      // An L1 that is silent says nothing against what consensus agreed on.
      if (!(error instanceof MetisSeqError) || error.severity === 'critical') throw error
      this.#onL1 = undefined
    }
  }

  /** The key's next nonce at what is final of L2; undefined where that is not here yet. */
  async #l2Nonce({ key }: SigningRequest): Promise<number | undefined> {
    const { chain, consensus } = this.#node
    const { checkpoint } = consensus.state
    return (await chain.isCanonical(checkpoint)) ? chain.nonce(key, checkpoint.hash) : undefined
  }
}
