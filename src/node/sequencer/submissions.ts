import { nextBaseFee } from '../../core/chain/baseFee.js'
import { groupAddresses } from '../../core/consensus/keys.js'
import { MetisSeqError } from '../../core/errors/index.js'
import { transactionGasLimit } from '../../core/genesis/hardforks.js'
import { refusal } from '../../core/mempool/refusal.js'
import type { Transaction } from '../../core/ports/execution.js'
import type { Hash } from '../../core/types/hex.js'
import type { NodeContext } from './context.js'

/** ms after which what still waits is told to the others again: one of them may have been away. */
const TELL_AGAIN = 5000
const MAX_TOLD = 256

/** Transactions on their way in: from users, from peers, and again to peers until a block has them. */
export class Submissions {
  readonly #node: NodeContext
  readonly #listeners = new Set<(transaction: Transaction) => void>()
  #told: number

  constructor(node: NodeContext) {
    this.#node = node
    this.#told = node.now()
  }

  /** A user's transaction: into the pool, then to everybody. @throws MetisSeqError `TX_*` with go-ethereum's texts */
  async submit(raw: Uint8Array): Promise<Hash> {
    const transaction = await this.#add(raw)
    this.#node.network.sendTransaction(raw)
    return transaction.hash
  }

  /** A peer's transaction; what the pool does not want is not worth a word. */
  async receive(raw: Uint8Array): Promise<void> {
    try {
      await this.#add(raw)
    } catch (error) {
      if (!(error instanceof MetisSeqError) || error.severity === 'critical') throw error
    }
  }

  async #add(raw: Uint8Array): Promise<Transaction> {
    const { chain, consensus, genesis, now, pool } = this.#node
    await chain.recoverSenders([raw])
    const transaction = chain.decodeTransaction(raw)
    if (groupAddresses(consensus.state).has(transaction.from)) {
      throw new MetisSeqError(
        'TX_RESERVED',
        `${transaction.from} is the group address: only openings of terms come from it.`,
      )
    }
    const most = transactionGasLimit(genesis.l2, Math.floor(now() / 1000))
    if (transaction.gasLimit > most) throw refusal('TX_GAS_LIMIT', `have ${transaction.gasLimit}, limit ${most}`)
    const head = chain.head()
    const { hash } = head
    const [nonce, balance, code] = await Promise.all([
      chain.nonce(transaction.from, hash),
      chain.balance(transaction.from, hash),
      chain.code(transaction.from, hash),
    ])
    pool.add(transaction, { nonce, balance, delegated: code !== '0x' }, nextBaseFee(head))
    for (const listener of this.#listeners) listener(transaction)
    return transaction
  }

  onPending(listener: (transaction: Transaction) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Tells the others again what still waits here. */
  async tick(): Promise<void> {
    const { network, now, pool } = this.#node
    if (now() - this.#told < TELL_AGAIN) return
    this.#told = now()
    const waiting = [...pool.content().values()].flat().slice(0, MAX_TOLD)
    for (const { raw } of waiting) network.sendTransaction(raw)
  }
}
