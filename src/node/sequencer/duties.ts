import { largest } from '../../core/bigint.js'
import { parseTransaction } from '../../core/chain/transaction.js'
import { hexToBytes } from '../../core/codec/index.js'
import type { L1Fees, SigningRequest } from '../../core/consensus/groupTypes.js'
import { nextBump } from '../../core/consensus/signing.js'
import { MetisSeqError, messageOf } from '../../core/errors/index.js'
import type { L1Sender } from '../../core/ports/l1.js'
import { Single } from '../../core/serial.js'
import type { Hash, Hex } from '../../core/types/hex.js'
import type { NodeContext } from './context.js'

/** ms that a member waits for each one before it in the order, so that one does the work and the others stand by. */
const STAND_BY = 600
/** ms after which a transaction that L1 did not mine is sent again. */
const SEND_AGAIN = 10_000
/** ms after which one that L1 still did not mine gets higher fees (rule B2). */
const BUMP_AFTER = 60_000

/** Says what L1 asks for the group's transactions, and brings there what the group signed (rule B4: anyone may). */
export class Duties {
  readonly #node: NodeContext
  readonly #sender: L1Sender
  readonly #blobsOf: (hashes: readonly Hash[]) => readonly Uint8Array[] | undefined
  /** Signed envelopes, and since when they are known here. */
  readonly #seen = new Map<Hex, number>()
  readonly #quotedAt = new Map<Hash, number>()
  /** By envelope. */
  readonly #sentAt = new Map<Hex, number>()
  readonly #firstSent = new Map<Hex, number>()
  readonly #single = new Single()

  constructor(
    node: NodeContext,
    sender: L1Sender,
    blobsOf: (hashes: readonly Hash[]) => readonly Uint8Array[] | undefined,
  ) {
    this.#node = node
    this.#sender = sender
    this.#blobsOf = blobsOf
  }

  async tick(): Promise<void> {
    await this.#single.run(() => this.#serveAll())
  }

  async #serveAll(): Promise<void> {
    try {
      for (const request of Object.values(this.#node.consensus.state.requests))
        if (request.chain === 'l1') await this.#serve(request)
    } catch (error) {
      if (!(error instanceof MetisSeqError) || error.severity === 'critical') throw error
      this.#node.warn(messageOf(error))
    } finally {
      this.#forget()
    }
  }

  async #serve(request: SigningRequest): Promise<void> {
    const now = this.#node.now()
    const signing = this.#node.consensus.state.signing[request.id]
    const rank = this.#rank()
    if (rank === undefined || signing === undefined) return
    const bump = nextBump(signing)
    if (bump === 0) await this.#quote(request, bump, now)
    if (request.signed === null) return
    const signedAt = this.#seen.get(request.signed) ?? now
    this.#seen.set(request.signed, signedAt)
    if (now - signedAt < rank * STAND_BY) return
    if (bump === undefined) await this.#send(request, request.signed, now)
    else await this.#bring(request, request.signed, bump, now)
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

  /** Says what L1 asks for a transaction of the group; the median of what t members say is what it pays (rule B2). */
  async #quote(request: SigningRequest, bump: number, now: number, fees?: L1Fees): Promise<void> {
    const { address, attest, consensus } = this.#node
    if (consensus.state.signing[request.id]?.quotes[address] !== undefined || !isDue(this.#quotedAt, request.id, now))
      return
    this.#quotedAt.set(request.id, now)
    await attest({ kind: 'fees', request: request.id, bump, fees: fees ?? (await this.#sender.fees()) })
  }

  /** Sends what is signed until L1 has it, and asks for higher fees where L1 does not take it (rule B2). */
  async #bring(request: SigningRequest, envelope: Hex, bump: number, now: number): Promise<void> {
    const first = this.#firstSent.get(envelope)
    const isOld = first !== undefined && now - first >= BUMP_AFTER
    if (isOld && isDue(this.#quotedAt, request.id, now)) {
      const fees = bumped(hexToBytes(envelope), await this.#sender.fees(), request.maxFeePerGas)
      if (fees !== undefined) await this.#quote(request, bump, now, fees)
      else this.#quotedAt.set(request.id, now) // at its cap it waits; L1's fees are asked for now and then
    }
    await this.#send(request, envelope, now)
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
    for (const id of this.#quotedAt.keys()) if (requests[id] === undefined) this.#quotedAt.delete(id)
    for (const map of [this.#seen, this.#sentAt, this.#firstSent]) {
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
  const fees = {
    maxFeePerGas: largest(market.maxFeePerGas, raise(before.maxFeePerGas)),
    maxPriorityFeePerGas: largest(market.maxPriorityFeePerGas, raise(before.maxPriorityFeePerGas)),
    maxFeePerBlobGas: largest(market.maxFeePerBlobGas, raise(before.maxFeePerBlobGas ?? 0n)),
  }
  return Object.values(fees).some((fee) => fee > cap) ? undefined : fees
}
