import { stateRootsCalldata } from '../../core/chain/stateRoots.js'
import { parseTransaction } from '../../core/chain/transaction.js'
import { hexToBytes } from '../../core/codec/index.js'
import type { SigningRequest } from '../../core/consensus/types.js'
import { MetisSeqError, messageOf } from '../../core/errors/index.js'
import type { GroupSigner, L1Fees } from '../../core/ports/group.js'
import type { L1Sender } from '../../core/ports/l1.js'
import type { Hash, Hex } from '../../core/types/hex.js'
import type { NodeContext } from './context.js'

/** ms that a member waits for each one before it in the order, so that one does the work and the others stand by. */
const STAND_BY = 600
/** ms after which a transaction that L1 did not mine is sent again. */
const SEND_AGAIN = 10_000
/** ms after which one that L1 still did not mine gets higher fees (rule B2). */
const BUMP_AFTER = 60_000

/** Has the group sign what consensus asked for (rule B1), and brings to L1 what it signed (rule B4: anyone may). */
export class Duties {
  readonly #node: NodeContext
  readonly #group: GroupSigner
  readonly #sender: L1Sender
  readonly #blobsOf: (hashes: readonly Hash[]) => readonly Uint8Array[] | undefined
  readonly #seen = new Map<Hash, number>()
  readonly #signedAt = new Map<Hash, number>()
  /** By envelope. */
  readonly #sentAt = new Map<Hex, number>()
  readonly #firstSent = new Map<Hex, number>()
  readonly #busy = new Set<SigningRequest['chain']>()

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

  /** What L1 needs goes by itself: an L1 that does not answer must not delay the opening of a term (rule L3). */
  async tick(): Promise<void> {
    await Promise.all([this.#serveAll('l2'), this.#serveAll('l1')])
    this.#forget()
  }

  async #serveAll(chain: SigningRequest['chain']): Promise<void> {
    if (this.#busy.has(chain)) return
    this.#busy.add(chain)
    try {
      for (const request of Object.values(this.#node.consensus.state.requests)) {
        if (request.chain === chain) await this.#serve(request)
      }
    } catch (error) {
      if (!(error instanceof MetisSeqError) || error.severity === 'critical') throw error
      this.#node.warn(messageOf(error))
    } finally {
      this.#busy.delete(chain)
    }
  }

  async #serve(request: SigningRequest): Promise<void> {
    const now = this.#node.now()
    const seen = this.#seen.get(request.id) ?? now
    this.#seen.set(request.id, seen)
    const rank = this.#rank()
    if (rank === undefined || now - seen < rank * STAND_BY) return
    if (request.signed === null) await this.#sign(request, now)
    else if (request.chain === 'l1') await this.#bring(request, request.signed, now)
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

  /** Asked for once; a signature that does not reach the record is asked for again after a while. */
  async #sign(request: SigningRequest, now: number, fees?: L1Fees): Promise<void> {
    if (!isDue(this.#signedAt, request.id, now)) return
    const data = request.data ?? (await this.#stateRoots())
    if (data === undefined) return
    this.#signedAt.set(request.id, now)
    const paid = request.chain === 'l2' ? undefined : (fees ?? (await this.#sender.fees()))
    const transaction = await this.#group.sign(request, data, paid)
    if (this.#node.consensus.state.requests[request.id]?.signed !== request.signed) return
    await this.#node.consensus.submit({ type: 'signed', request: request.id, transaction })
  }

  /** Sends what is signed until L1 has it, and has it signed with higher fees where L1 does not take it (rule B2). */
  async #bring(request: SigningRequest, envelope: Hex, now: number): Promise<void> {
    const first = this.#firstSent.get(envelope)
    const young = first === undefined || now - first < BUMP_AFTER
    if (young || !isDue(this.#signedAt, request.id, now)) return this.#send(request, envelope, now)
    const fees = bumped(hexToBytes(envelope), await this.#sender.fees(), request.maxFeePerGas)
    if (fees !== undefined) return this.#sign(request, now, fees)
    this.#signedAt.set(request.id, now) // at its cap it waits; L1's fees are asked for now and then
    await this.#send(request, envelope, now)
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

  async #send(request: SigningRequest, envelope: Hex, now: number): Promise<void> {
    if (!isDue(this.#sentAt, envelope, now)) return
    const blobs = this.#blobsOf(request.blobs)
    if (blobs === undefined) return // another member has the bytes
    this.#sentAt.set(envelope, now)
    if (!this.#firstSent.has(envelope)) this.#firstSent.set(envelope, now)
    await this.#sender.send(envelope, blobs)
  }

  #forget(): void {
    const { requests } = this.#node.consensus.state
    const envelopes = new Set(Object.values(requests).map(({ signed }) => signed))
    for (const map of [this.#seen, this.#signedAt]) {
      for (const id of map.keys()) if (requests[id] === undefined) map.delete(id)
    }
    for (const map of [this.#sentAt, this.#firstSent]) {
      for (const envelope of map.keys()) if (!envelopes.has(envelope)) map.delete(envelope)
    }
  }
}

function isDue(last: ReadonlyMap<Hash, number>, key: Hash, now: number): boolean {
  return now - (last.get(key) ?? Number.NEGATIVE_INFINITY) >= SEND_AGAIN
}

/** Fees that replace a transaction in L1's pools: double with blobs, otherwise an eighth more; undefined beyond the cap. */
export function bumped(envelope: Uint8Array, market: L1Fees, cap: bigint): L1Fees | undefined {
  const before = parseTransaction(envelope)
  const raise = (fee: bigint) => (before.blobs.length > 0 ? 2n * fee : fee + fee / 8n + 1n)
  const most = (a: bigint, b: bigint) => (a > b ? a : b)
  const fees = {
    maxFeePerGas: most(market.maxFeePerGas, raise(before.maxFeePerGas)),
    maxPriorityFeePerGas: most(market.maxPriorityFeePerGas, raise(before.maxPriorityFeePerGas)),
    maxFeePerBlobGas: most(market.maxFeePerBlobGas, raise(before.maxFeePerBlobGas ?? 0n)),
  }
  return Object.values(fees).some((fee) => fee > cap) ? undefined : fees
}
