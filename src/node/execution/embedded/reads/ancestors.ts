import { Exit, MetisSeqError } from '../../../../core/errors/index.js'
import type { Block } from '../../../../core/ports/execution.js'
import type { Hash } from '../../../../core/types/hex.js'
import type { StoredChain } from '../store/stored.js'

/** The block with that hash, canonical or not. @throws MetisSeqError `BLOCK_UNKNOWN` */
export function knownBlock(chain: StoredChain, hash: Hash): Block {
  const block = chain.block(hash)
  if (block === undefined) throw blockUnknown(hash)
  return block
}

/** @param block its hash or number */
export function blockUnknown(block: string): MetisSeqError {
  return new MetisSeqError('BLOCK_UNKNOWN', `There is no block ${block}.`, {
    exit: Exit.data,
    details: { block },
    next: 'Ask for a block at or below the head.',
  })
}

/** Hash of the block with that number on the branch that ends with `tip`, or undefined. */
export function ancestorHash(chain: StoredChain, tip: Block, number: number): Hash | undefined {
  // Ends: each turn goes a block down.
  for (let block: Block | undefined = tip; block !== undefined && block.number >= number; ) {
    if (block.number === number) return block.hash
    if (chain.canonicalHash(block.number) === block.hash) return chain.canonicalHash(number)
    block = chain.block(block.parentHash)
  }
  return undefined
}
