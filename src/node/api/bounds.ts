import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Backlog, type Reader } from './backlog.js'
import { Budget, type Share } from './budget.js'
import type { ApiLimits } from './limits.js'

/** What a connection has open: requests that are being answered. */
interface Caller extends Reader {
  open: number
}

/** Bytes of a request that most of them have less than: few large ones, slowly sent, must not keep these out. */
const SMALL = 64 * 1024

/** What all connections of a server share, so that many of them take no more than a few. */
export class Bounds {
  readonly subscriptions: Budget
  readonly pendingSubscriptions: Budget
  /** Bytes of answers that nobody has taken yet. */
  readonly backlog: Backlog
  readonly #small: Budget
  readonly #large: Budget
  readonly #pipelined: number
  readonly #callers = new WeakMap<Socket, Caller>()

  constructor(limits: ApiLimits) {
    this.#small = new Budget(limits.requests)
    this.#large = new Budget(limits.requests)
    this.subscriptions = new Budget(limits.allSubscriptions)
    this.pendingSubscriptions = new Budget(limits.pendingSubscriptions)
    this.backlog = new Backlog(limits.backlog)
    this.#pipelined = limits.pipelined
  }

  /** Of the bytes of requests. `bytes`: as many as it will have, where that is known. */
  request(bytes: number | undefined): Share {
    return (bytes !== undefined && bytes <= SMALL ? this.#small : this.#large).share()
  }

  /** Counts a request that is to be answered; false where its connection has too many already. */
  open(response: ServerResponse): boolean {
    const caller = this.#callerOf(response.req.socket)
    caller.open += 1
    response.once('close', () => {
      caller.open -= 1
    })
    return caller.open <= this.#pipelined
  }

  /** Keeps an answer over HTTP in mind until it is taken. */
  held(response: ServerResponse, bytes: number): void {
    // Made too late: nothing closes any more by which it would be forgotten.
    if (response.req.socket.destroyed) return
    response.once('close', this.backlog.add(this.#callerOf(response.req.socket), bytes))
  }

  #callerOf(socket: Socket): Caller {
    const known = this.#callers.get(socket)
    if (known !== undefined) return known
    const caller = { open: 0, cut: () => socket.destroy() }
    this.#callers.set(socket, caller)
    // Answers that stand in line behind another one never hear that their connection is gone.
    socket.once('close', () => this.backlog.forget(caller))
    return caller
  }
}
