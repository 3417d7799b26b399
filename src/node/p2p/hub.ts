import type { Network, NetworkHandlers, SealedBlock } from '../../core/ports/network.js'
import type { Address, Hash } from '../../core/types/hex.js'

/** Joins the nodes of one process. Deliveries are separate turns of the event loop, as they would be over a wire. */
export class LocalHub {
  readonly #nodes = new Map<Address, NetworkHandlers>()

  join(address: Address, handlers: NetworkHandlers): Network {
    this.#nodes.set(address, handlers)
    const others = () => [...this.#nodes].filter(([peer]) => peer !== address)
    const deliver = (send: (handlers: NetworkHandlers) => void) => {
      for (const [peer, target] of others()) {
        setImmediate(() => {
          if (this.#nodes.get(peer) === target) send(target)
        })
      }
    }
    return {
      get peers() {
        return others().map(([peer]) => peer)
      },
      sendBlock: (block) => deliver((target) => target.onBlock(address, block)),
      sendTransaction: (raw) => deliver((target) => target.onTransaction(address, raw)),
      sendBatch: (batch) => deliver((target) => target.onBatch(address, batch)),
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
