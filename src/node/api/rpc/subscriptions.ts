import { logJson } from '../../../core/chain/logJson.js'
import type { Block } from '../../../core/ports/execution.js'
import type { Hash } from '../../../core/types/hex.js'
import type { RpcContext } from './context.js'
import { invalidParams, limitExceeded } from './errors.js'
import { transactionJson } from './format.js'
import { headerJson } from './header.js'
import type { ChainChange, HeadFeed } from './headFeed.js'
import { type LogMatch, logMatch, matches } from './logs.js'
import { type Method, method } from './method.js'
import { boolean, optional, type Parser, text } from './params.js'

export interface SubscriptionOptions {
  context: RpcContext
  feed: HeadFeed
  /** Subscriptions of one connection. */
  max: number
  /** A fresh id that cannot be guessed. */
  newId: () => string
  send: (notification: string) => void
  onError: (error: unknown) => void
}

/** The second parameter of eth_subscribe depends on the first. */
const anything: Parser<unknown> = (value) => value

/** The subscriptions of one WebSocket connection (eth_subscribe of go-ethereum). */
export class Subscriptions {
  readonly methods: ReadonlyMap<string, Method>
  readonly #options: SubscriptionOptions
  readonly #active = new Map<string, () => void>()

  constructor(options: SubscriptionOptions) {
    this.#options = options
    this.methods = new Map([
      ['eth_subscribe', method([text, anything], (_, kind, detail) => this.#subscribe(kind, detail))],
      ['eth_unsubscribe', method([text], (_, id) => this.#unsubscribe(id))],
    ])
  }

  get size(): number {
    return this.#active.size
  }

  close(): void {
    for (const stop of this.#active.values()) stop()
    this.#active.clear()
  }

  #subscribe(kind: string, detail: unknown): string {
    const { max, newId } = this.#options
    if (this.#active.size >= max) throw limitExceeded(`too many subscriptions: at most ${max} a connection`)
    const id = newId()
    this.#active.set(
      id,
      this.#start(kind, detail, (result) => this.#notify(id, result)),
    )
    return id
  }

  #unsubscribe(id: string): boolean {
    this.#active.get(id)?.()
    return this.#active.delete(id)
  }

  #start(kind: string, detail: unknown, emit: (result: unknown) => void): () => void {
    const { context, feed } = this.#options
    if (kind === 'newHeads') {
      return feed.listen(({ added }) => {
        for (const block of added) emit(headerJson(block))
      })
    }
    if (kind === 'newPendingTransactions') {
      const full = optional(boolean, false)(detail, 'argument 1')
      return context.onPending((hash) => emit(full ? this.#pending(hash) : hash))
    }
    if (kind === 'logs')
      return this.#startLogs(optional(logMatch, { addresses: [], topics: [] })(detail, 'argument 1'), emit)
    throw invalidParams(`no "${kind.slice(0, 40)}" subscription: newHeads, logs and newPendingTransactions exist`)
  }

  /** Receipts are read one change after the other, so that logs keep their order. */
  #startLogs(match: LogMatch, emit: (result: unknown) => void): () => void {
    let queue: Promise<void> = Promise.resolve()
    return this.#options.feed.listen((change) => {
      queue = queue.then(() => this.#emitLogs(match, change, emit)).catch(this.#options.onError)
    })
  }

  async #emitLogs(match: LogMatch, { removed, added }: ChainChange, emit: (result: unknown) => void): Promise<void> {
    for (const block of removed.toReversed()) await this.#emitLogsOf(block, true, match, emit)
    for (const block of added) await this.#emitLogsOf(block, false, match, emit)
  }

  async #emitLogsOf(block: Block, removed: boolean, match: LogMatch, emit: (result: unknown) => void): Promise<void> {
    const receipts = (await this.#options.context.chain.receipts(block.hash)) ?? []
    for (const { logs } of receipts) {
      for (const log of logs) if (matches(log, match)) emit(logJson(log, removed))
    }
  }

  #pending(hash: Hash): unknown {
    const tx = this.#options.context.pool.get(hash)
    return tx === undefined ? null : transactionJson(tx)
  }

  #notify(subscription: string, result: unknown): void {
    if (!this.#active.has(subscription)) return
    this.#options.send(JSON.stringify({ jsonrpc: '2.0', method: 'eth_subscription', params: { subscription, result } }))
  }
}
