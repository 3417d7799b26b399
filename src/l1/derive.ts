import { decodeInbox } from '../core/batching/inbox.js'
import { stateRootsCalldata } from '../core/chain/stateRoots.js'
import { hexToBytes } from '../core/codec/index.js'
import { creditDust } from '../core/consensus/deposit.js'
import { newKeyIn } from '../core/consensus/handover.js'
import type { Context, L1Event } from '../core/consensus/types.js'
import { blocksOf, type DerivedBlock, decodeBatch } from '../core/derive/batch.js'
import { attributesOf, checkAssignment, checkSeal } from '../core/derive/block.js'
import { genesisPosition, type Position } from '../core/derive/position.js'
import { nodeDiffers, refuseDerivation } from '../core/derive/refuse.js'
import { MetisSeqError } from '../core/errors/index.js'
import type { Genesis } from '../core/genesis/types.js'
import type { L1Transaction } from '../core/l1/answers.js'
import type { Block, ExecutionEngine, Withdrawal } from '../core/ports/execution.js'
import type { Kzg, L1Source, L1View } from '../core/ports/l1.js'
import type { Address, Hash } from '../core/types/hex.js'
import { readBlobs } from './blobs.js'

export interface DeriveOptions {
  genesis: Genesis
  /** Network id and recovery of signers. */
  context: Pick<Context, 'networkId' | 'recover'>
  view: L1View
  source: L1Source
  kzg: Kzg
  /** At block 0 of the genesis; it executes everything anew. */
  engine: ExecutionEngine
  /** Hash that a node gives for a block; undefined where it has none. Every block is compared where this is given. */
  compare?: (number: number) => Promise<Hash | undefined>
  onBatch?: (batch: { index: number; first: number; last: number; transaction: Hash }) => void
  signal?: AbortSignal
}

export interface Derived {
  batches: number
  blocks: number
  /** Batches whose state roots stand on L1 as well and are the same. */
  stateRoots: number
  head: { number: number; hash: Hash }
  l1: { from: number; to: number }
  /** Blocks compared with a node. */
  compared: number
}

/**
 * Rebuilds the chain from L1 alone and checks it on the way: order and completeness of the batches, blobs against their
 * commitments, each block's deposits, assignment and seal, its hash from execution, and the state roots on L1.
 * @throws MetisSeqError `DERIVE_REFUSED`, `DERIVE_DIFFERS`, `BATCH_MALFORMED` (exit 10); `L1_*` (exit 6)
 */
export async function deriveChain(options: DeriveOptions): Promise<Derived> {
  const derivation = new Derivation(options)
  const { view, genesis, signal } = options
  const { startBlock, startParentHash } = genesis.l1
  const final = await view.finalHeight()
  let [from, hash] = [startBlock, startParentHash]
  while (from <= final) {
    signal?.throwIfAborted()
    const { key } = derivation
    const { range, events } = await view.range(from, final, key)
    if (range.prevToHash !== hash) {
      throw refuseDerivation(`L1 block ${from} follows ${range.prevToHash}, not ${hash}`, { l1Block: from })
    }
    let end = range.to
    for (const event of events) {
      if (event.block > end) break
      await derivation.apply(event)
      if (derivation.key !== key) end = event.block // beyond it the new key sends what counts
    }
    hash = end === range.to ? range.toHash : (await view.range(from, end, key)).range.toHash
    from = end + 1
  }
  return derivation.result({ from: startBlock, to: from - 1 })
}

class Derivation {
  readonly #options: DeriveOptions
  /** Whose transactions on L1 are the group's (rule B7). */
  key: Address
  #position: Position
  readonly #deposits = new Map<number, Withdrawal & { l1Block: number }>()
  readonly #dust: Record<Address, bigint> = {}
  /** Successful group transactions so far: what an inbox transaction names must be among them (rule B3). */
  readonly #mined = new Map<Hash, number>()
  /** Blocks of batches whose state roots are not on L1 yet. */
  readonly #rootless: { index: number; blocks: readonly Block[] }[] = []
  #stateRoots = 0
  #compared = 0

  constructor(options: DeriveOptions) {
    this.#options = options
    this.key = options.genesis.group.address
    this.#position = genesisPosition(options.genesis)
  }

  result(l1: Derived['l1']): Derived {
    const { batch, number, hash } = this.#position
    const counts = { batches: batch, blocks: number, stateRoots: this.#stateRoots, compared: this.#compared }
    return { ...counts, head: { number, hash }, l1 }
  }

  async apply(event: L1Event): Promise<void> {
    if (event.type === 'deposit') {
      const { index, to, amount, block } = event
      const amountGwei = creditDust(this.#dust, to, amount)
      this.#deposits.set(index, { index, address: to, amountGwei, l1Block: block })
    }
    if (event.type !== 'groupTransaction' || !event.success) return
    this.#mined.set(event.hash, event.block)
    const transaction = await this.#transaction(event.hash)
    const { inbox, lockingPool, stateCommitmentChain } = this.#options.genesis.l1
    if (transaction.to === lockingPool) this.key = newKeyIn(transaction.input) ?? this.key
    if (transaction.to === stateCommitmentChain) this.#checkStateRoots(transaction)
    if (transaction.to !== inbox || transaction.input === '0x') return
    try {
      await this.#batch(transaction, event.block)
    } catch (error) {
      throw error instanceof MetisSeqError ? at(error, transaction, event.block) : error
    }
  }

  async #batch(transaction: L1Transaction, l1Block: number): Promise<void> {
    const { genesis, onBatch, signal } = this.#options
    const inbox = decodeInbox(hexToBytes(transaction.input))
    const batch = decodeBatch(inbox, inbox.da === 'blob' ? await this.#blobs(inbox.transactionHashes) : [])
    const first = this.#position.number + 1
    const executed: Block[] = []
    for (const block of blocksOf(genesis, this.#position, inbox, batch, l1Block)) {
      signal?.throwIfAborted()
      executed.push(await this.#execute(block))
    }
    const { number, hash } = this.#position
    if (hash !== batch.lastHash) {
      throw refuseDerivation(`block ${number} comes out of execution as ${hash}, the batch says ${batch.lastHash}`)
    }
    const index = Number(batch.index)
    this.#position = { ...this.#position, batch: index }
    this.#rootless.push({ index, blocks: executed })
    onBatch?.({ index, first, last: number, transaction: transaction.hash })
  }

  async #execute(derived: DerivedBlock): Promise<Block> {
    const { genesis, context, engine } = this.#options
    const { number, term, timestamp, l1Origin, transactions, opens } = derived
    checkAssignment(genesis, derived)
    const attributes = attributesOf(derived, this.#position, (index) => this.#deposits.get(index))
    const { block, rejected } = await engine.execute(transactions, attributes)
    const [reject] = rejected
    if (reject !== undefined) throw refuseDerivation(`block ${number} holds ${reject.hash}: ${reject.reason}`)
    checkSeal(context, derived, block.hash)
    if (opens && (await engine.receipts(block.hash))?.[0]?.status !== 1) {
      throw refuseDerivation(`the opening transaction of term ${term} in block ${number} failed`)
    }
    await this.#compare(block)
    const cursor = this.#position.cursor + block.withdrawals.length
    for (const { index } of block.withdrawals) this.#deposits.delete(index)
    this.#position = { ...this.#position, number, hash: block.hash, timestamp, l1Origin, term, cursor }
    return block
  }

  async #compare({ number, hash }: Block): Promise<void> {
    const { compare } = this.#options
    if (compare === undefined) return
    const theirs = await compare(number)
    this.#compared += 1
    if (theirs !== hash) throw nodeDiffers(number, hash, theirs)
  }

  /** The state roots come batch after batch, each once (rule B2: one content a nonce). */
  #checkStateRoots({ input, hash }: L1Transaction): void {
    const next = this.#rootless.shift()
    const first = next?.blocks[0]
    if (next === undefined || first === undefined) throw refuseDerivation(`${hash} has state roots of no batch`)
    const roots = next.blocks.map(({ stateRoot }) => stateRoot)
    if (stateRootsCalldata(this.#options.genesis.l2.chainId, first.number, roots) !== input) {
      throw refuseDerivation(`the state roots in ${hash} are not those of batch ${next.index}`, { batch: next.index })
    }
    this.#stateRoots += 1
  }

  async #blobs(hashes: readonly Hash[]): Promise<Uint8Array[]> {
    const blobs: Uint8Array[] = []
    for (const hash of hashes) {
      const block = this.#mined.get(hash)
      if (block === undefined) throw refuseDerivation(`the named blob transaction ${hash} is none of the group's`)
      const transaction = await this.#transaction(hash)
      blobs.push(...(await readBlobs(this.#options, block, transaction.blobs)))
    }
    return blobs
  }

  async #transaction(hash: Hash): Promise<L1Transaction> {
    const transaction = await this.#options.source.transaction(hash)
    if (transaction !== undefined) return transaction
    throw refuseDerivation(`L1 lists transaction ${hash} in a block and does not know it`)
  }
}

/** The same error, with the place on L1. */
function at(error: MetisSeqError, { hash }: L1Transaction, l1Block: number): MetisSeqError {
  const { code, message, exit, severity, next, details } = error
  return new MetisSeqError(code, message, {
    exit,
    severity,
    ...(next === undefined ? {} : { next }),
    details: { ...details, transaction: hash, l1Block },
    cause: error,
  })
}
