import { stateRootsCalldata } from '../../core/chain/stateRoots.js'
import type { SigningRequest } from '../../core/consensus/types.js'
import { MetisSeqError, messageOf } from '../../core/errors/index.js'
import type { GroupSigner } from '../../core/ports/group.js'
import type { L1Sender } from '../../core/ports/l1.js'
import type { Hash, Hex } from '../../core/types/hex.js'
import type { NodeContext } from './context.js'

/** ms that a member waits for each one before it in the order, so that one does the work and the others stand by. */
const STAND_BY = 600
/** ms after which a transaction that L1 did not mine is sent again. */
const SEND_AGAIN = 10_000

/** Has the group sign what consensus asked for (rule B1), and brings to L1 what it signed (rule B4: anyone may). */
export class Duties {
  readonly #node: NodeContext
  readonly #group: GroupSigner
  readonly #sender: L1Sender
  readonly #blobsOf: (hashes: readonly Hash[]) => readonly Uint8Array[] | undefined
  readonly #seen = new Map<Hash, number>()
  readonly #sentAt = new Map<Hash, number>()
  #busy = false

  constructor(
    node: NodeContext,
    group: GroupSigner,
    sender: L1Sender,
    blobsOf: (hashes: readonly Hash[]) => readonly Uint8Array[] | undefined,
  ) {
    this.#node = node
    this.#group = group
    this.#sender = sender
    this.#blobsOf = blobsOf
  }

  async tick(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    try {
      for (const request of Object.values(this.#node.consensus.state.requests)) await this.#serve(request)
      this.#forget()
    } catch (error) {
      if (!(error instanceof MetisSeqError) || error.severity === 'critical') throw error
      this.#node.warn(messageOf(error))
    } finally {
      this.#busy = false
    }
  }

  async #serve(request: SigningRequest): Promise<void> {
    const now = this.#node.now()
    const seen = this.#seen.get(request.id) ?? now
    this.#seen.set(request.id, seen)
    const rank = this.#rank()
    if (rank === undefined || now - seen < rank * STAND_BY) return
    if (request.signed === null) await this.#sign(request)
    else if (request.chain === 'l1') await this.#send(request, request.signed)
  }

  /** The current sequencer is first, the others follow in the order of the committee. */
  #rank(): number | undefined {
    const { address, consensus } = this.#node
    const { committee, term } = consensus.state
    const place = committee.members.findIndex((member) => member.address === address)
    if (place < 0) return undefined
    const first = Math.max(
      0,
      committee.members.findIndex((member) => member.address === term.sequencer),
    )
    return (place - first + committee.members.length) % committee.members.length
  }

  async #sign(request: SigningRequest): Promise<void> {
    if (this.#sentAt.has(request.id)) return
    const data = request.data ?? (await this.#stateRoots())
    if (data === undefined) return
    const fees = request.chain === 'l1' ? await this.#sender.fees() : undefined
    const transaction = await this.#group.sign(request, data, fees)
    if (this.#node.consensus.state.requests[request.id]?.signed !== null) return
    this.#sentAt.set(request.id, 0)
    await this.#node.consensus.submit({ type: 'signed', request: request.id, transaction })
    this.#seen.set(request.id, this.#node.now())
  }

  /** The calldata of the batch in flight, from this node's own blocks: consensus holds its hash alone. */
  async #stateRoots(): Promise<Hex | undefined> {
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

  async #send(request: SigningRequest, envelope: Hex): Promise<void> {
    const now = this.#node.now()
    if (now - (this.#sentAt.get(request.id) ?? 0) < SEND_AGAIN) return
    const blobs = this.#blobsOf(request.blobs)
    if (blobs === undefined) return // another member has the bytes
    this.#sentAt.set(request.id, now)
    await this.#sender.send(envelope, blobs)
  }

  #forget(): void {
    const { requests } = this.#node.consensus.state
    for (const map of [this.#seen, this.#sentAt]) {
      for (const id of map.keys()) if (requests[id] === undefined) map.delete(id)
    }
  }
}
