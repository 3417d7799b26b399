import type { Network, NetworkHandlers, SealedBlock } from '../../core/ports/network.js'
import type { Address, Hash } from '../../core/types/hex.js'

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
      requestBlock: (hash, accepts) => ask(others(), hash, accepts),
      close: () => {
        this.#nodes.delete(address)
      },
    }
  }
}

async function ask(
  peers: readonly [Address, NetworkHandlers][],
  hash: Hash,
  accepts: (block: SealedBlock) => boolean,
): Promise<SealedBlock | undefined> {
  for (const [, peer] of peers) {
    const block = await peer.serveBlock(hash)
    if (block !== undefined && accepts(block)) return block
  }
  return undefined
}
