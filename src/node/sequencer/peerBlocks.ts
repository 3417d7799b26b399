import { decodeExtraData } from '../../core/chain/extraData.js'
import { hasOwnBody } from '../../core/chain/orderedRoot.js'
import { hexToBytes } from '../../core/codec/index.js'
import { sealDigest } from '../../core/consensus/digest.js'
import { MetisSeqError } from '../../core/errors/index.js'
import type { SealedBlock } from '../../core/ports/network.js'
import type { Address, Hash } from '../../core/types/hex.js'
import type { NodeContext } from './context.js'
import type { WaitingBlock } from './waiting.js'

/** Blocks as peers send them and answer with: read strictly, as any of them may come with anything. */
export class PeerBlocks {
  readonly #node: Pick<NodeContext, 'chain' | 'network' | 'networkId' | 'recover'>

  constructor(node: NodeContext) {
    this.#node = node
  }

  /** What a peer sent, if it is a block with a seal of whom it names as its sequencer; otherwise why not. */
  read(sealed: SealedBlock): WaitingBlock | string {
    try {
      const block = this.#node.chain.decodeBlock(sealed.encoded)
      const { seal } = sealed
      const { term } = decodeExtraData(block.extraData)
      const fits = seal.hash === block.hash && seal.number === block.number && seal.term === term
      if (fits && this.#sealer(seal) === block.feeRecipient) return { ...sealed, block }
      return `block ${block.number} ${block.hash} is not sealed by its sequencer ${block.feeRecipient}`
    } catch (error) {
      if (!(error instanceof MetisSeqError) || error.severity === 'critical') throw error
      return error.message
    }
  }

  /** The block with this hash, its own body and a seal that holds, from any peer (rule T2). */
  async request(hash: Hash): Promise<WaitingBlock | undefined> {
    let found: WaitingBlock | undefined
    await this.#node.network.requestBlock(hash, (sealed) => {
      const read = this.read(sealed)
      if (typeof read === 'string' || read.block.hash !== hash || !hasOwnBody(read.block)) return false
      found = read
      return true
    })
    return found
  }

  #sealer(seal: SealedBlock['seal']): Address | undefined {
    return this.#node.recover(sealDigest(this.#node.networkId, seal), hexToBytes(seal.signature))
  }
}
