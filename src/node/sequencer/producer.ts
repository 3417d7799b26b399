import { blockAttributes } from '../../core/chain/attributes.js'
import { nextBaseFee } from '../../core/chain/baseFee.js'
import { decodeExtraData } from '../../core/chain/extraData.js'
import { depositsUpTo, openingEnvelopes } from '../../core/chain/rules.js'
import { hexToBytes } from '../../core/codec/index.js'
import { MAX_LEAD } from '../../core/consensus/checkpoint.js'
import { groupAddresses } from '../../core/consensus/keys.js'
import { MetisSeqError } from '../../core/errors/index.js'
import { reached } from '../../core/faultPoints.js'
import type { Block } from '../../core/ports/execution.js'
import { Single } from '../../core/serial.js'
import type { Hash } from '../../core/types/hex.js'
import type { NodeContext } from './context.js'
import type { ChainKeeper } from './keeper.js'

/** Bytes of envelopes in one block, so that it travels in one message. */
const MAX_BLOCK_BYTES = 512 * 1024
/** ms after which the head is sent again. */
const SEND_AGAIN = 2000

/** Makes the blocks of this node's own terms. */
export class Producer {
  readonly #node: NodeContext
  readonly #keeper: ChainKeeper
  readonly #single = new Single()
  /** The last block that was sent, and when. */
  #sent: { hash: Hash; at: number } | undefined

  constructor(node: NodeContext, keeper: ChainKeeper) {
    this.#node = node
    this.#keeper = keeper
  }

  /** Called often; produces when it is this node's turn and the block is due. */
  async tick(): Promise<void> {
    if (this.#mayProduce()) await this.#single.run(() => this.#keeper.exclusive(() => this.#produce()))
  }

  #mayProduce(): boolean {
    const { address, chain, consensus } = this.#node
    const { term, checkpoint } = consensus.state
    if (term.sequencer !== address) return false
    const head = chain.head()
    const inTerm = head.number === term.parentNumber ? head.hash === term.parentHash : termOf(head) === term.term
    if (!inTerm || head.number > term.endBlock || head.number < checkpoint.number) return false
    if (this.#unsealed(head) || this.#unheard(head)) return true
    return this.#isDue(head)
  }

  #isDue(head: Block): boolean {
    const { consensus, genesis, now } = this.#node
    const { checkpoint, term } = consensus.state
    if (head.number >= term.endBlock || head.number >= checkpoint.number + MAX_LEAD) return false
    return now() >= head.timestamp * 1000 + genesis.consensus.blockTime
  }

  #unsealed(head: Block): boolean {
    const { consensus, seals } = this.#node
    return head.number > consensus.state.term.parentNumber && (seals.get(head.hash)?.seal ?? null) === null
  }

  /** Rule T4: a sealed block is sent again after a restart, and while it is the head and nothing comes of it. */
  #unheard(head: Block): boolean {
    const { checkpoint } = this.#node.consensus.state
    if (head.number <= checkpoint.number) return false
    return this.#sent?.hash !== head.hash || this.#node.now() - this.#sent.at >= SEND_AGAIN
  }

  async #produce(): Promise<void> {
    // The world may have changed while others had the chain.
    if (!this.#mayProduce()) return
    const { chain } = this.#node
    const head = chain.head()
    // Rule T4: a block that was stored before a crash is sealed as it is.
    if (this.#unsealed(head)) return this.#publish(head)
    if (this.#unheard(head)) this.#send(head)
    if (!this.#isDue(head)) return
    const block = await this.#build()
    if (block !== undefined) await this.#publish(block)
  }

  async #build(): Promise<Block | undefined> {
    const { chain, consensus, genesis, pool, now } = this.#node
    const { state } = consensus
    const parent = await this.#keeper.parent()
    const opening = parent.number === state.term.parentNumber ? openingEnvelopes(state) : []
    if (opening === undefined) return undefined // rule E4: no group key, no new term
    const l1Origin = Math.max(parent.l1Origin, state.l1.applied.number)
    const attributes = blockAttributes({
      parentHash: chain.head().hash,
      term: state.term.term,
      sequencer: state.term.sequencer,
      l1Origin,
      timestamp: Math.max(parent.timestamp + 1, Math.floor(now() / 1000)),
      withdrawals: depositsUpTo({ deposit: (index) => consensus.deposit(index) }, l1Origin, parent.cursor),
    })
    const baseFee = nextBaseFee(chain.head())
    const own = groupAddresses(state)
    const chosen = pool.select({
      gasLimit: BigInt(genesis.l2.gasLimit),
      baseFee,
      maxBytes: MAX_BLOCK_BYTES,
    })
    const users = chosen.filter(({ from }) => !own.has(from)).map(({ raw }) => raw)
    const transactions = [...opening.map((raw) => hexToBytes(raw)), ...users]
    const { block, rejected } = await chain.execute(transactions, attributes, opening.length)
    pool.remove(rejected.filter(({ stale }) => stale).map(({ hash }) => hash))
    await this.#keeper.requireOpening(block)
    await this.#keeper.settle(block)
    return block
  }

  /** Order of rule T4: the block is on disk, then the guard, then the seal, then it is sent. */
  async #publish(block: Block): Promise<void> {
    const { seals } = this.#node
    // Its own term: consensus may have cut that one while the block was made.
    const term = termOf(block)
    try {
      const seal = await this.#node.seal(term, block.number, block.hash)
      const before = await this.#cursorBefore(block)
      await seals.put(block.hash, { seal, cursor: before + block.withdrawals.length })
      reached('seal.stored')
      this.#send(block)
      reached('block.sent')
      this.#node.produced(block, true, term)
    } catch (error) {
      if (!(error instanceof MetisSeqError) || error.code !== 'SEAL_GUARD') throw error
      // Another block of this height was sealed before a crash and lost since: this one must never be.
      this.#node.warn(error.message)
      await this.#node.chain.rewind(block.parentHash)
    }
  }

  #send(block: Block): void {
    const { network, now, seals } = this.#node
    const seal = seals.get(block.hash)?.seal
    if (seal == null) return
    this.#sent = { hash: block.hash, at: now() }
    network.sendBlock({ encoded: block.encoded, seal })
  }

  async #cursorBefore(block: Block): Promise<number> {
    const first = block.withdrawals[0]
    return first === undefined ? (await this.#keeper.parent()).cursor : first.index
  }
}

const termOf = (block: Block) => (block.number === 0 ? 0 : decodeExtraData(block.extraData).term)
