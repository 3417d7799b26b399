import { encodeBatch2 } from '../../core/batching/layout2/encode.js'
import { batchToBlobs, fromBlobs, versionedHash } from '../../core/batching/payload.js'
import { stateRootsCalldata } from '../../core/chain/stateRoots.js'
import { equalBytes, hexToBytes, keccak256 } from '../../core/codec/index.js'
import { MAX_BLOB_TRANSACTIONS, MAX_BLOBS } from '../../core/consensus/batch.js'
import type { BatchContent, ClosedTerm } from '../../core/consensus/types.js'
import { MetisSeqError, messageOf } from '../../core/errors/index.js'
import type { Block } from '../../core/ports/execution.js'
import type { Kzg } from '../../core/ports/l1.js'
import type { Hash } from '../../core/types/hex.js'
import { type BatchNode, ownBatch } from './own.js'

/** ms after which the next member proposes. */
const ATTEMPT = 8000
const MAX_BATCH_BLOCKS = 512
/** Layout 2 of a batch; what a proposal may unpack to at most. */
const MAX_BYTES = 32 << 20

/**
 * Turns closed terms into batches. The proposer of an attempt sends the blobs; every member unpacks them, compares with
 * its own final blocks, computes the commitments itself, and only then votes for the content (rule B4).
 */
export class Batcher {
  readonly #node: BatchNode
  readonly #kzg: Kzg
  /** Blobs by versioned hash, kept until their batch is accepted. */
  readonly #blobs = new Map<Hash, Uint8Array>()
  #readySince: { block: number; at: number } | undefined
  #proposed = ''
  #busy = false

  constructor(node: BatchNode, kzg: Kzg) {
    this.#node = node
    this.#kzg = kzg
  }

  /** The blobs with these versioned hashes; undefined when one is not here. */
  blobsOf = (hashes: readonly Hash[]): readonly Uint8Array[] | undefined => {
    const blobs = hashes.map((hash) => this.#blobs.get(hash))
    return blobs.some((blob) => blob === undefined) ? undefined : blobs.filter((blob) => blob !== undefined)
  }

  async tick(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    try {
      await this.#propose()
    } catch (error) {
      this.#refuse('own batch', error) // the next member proposes
    } finally {
      this.#busy = false
    }
  }

  async #propose(): Promise<void> {
    const { state } = this.#node.consensus
    const range = batchRange(state.terms, state.batch.nextBlock)
    if (range === undefined || state.batch.flight !== null) {
      this.#readySince = undefined
      if (state.batch.flight === null) this.#blobs.clear()
      return
    }
    const now = this.#node.now()
    if (this.#readySince?.block !== state.batch.nextBlock) this.#readySince = { block: state.batch.nextBlock, at: now }
    const attempt = 1 + Math.floor((now - this.#readySince.at) / ATTEMPT)
    const { index } = { index: state.batch.nextIndex }
    const proposer = state.committee.members[(index + attempt) % state.committee.members.length]
    const slot = `${index}/${attempt}`
    if (proposer?.address !== this.#node.address || this.#proposed === slot) return
    this.#proposed = slot
    const own = await ownBatch(this.#node, index, range)
    if (own === undefined) return
    const blobs = grouped(batchToBlobs(encodeBatch2(own.batch)))
    const content = await this.#content({ index, attempt, blobs, blocks: own.blocks })
    this.#node.network.sendBatch({ index, attempt, blobs })
    await this.#node.vote(content)
  }

  /** A proposal came from another member. */
  async receive(proposal: {
    index: number
    attempt: number
    blobs: readonly (readonly Uint8Array[])[]
  }): Promise<void> {
    const { state } = this.#node.consensus
    const { index, attempt, blobs } = proposal
    const mine = state.batch.votes[this.#node.address]
    if (index !== state.batch.nextIndex || state.batch.flight !== null || (mine?.attempt ?? 0) >= attempt) return
    if (!this.#node.isMember()) return
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

  /** The own blocks of one of the closed ranges whose encoding equals `bytes`. */
  async #ownLike(index: number, bytes: Uint8Array): Promise<readonly Block[]> {
    const { state } = this.#node.consensus
    for (const range of batchRanges(state.terms, state.batch.nextBlock)) {
      const own = await ownBatch(this.#node, index, range)
      if (own !== undefined && equalBytes(encodeBatch2(own.batch), bytes)) return own.blocks
    }
    throw new MetisSeqError('BATCH_DIFFERS', 'its blocks are not the final blocks of this node')
  }

  async #content(input: {
    index: number
    attempt: number
    blobs: readonly (readonly Uint8Array[])[]
    blocks: readonly Block[]
  }): Promise<BatchContent> {
    const { index, attempt, blobs, blocks } = input
    const hashes: Hash[][] = []
    for (const each of blobs) {
      const commitments = await this.#kzg.commitments(each)
      hashes.push(commitments.map((commitment) => versionedHash(commitment)))
    }
    for (const [i, blob] of blobs.flat().entries()) {
      const hash = hashes.flat()[i]
      if (hash !== undefined) this.#blobs.set(hash, blob)
    }
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
  terms: readonly ClosedTerm[]
}

/** Ranges of closed terms from the next block on that a batch may cover, shortest first. */
function batchRanges(terms: readonly ClosedTerm[], nextBlock: number): BatchRange[] {
  const open = terms.filter(({ last }) => last >= nextBlock)
  return open
    .map(({ last }, i) => ({
      first: nextBlock,
      last,
      terms: open.slice(0, i + 1).filter((term) => term.last > term.parentNumber),
    }))
    .filter(({ first, last }, i) => i === 0 || last - first < MAX_BATCH_BLOCKS)
}

function batchRange(terms: readonly ClosedTerm[], nextBlock: number): BatchRange | undefined {
  return batchRanges(terms, nextBlock).at(-1)
}
