import type { Network, NetworkHandlers } from '../../../src/core/ports/network.js'
import type { Address } from '../../../src/core/types/hex.js'
import type { Clock } from './clock.js'
import type { Dice } from './dice.js'
import type { Life } from './life.js'

/** ms that a node waits for a peer's answer, and after which it asks the next one, too. */
const ANSWER_WITHIN = 2000
const ASK_NEXT = 150

export interface Weather {
  /** ms of a message at least and at most. */
  delay: [number, number]
  /** Of 1000 messages. */
  loss: number
  doubled: number
}

interface Peer {
  handlers: NetworkHandlers
  life: Life
}

/** Between the nodes: late, lost, doubled, out of order, and cut in parts. */
export class Net {
  weather: Weather
  /** Of which part an address is; whoever is not named is in part 0. */
  parts = new Map<Address, number>()
  sent = 0
  lost = 0
  readonly #clock: Clock
  readonly #dice: Dice
  readonly #peers = new Map<Address, Peer>()

  constructor(clock: Clock, dice: Dice, weather: Weather) {
    this.#clock = clock
    this.#dice = dice
    this.weather = weather
  }

  connected(a: Address, b: Address): boolean {
    return (this.parts.get(a) ?? 0) === (this.parts.get(b) ?? 0)
  }

  join(address: Address, life: Life, handlers: NetworkHandlers): Network {
    const peer = { handlers, life }
    this.#peers.set(address, peer)
    life.atEnd(() => {
      if (this.#peers.get(address) === peer) this.#peers.delete(address)
    })
    const others = () => [...this.#peers.keys()].filter((each) => each !== address)
    const toAll = (tell: (target: NetworkHandlers) => void) => {
      for (const other of others()) this.send(address, other, tell)
    }
    return {
      get peers() {
        return others()
      },
      sendBlock: (block) => toAll((target) => target.onBlock(address, block)),
      sendTransaction: (raw) => toAll((target) => target.onTransaction(address, raw)),
      sendBatch: (batch) => toAll((target) => target.onBatch(address, batch)),
      sendGroup: (to, sealed) => this.send(address, to, (target) => target.onGroup(address, sealed)),
      requestBlock: (hash, accepts) =>
        life.within(() => this.#ask(address, others(), (peer) => peer.serveBlock(hash), accepts)),
      requestBlobs: (hashes, accepts) =>
        life.within(() => this.#ask(address, others(), (peer) => peer.serveBlobs(hashes), accepts)),
      close: () => {
        this.#peers.delete(address)
      },
    }
  }

  /** One message on its way, unless it is lost. */
  send(from: Address, to: Address, tell: (target: NetworkHandlers) => void): void {
    const copies = this.#dice.chance(this.weather.doubled) ? 2 : 1
    for (let i = 0; i < copies; i++) {
      this.sent += 1
      if (this.#dice.chance(this.weather.loss)) {
        this.lost += 1
        continue
      }
      this.#clock.after(this.#delay(), () => {
        const peer = this.#peers.get(to)
        if (peer?.life.alive === true && this.connected(from, to)) tell(peer.handlers)
      })
    }
  }

  #delay(): number {
    return this.#dice.between(...this.weather.delay)
  }

  /** Asks one after the other, the next soon after the last, until one has what is wanted. */
  #ask<T>(
    from: Address,
    others: readonly Address[],
    serve: (peer: NetworkHandlers) => Promise<T | undefined>,
    accepts: (answer: T) => boolean | Promise<boolean>,
  ): Promise<T | undefined> {
    return new Promise((resolve) => {
      const asked = this.#dice.shuffled(others)
      for (const [i, other] of asked.entries()) {
        this.#clock.after(i * ASK_NEXT, () =>
          this.send(from, other, (peer) => {
            void serve(peer).then((answer) => {
              this.send(other, from, () => {
                if (answer === undefined) return
                void Promise.resolve(accepts(answer)).then((isWanted) => isWanted && resolve(answer))
              })
            })
          }),
        )
      }
      this.#clock.after(asked.length * ASK_NEXT + ANSWER_WITHIN, () => resolve(undefined))
    })
  }
}
