import type { Batch, BatchBlock } from '../../core/batching/layout2/types.js'
import { decodeExtraData } from '../../core/chain/extraData.js'
import type { BatchContent, ClosedTerm, ConsensusState } from '../../core/consensus/types.js'
import type { Genesis } from '../../core/genesis/types.js'
import type { Block, ChainReader } from '../../core/ports/execution.js'
import type { Network } from '../../core/ports/network.js'
import type { Address, Hash } from '../../core/types/hex.js'

/** What the batcher needs of its node. */
export interface BatchNode {
  readonly genesis: Genesis
  readonly address: Address
  readonly chain: ChainReader
  readonly consensus: { readonly state: ConsensusState }
  readonly network: Network
  /** The signature of the seal under which a block is stored here. */
  sealOf(hash: Hash): Uint8Array | undefined
  /** Whether a signature is the seal of a block by its sequencer. */
  isSealed(block: Block, signature: Uint8Array): boolean
  /** Whether this node is a member whose L1 is not behind (rule L3). */
  mayVote(): boolean
  vote(content: BatchContent): Promise<void>
  now(): number
  refused(what: string, reason: string): void
}

/** The batch as the final blocks make it; undefined while one of them or a seal is not here, or the chain has others there. */
export async function ownBatch(
  node: BatchNode,
  index: number,
  range: { first: number; last: number; lastHash: Hash; terms: readonly ClosedTerm[] },
  sealOf: (block: Block) => Uint8Array | undefined,
): Promise<{ batch: Batch; blocks: readonly Block[] } | undefined> {
  const blocks: Block[] = []
  const columns: BatchBlock[] = []
  for (let number = range.first; number <= range.last; number++) {
    const block = await node.chain.blockByNumber(number)
    const seal = block === undefined ? undefined : sealOf(block)
    if (block === undefined || seal === undefined) return undefined
    blocks.push(block)
    columns.push(column(block, seal))
  }
  const [first] = blocks
  // A node that has not followed a cut yet holds blocks that are not the final ones.
  if (first === undefined || blocks.at(-1)?.hash !== range.lastHash) return undefined
  const terms = range.terms.map(({ term, epoch, sequencer, parentNumber, parentHash }) => ({
    term: BigInt(term),
    epoch: BigInt(epoch),
    sequencer,
    parentNumber: BigInt(parentNumber),
    parentHash,
    firstBlock: BigInt(parentNumber + 1),
  }))
  const chainId = BigInt(node.genesis.l2.chainId)
  return { batch: { index: BigInt(index), chainId, parentHash: first.parentHash, terms, blocks: columns }, blocks }
}

function column(block: Block, seal: Uint8Array): BatchBlock {
  const { term, l1Origin } = decodeExtraData(block.extraData)
  return {
    number: BigInt(block.number),
    hash: block.hash,
    parentHash: block.parentHash,
    timestamp: BigInt(block.timestamp),
    l1Origin: BigInt(l1Origin),
    term: BigInt(term),
    withdrawalCount: block.withdrawals.length,
    transactions: [...block.transactions],
    seal,
  }
}
