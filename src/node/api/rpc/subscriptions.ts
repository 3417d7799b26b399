import { setImmediate as breathe } from 'node:timers/promises'
import { logJson } from '../../../core/chain/logJson.js'
import type { Block } from '../../../core/ports/execution.js'
import type { Hash } from '../../../core/types/hex.js'
import type { Share } from '../budget.js'
import type { RpcContext } from './context.js'
import { invalidParams, limitExceeded } from './errors.js'
import { transactionJson } from './format.js'
import { headerText } from './header.js'
import type { ChainChange, HeadFeed } from './headFeed.js'
import { type LogMatch, logMatch, matcher } from './logs.js'
import { type Method, method } from './method.js'
import { boolean, optional, type Parser, text } from './params.js'

export interface SubscriptionOptions {
  context: RpcContext
  feed: HeadFeed
  /** Subscriptions of one connection. */
  max: number
  /** Those of all connections, and among them those to what comes into the pool. */
  all: Share
  pending: Share
  /** A fresh id that cannot be guessed. */
  newId: () => string
  send: (notification: string) => void
  onError: (error: unknown) => void
}

/** Takes the JSON of what is told. */
type Emit = (result: string) => void
type Matches = ReturnType<typeof matcher>

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
    const { max, newId, all, pending } = this.#options
    if (this.#active.size >= max) throw limitExceeded(`too many subscriptions: at most ${max} a connection`)
    const shares = kind === 'newPendingTransactions' ? [all, pending] : [all]
    const taken = shares.filter((share) => share.take(1))
    const giveBack = () => {
      for (const share of taken) share.give(1)
    }
    try {
      if (taken.length < shares.length) throw limitExceeded('too many subscriptions: the node has no more to give')
      const id = newId()
      const stop = this.#start(kind, detail, (result) => this.#notify(id, result))
      this.#active.set(id, () => {
        stop()
        giveBack()
      })
      return id
    } catch (error) {
      giveBack()
      throw error
    }
  }

  #unsubscribe(id: string): boolean {
    this.#active.get(id)?.()
    return this.#active.delete(id)
  }

  #start(kind: string, detail: unknown, emit: Emit): () => void {
    const { context, feed } = this.#options
    if (kind === 'newHeads') {
      return feed.listen(({ added }) => {
        for (const block of added) emit(headerText(block))
      })
    }
    if (kind === 'newPendingTransactions') {
      const full = optional(boolean, false)(detail, 'argument 1')
      return context.onPending((hash) => emit(full ? this.#pending(hash) : JSON.stringify(hash)))
    }
    if (kind === 'logs')
      return this.#startLogs(optional(logMatch, { addresses: [], topics: [] })(detail, 'argument 1'), emit)
    throw invalidParams(`no "${kind.slice(0, 40)}" subscription: newHeads, logs and newPendingTransactions exist`)
  }

  /** Receipts are read one change after the other, so that logs keep their order. */
  #startLogs(match: LogMatch, emit: Emit): () => void {
    const matches = matcher(match)
    let queue: Promise<void> = Promise.resolve()
    return this.#options.feed.listen((change) => {
      queue = queue.then(() => this.#emitLogs(matches, change, emit)).catch(this.#options.onError)
    })
  }

  async #emitLogs(matches: Matches, { removed, added }: ChainChange, emit: Emit): Promise<void> {
    for (const block of removed.toReversed()) await this.#emitLogsOf(block, true, matches, emit)
    for (const block of added) await this.#emitLogsOf(block, false, matches, emit)
  }

  async #emitLogsOf(block: Block, removed: boolean, matches: Matches, emit: Emit): Promise<void> {
    const receipts = await this.#options.feed.receiptsOf(block)
    // A block may have more logs than can be told in a moment, and there may be many who listen.
    await breathe()
    for (const { logs } of receipts) {
      for (const log of logs) if (matches(log)) emit(JSON.stringify(logJson(log, removed)))
    }
  }

  #pending(hash: Hash): string {
    const tx = this.#options.context.pool.get(hash)
    return JSON.stringify(tx === undefined ? null : transactionJson(tx))
  }

  #notify(subscription: string, result: string): void {
    if (!this.#active.has(subscription)) return
    const params = `{"subscription":${JSON.stringify(subscription)},"result":${result}}`
    this.#options.send(`{"jsonrpc":"2.0","method":"eth_subscription","params":${params}}`)
  }
}
