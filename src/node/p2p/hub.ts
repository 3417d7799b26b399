import type { Network, NetworkHandlers } from '../../core/ports/network.js'
import type { Address } from '../../core/types/hex.js'

/** Joins the nodes of one process. Deliveries are separate turns of the event loop, as they would be over a wire. */
export class LocalHub {
  readonly #nodes = new Map<Address, NetworkHandlers>()

  join(address: Address, handlers: NetworkHandlers): Network {
    this.#nodes.set(address, handlers)
    const others = () => [...this.#nodes].filter(([peer]) => peer !== address)
    const post = ([peer, target]: readonly [Address, NetworkHandlers], send: (handlers: NetworkHandlers) => void) => {
      setImmediate(() => {
        if (this.#nodes.get(peer) === target) send(target)
      })
    }
    const deliver = (send: (handlers: NetworkHandlers) => void) => {
      for (const other of others()) post(other, send)
    }
    return {
      get peers() {
        return others().map(([peer]) => peer)
      },
      sendBlock: (block) => deliver((target) => target.onBlock(address, block)),
      sendTransaction: (raw) => deliver((target) => target.onTransaction(address, raw)),
      sendBatch: (batch) => deliver((target) => target.onBatch(address, batch)),
      sendGroup: (to, sealed) => {
        const target = this.#nodes.get(to)
        if (target !== undefined) post([to, target], (receiver) => receiver.onGroup(address, sealed))
      },
      requestBlock: (hash, accepts) => ask(others(), (peer) => peer.serveBlock(hash), accepts),
      requestBlobs: (hashes, accepts) => ask(others(), (peer) => peer.serveBlobs(hashes), accepts),
      close: () => {
        this.#nodes.delete(address)
      },
    }
  }
}

async function ask<T>(
  peers: readonly [Address, NetworkHandlers][],
  serve: (peer: NetworkHandlers) => Promise<T | undefined>,
  accepts: (answer: T) => boolean | Promise<boolean>,
): Promise<T | undefined> {
  for (const [, peer] of peers) {
    const answer = await serve(peer)
    if (answer !== undefined && (await accepts(answer))) return answer
  }
  return undefined
}
