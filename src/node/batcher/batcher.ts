import { BLOB_SIZE } from '../../core/batching/blobs.js'
import { decodeBatch2 } from '../../core/batching/layout2/decode.js'
import { encodeBatch2 } from '../../core/batching/layout2/encode.js'
import { batchToBlobs, fromBlobs, versionedHash } from '../../core/batching/payload.js'
import { stateRootsCalldata } from '../../core/chain/stateRoots.js'
import { equalBytes, hexToBytes, keccak256 } from '../../core/codec/index.js'
import { MAX_BLOB_TRANSACTIONS, MAX_BLOBS, requestOnL1 } from '../../core/consensus/batch.js'
import type { BatchContent, ClosedTerm } from '../../core/consensus/types.js'
import { MetisSeqError, messageOf } from '../../core/errors/index.js'
import { reached } from '../../core/faultPoints.js'
import type { Block } from '../../core/ports/execution.js'
import type { Kzg } from '../../core/ports/l1.js'
import { Single } from '../../core/serial.js'
import type { Address, Hash } from '../../core/types/hex.js'
import type { BlobStore } from './blobStore.js'
import { type BatchNode, ownBatch } from './own.js'

/** ms after which the next member proposes. */
const ATTEMPT = 8000
const MAX_BATCH_BLOCKS = 512
/** ms between two times that the others are asked for blobs. */
const FETCH_EVERY = 2000
/** Layout 2 of a batch; what a proposal may unpack to at most. */
const MAX_BYTES = 32 << 20

interface Proposal {
  index: number
  attempt: number
  /** One list a blob transaction. */
  blobs: readonly (readonly Uint8Array[])[]
}

/**
 * Turns closed terms into batches. The proposer of an attempt sends the blobs; every member unpacks them, compares with
 * its own final blocks, computes the commitments itself, and only then votes for the content (rule B4).
 */
export class Batcher {
  readonly #node: BatchNode
  readonly #kzg: Kzg
  readonly #store: BlobStore
  #proposed = ''
  #fetchedAt = Number.NEGATIVE_INFINITY
  readonly #single = new Single()

  constructor(node: BatchNode, kzg: Kzg, store: BlobStore) {
    this.#node = node
    this.#kzg = kzg
    this.#store = store
  }

  async tick(): Promise<void> {
    await this.#single.run(async () => {
      try {
        await this.#fetch()
        await this.#propose()
      } catch (error) {
        this.#refuse('own batch', error) // the next member proposes
      }
    })
  }

  /** The blobs of a batch that was decided without this member: it compares them too, before it signs anything of it (rule B4). */
  async #fetch(): Promise<void> {
    const { consensus, network, now, mayVote } = this.#node
    const content = consensus.state.batch.flight?.content
    if (content === undefined || now() - this.#fetchedAt < FETCH_EVERY || !mayVote()) return
    const hashes = content.blobs.flat()
    if (this.#store.holds(content.index, hashes)) return
    this.#fetchedAt = now()
    const isOfBatch = async (blobs: readonly Uint8Array[]) => {
      if (blobs.length !== hashes.length || blobs.some(({ length }) => length !== BLOB_SIZE)) return false
      return (await this.#hashes(blobs)).join() === hashes.join()
    }
    const found = await network.requestBlobs(hashes, isOfBatch)
    if (found === undefined) return
    await this.#ownLike(content.index, fromBlobs(found, MAX_BYTES))
    await this.#store.put(content.index, hashes, found)
  }

  async #propose(): Promise<void> {
    const { state } = this.#node.consensus
    const index = state.batch.nextIndex
    await this.#store.dropBefore(index)
    const range = batchRange(state.terms, state.batch.nextBlock)
    const attempt = this.#attempt()
    if (range === undefined || attempt === undefined) return
    const slot = `${index}/${attempt}`
    if (this.#proposer(attempt) !== this.#node.address || this.#proposed === slot || !this.#node.mayVote()) return
    this.#proposed = slot
    const own = await ownBatch(this.#node, index, range, (block) => this.#node.sealOf(block.hash))
    if (own === undefined) return
    const blobs = grouped(batchToBlobs(encodeBatch2(own.batch)))
    const content = await this.#content({ index, attempt, blobs, blocks: own.blocks })
    this.#node.network.sendBatch({ index, attempt, blobs })
    reached('batch.sent')
    await this.#node.vote(content)
  }

  /**
   * Attempt for the next batch, from 1; undefined while none is due. It is counted from a time that stands in the record, so
   * that a node that was away is not at another attempt than the others for ever.
   */
  #attempt(): number | undefined {
    const { state } = this.#node.consensus
    const [oldest] = batchRange(state.terms, state.batch.nextBlock)?.terms ?? []
    if (requestOnL1(state) !== undefined || oldest === undefined) return undefined
    return 1 + Math.max(0, Math.floor((this.#node.now() - oldest.closedAt) / ATTEMPT))
  }

  #proposer(attempt: number): Address | undefined {
    const { batch, committee } = this.#node.consensus.state
    return committee.members[(batch.nextIndex + attempt) % committee.members.length]?.address
  }

  /** Whether a proposal is its sender's to make, and near this node's own attempt: a vote for a far one is never replaced. */
  #isDue(from: Address, index: number, attempt: number): boolean {
    const { state } = this.#node.consensus
    const own = this.#attempt()
    const mine = state.batch.votes[this.#node.address]
    if (own === undefined || index !== state.batch.nextIndex || !this.#node.mayVote()) return false
    return from === this.#proposer(attempt) && attempt <= own + 1 && attempt > (mine?.attempt ?? 0)
  }

  /** A proposal came from another member. */
  async receive(from: Address, proposal: Proposal): Promise<void> {
    const { index, attempt, blobs } = proposal
    if (!this.#isDue(from, index, attempt)) return
    try {
      const bytes = fromBlobs(blobs.flat(), MAX_BYTES)
      const own = await this.#ownLike(index, bytes)
      await this.#node.vote(await this.#content({ index, attempt, blobs, blocks: own }))
    } catch (error) {
      this.#refuse(`batch ${index}, attempt ${attempt}`, error)
    }
  }

  #refuse(what: string, error: unknown): void {
    if (!(error instanceof MetisSeqError) || error.severity === 'critical') throw error
    this.#node.refused(what, messageOf(error))
  }

  /**
   * The own blocks of one of the closed ranges, where `bytes` are just these. Their seals may be others than are known here:
   * whoever sealed a block can sign it in several ways, and tell each member another one.
   */
  async #ownLike(index: number, bytes: Uint8Array): Promise<readonly Block[]> {
    const { batch, terms } = this.#node.consensus.state
    const proposed = decodeBatch2(bytes).blocks
    const seals = new Map(proposed.map(({ number, seal }) => [Number(number), seal]))
    const range = batchRanges(terms, batch.nextBlock).find(({ last }) => BigInt(last) === proposed.at(-1)?.number)
    const sealOf = (block: Block) => {
      const seal = seals.get(block.number)
      return seal !== undefined && this.#node.isSealed(block, seal) ? seal : undefined
    }
    const own = range === undefined ? undefined : await ownBatch(this.#node, index, range, sealOf)
    if (own !== undefined && equalBytes(encodeBatch2(own.batch), bytes)) return own.blocks
    throw new MetisSeqError('BATCH_DIFFERS', 'its blocks are not the final blocks of this node')
  }

  async #hashes(blobs: readonly Uint8Array[]): Promise<Hash[]> {
    return (await this.#kzg.commitments(blobs)).map(versionedHash)
  }

  async #content(input: {
    index: number
    attempt: number
    blobs: readonly (readonly Uint8Array[])[]
    blocks: readonly Block[]
  }): Promise<BatchContent> {
    const { index, attempt, blobs, blocks } = input
    const hashes: Hash[][] = []
    for (const each of blobs) hashes.push(await this.#hashes(each))
    // Before the vote: a decided batch must be there to be sent, whatever happens (rule B4).
    await this.#store.put(index, hashes.flat(), blobs.flat())
    reached('batch.stored')
    const [first, last] = [blocks[0], blocks.at(-1)]
    if (first === undefined || last === undefined) throw new MetisSeqError('BATCH_EMPTY', 'it has no block')
    const calldata = stateRootsCalldata(
      this.#node.genesis.l2.chainId,
      first.number,
      blocks.map((block) => block.stateRoot),
    )
    return {
      kind: 'batch',
      index,
      attempt,
      first: first.number,
      last: last.number,
      lastHash: last.hash,
      blobs: hashes,
      stateRoots: keccak256(hexToBytes(calldata)),
    }
  }
}

function grouped(blobs: readonly Uint8Array[]): Uint8Array[][] {
  const groups: Uint8Array[][] = []
  for (let i = 0; i < blobs.length; i += MAX_BLOBS) groups.push(blobs.slice(i, i + MAX_BLOBS))
  if (groups.length > MAX_BLOB_TRANSACTIONS)
    throw new MetisSeqError('BATCH_TOO_BIG', `${blobs.length} blobs are too many`)
  return groups
}

export interface BatchRange {
  first: number
  last: number
  lastHash: Hash
  terms: readonly ClosedTerm[]
}

/** Ranges of closed terms from the next block on that a batch may cover, shortest first. */
function batchRanges(terms: readonly ClosedTerm[], nextBlock: number): BatchRange[] {
  const open = terms.filter(({ last }) => last >= nextBlock)
  return open
    .map(({ last, lastHash }, i) => ({
      first: nextBlock,
      last,
      lastHash,
      terms: open.slice(0, i + 1).filter((term) => term.last > term.parentNumber),
    }))
    .filter(({ first, last }, i) => i === 0 || last - first < MAX_BATCH_BLOCKS)
}

function batchRange(terms: readonly ClosedTerm[], nextBlock: number): BatchRange | undefined {
  return batchRanges(terms, nextBlock).at(-1)
}
