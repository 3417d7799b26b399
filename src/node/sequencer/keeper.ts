import { decodeExtraData } from '../../core/chain/extraData.js'
import { hasOwnBody } from '../../core/chain/orderedRoot.js'
import { checkBlock, depositCount, type Parent, type Verdict } from '../../core/chain/rules.js'
import { groupAddresses } from '../../core/consensus/keys.js'
import { sequencerEverSigning } from '../../core/consensus/staking.js'
import { MetisSeqError } from '../../core/errors/index.js'
import { reached } from '../../core/faultPoints.js'
import type { Block, Transaction } from '../../core/ports/execution.js'
import type { SealedBlock } from '../../core/ports/network.js'
import { Serial } from '../../core/serial.js'
import type { Hash } from '../../core/types/hex.js'
import type { NodeContext } from './context.js'
import { PeerBlocks } from './peerBlocks.js'
import { type WaitingBlock, WaitingBlocks } from './waiting.js'

/** Blocks fetched in one go towards a checkpoint; a node that is further behind goes on with the next call. */
const MAX_FETCH = 100_000

/**
 * Keeps a node's chain what consensus says it is: imports sealed blocks of the current term, fetches those of a decided
 * checkpoint, rewinds what a cut orphaned. All changes of the chain go through `exclusive`, one at a time.
 */
export class ChainKeeper {
  readonly #node: NodeContext
  readonly #peers: PeerBlocks
  readonly #waiting = new WaitingBlocks()
  readonly #changes = new Serial()
  readonly #isCurrent: () => boolean
  #following = false
  #again = false

  /** `isCurrent`: consensus has reached the record; before, its old state would undo final blocks. */
  constructor(node: NodeContext, isCurrent: () => boolean) {
    this.#node = node
    this.#peers = new PeerBlocks(node)
    this.#isCurrent = isCurrent
  }

  /** Runs `change` when no other change of the chain is under way. */
  exclusive<T>(change: () => Promise<T>): Promise<T> {
    return this.#changes.run(change)
  }

  /** A block came from a peer. Only who sequences or did so once takes any room here, and each only some. */
  receive(sealed: SealedBlock): void {
    const read = this.#peers.read(sealed)
    if (typeof read === 'string') return this.#node.refused('block', read)
    if (sequencerEverSigning(this.#node.consensus.state, read.block.feeRecipient) === undefined)
      return this.#node.refused('block', `${read.block.feeRecipient} is no sequencer`)
    this.#waiting.add(read)
    this.wake()
  }

  /** Something changed (a block, consensus, time): follow as far as can be. Calls during a run make one more run. */
  wake(): void {
    this.#again = true
    if (this.#following || !this.#isCurrent()) return
    this.#following = true
    void this.#run()
  }

  async #run(): Promise<void> {
    while (this.#again) {
      this.#again = false
      try {
        await this.exclusive(() => this.#follow())
      } catch (error) {
        this.#node.fatal(error)
        break
      }
    }
    this.#following = false
  }

  async #follow(): Promise<void> {
    if (!(await this.#reachCheckpoint())) return
    if (!(await this.#leaveOrphans())) return
    for (let imported = true; imported; ) imported = await this.#importNext()
  }

  /** Brings the decided checkpoint into the chain (rule T2). False while one of its blocks can't be had. */
  async #reachCheckpoint(): Promise<boolean> {
    const { chain, consensus } = this.#node
    const { checkpoint } = consensus.state
    if (await chain.isCanonical(checkpoint)) return true
    const path: SealedBlock[] = []
    let hash = checkpoint.hash
    for (;;) {
      const stored = await chain.blockByHash(hash)
      if (stored !== undefined && (await chain.isCanonical(stored))) break
      const waiting = this.#waiting.get(hash)
      const known = waiting !== undefined && hasOwnBody(waiting.block) ? waiting : this.#stored(stored)
      const found = known ?? (await this.#peers.request(hash))
      if (found === undefined || path.length >= MAX_FETCH) return false
      path.push(found)
      hash = chain.decodeBlock(found.encoded).parentHash
    }
    if (chain.head().hash !== hash) await this.#rewind(hash)
    for (const sealed of path.reverse()) await this.#import(sealed)
    return true
  }

  #stored(block: Block | undefined): SealedBlock | undefined {
    const seal = block === undefined ? undefined : this.#node.seals.get(block.hash)?.seal
    return block === undefined || seal == null ? undefined : { encoded: block.encoded, seal }
  }

  /**
   * Blocks above the checkpoint that are not of the current term were orphaned by a cut (rule T5). False where consensus went
   * on since the checkpoint was reached: the next run has to reach the new one first.
   */
  async #leaveOrphans(): Promise<boolean> {
    const { chain, consensus } = this.#node
    const { checkpoint, term } = consensus.state
    const head = chain.head()
    if (head.number <= checkpoint.number || decodeExtraData(head.extraData).term === term.term) return true
    if (!(await chain.isCanonical(checkpoint))) return false
    await this.#rewind(checkpoint.hash)
    return true
  }

  async #rewind(hash: Hash): Promise<void> {
    const { chain, pool } = this.#node
    const orphans: Block[] = []
    for (let block: Block | undefined = chain.head(); block !== undefined && block.hash !== hash; ) {
      orphans.unshift(block)
      block = await chain.blockByHash(block.parentHash)
    }
    await chain.rewind(hash)
    await chain.recoverSenders(orphans.flatMap(({ transactions }) => transactions))
    pool.restore(orphans.flatMap((block) => this.#usersOf(block)))
    this.#node.warn(`rewound to block ${chain.head().number}: ${orphans.length} blocks orphaned by consensus`)
  }

  #usersOf(block: Block): Transaction[] {
    const { chain, consensus } = this.#node
    const own = groupAddresses(consensus.state)
    return block.transactions.map((raw) => chain.decodeTransaction(raw)).filter(({ from }) => !own.has(from))
  }

  /** Imports one waiting block on the head; false when none fits. */
  async #importNext(): Promise<boolean> {
    const head = this.#node.chain.head()
    for (const waiting of this.#waiting.all()) {
      const { block } = waiting
      if (await this.#settled(waiting)) this.#waiting.remove(waiting)
      else if (block.parentHash === head.hash) {
        const done = await this.#judge(waiting)
        if (done === 'refused') this.#waiting.refuse(waiting)
        if (done === 'imported') this.#waiting.remove(waiting)
        if (done === 'imported') return true
      } else if (await this.#fetchParent(waiting)) return true
    }
    return false
  }

  /** Known, or at a height that is decided: nothing to do but to see whether its sealer contradicts itself (rule T6). */
  async #settled({ block, seal }: WaitingBlock): Promise<boolean> {
    const { chain, seals, consensus } = this.#node
    if (await chain.isCanonical(block)) return true
    const other = await chain.blockByNumber(block.number)
    const own = other === undefined ? undefined : seals.get(other.hash)?.seal
    const sameSlot = own != null && own.term === seal.term && own.number === seal.number && own.hash !== seal.hash
    if (sameSlot && other?.feeRecipient === block.feeRecipient) {
      await consensus.submit({ type: 'evidence', seals: [own, seal] })
      return true
    }
    return block.number <= consensus.state.checkpoint.number
  }

  /** Only for a block of the term that is on: for others nothing would tell that their parents are worth a question. */
  async #fetchParent({ block, seal }: WaitingBlock): Promise<boolean> {
    const { chain, consensus } = this.#node
    const { parentHash } = block
    const { term, sequencer } = consensus.state.term
    if (block.number <= chain.head().number + 1 || this.#waiting.get(parentHash) !== undefined) return false
    if (seal.term !== term || block.feeRecipient !== sequencer) return false
    const parent = this.#waiting.isRefused(parentHash) ? undefined : await this.#peers.request(parentHash)
    if (parent === undefined) return false
    this.#waiting.add(parent)
    return true
  }

  async #judge(waiting: WaitingBlock): Promise<'imported' | 'refused' | 'later'> {
    const { block } = waiting
    try {
      const verdict = await this.#verdict(waiting)
      if (!verdict.ok && verdict.later) return 'later'
      if (!verdict.ok) throw new MetisSeqError('BLOCK_INVALID', verdict.reason)
      await this.#import(waiting)
      return 'imported'
    } catch (error) {
      if (!(error instanceof MetisSeqError) || error.severity === 'critical') throw error
      this.#node.refused(`block ${block.number} ${block.hash}`, error.message)
      return 'refused'
    }
  }

  /** @throws MetisSeqError `TX_INVALID` */
  async #verdict({ block, seal }: WaitingBlock): Promise<Verdict> {
    const { consensus, chain, genesis } = this.#node
    const { state } = consensus
    const { term, sequencer } = state.term
    if (seal.term === term) {
      // Nothing of it is worth any work before its seal is known to be the sequencer's.
      if (block.feeRecipient !== sequencer)
        return { ok: false, later: false, reason: `it is not sealed by ${sequencer}, the sequencer of term ${term}` }
      await chain.recoverSenders(block.transactions)
    }
    return checkBlock({
      block,
      parent: await this.parent(),
      state,
      deposit: (index) => consensus.deposit(index),
      senderOf: (raw) => chain.senderOf(raw),
      now: this.#node.now(),
      maxFuture: genesis.consensus.maxFuture,
    })
  }

  async #import({ encoded, seal }: SealedBlock): Promise<void> {
    const { chain, seals } = this.#node
    const { cursor } = await this.parent()
    const { hash, withdrawals } = chain.decodeBlock(encoded)
    // Before its block: one that lay on disk without its seal after a crash could never be put in a batch, nor served (rule B4).
    await seals.put(hash, { seal, cursor: cursor + withdrawals.length })
    reached('import.sealed')
    const block = await chain.import(encoded)
    await this.requireOpening(block)
    await this.settle(block)
    this.#node.produced(block, false, decodeExtraData(block.extraData).term)
  }

  /** The opening's receipts must be successes, or the block is invalid (rule E1); then it is not the head any more. */
  async requireOpening(block: Block): Promise<void> {
    const { chain, consensus } = this.#node
    const { term } = consensus.state
    if (block.parentHash !== term.parentHash || decodeExtraData(block.extraData).term !== term.term) return
    const receipts = (await chain.receipts(block.hash)) ?? []
    if (term.opening.every((_, i) => receipts[i]?.status === 1)) return
    await chain.rewind(block.parentHash)
    throw new MetisSeqError('BLOCK_INVALID', `an opening transaction of term ${term.term} fails`)
  }

  /** What a new block contains leaves the pool, and what its authorizations made stale. */
  async settle(block: Block): Promise<void> {
    const { chain, pool } = this.#node
    const transactions = block.transactions.map((raw, i) => {
      const hash = block.transactionHashes[i]
      return (hash === undefined ? undefined : pool.get(hash)) ?? chain.decodeTransaction(raw)
    })
    pool.dropStale(transactions.map(({ from, nonce }) => [from, nonce + 1]))
    // An authorization counts the nonce of its account up without a transaction of it (EIP-7702).
    const authorities = new Set(transactions.flatMap((transaction) => pool.limits.authoritiesOf(transaction)))
    for (const authority of authorities) pool.dropStale([[authority, await chain.nonce(authority, block.hash)]])
  }

  /** The head, as the parent of the next block. */
  async parent(): Promise<Parent> {
    const { chain, genesis } = this.#node
    const { number, hash, timestamp, extraData } = chain.head()
    const l1Origin = number === 0 ? genesis.l1.startBlock - 1 : decodeExtraData(extraData).l1Origin
    return { number, hash, timestamp, l1Origin, cursor: await this.#cursor() }
  }

  /**
   * Deposits up to and including the head: as stored with its seal, else from the last block that carries one. Where the
   * chain begins with a snapshot and none of its blocks does, they are all those up to the head's L1 origin (rule L2).
   */
  async #cursor(): Promise<number> {
    const { chain, consensus, seals } = this.#node
    const head = chain.head()
    for (let block: Block | undefined = head; block?.number !== 0; ) {
      if (block === undefined)
        return depositCount((index) => consensus.deposit(index), decodeExtraData(head.extraData).l1Origin)
      const last = block.withdrawals.at(-1)
      const cursor = seals.get(block.hash)?.cursor ?? (last === undefined ? undefined : last.index + 1)
      if (cursor !== undefined) return cursor
      block = await chain.blockByHash(block.parentHash)
    }
    return 0
  }
}
