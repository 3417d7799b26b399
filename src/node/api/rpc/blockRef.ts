import type { Block } from '../../../core/ports/execution.js'
import type { Hash } from '../../../core/types/hex.js'
import type { RpcContext } from './context.js'
import { invalidParams, RpcCode, RpcError } from './errors.js'
import { boolean, hash, index, object, type Parser } from './params.js'

const TAGS = ['latest', 'safe', 'finalized', 'earliest', 'pending'] as const
type Tag = (typeof TAGS)[number]

/** How a caller names a block. */
export type BlockRef = { tag: Tag } | { number: number } | { hash: Hash; requireCanonical: boolean }

export const LATEST: BlockRef = { tag: 'latest' }

/** A number or a tag. */
export const blockNumber: Parser<BlockRef> = (value, name) => {
  const tag = TAGS.find((each) => each === value)
  if (tag !== undefined) return { tag }
  if (typeof value === 'string' && !value.startsWith('0x')) {
    throw invalidParams(`invalid ${name}: "${value.slice(0, 40)}" is neither a quantity nor one of ${TAGS.join(', ')}`)
  }
  return { number: index(value, name) }
}

/** A number, a tag, a hash, or an object as in EIP-1898. */
export const blockRef: Parser<BlockRef> = (value, name) => {
  if (typeof value === 'string' && value.length === 66) return { hash: hash(value, name), requireCanonical: false }
  if (typeof value !== 'object' || value === null) return blockNumber(value, name)
  const { blockNumber: number, blockHash, requireCanonical = false } = object(value, name)
  if ((number === undefined) === (blockHash === undefined)) {
    throw invalidParams(`invalid ${name}: give either blockNumber or blockHash`)
  }
  if (number !== undefined) return blockNumber(number, `${name}.blockNumber`)
  return {
    hash: hash(blockHash, `${name}.blockHash`),
    requireCanonical: boolean(requireCanonical, `${name}.requireCanonical`),
  }
}

/**
 * The number that a tag or number stands for. `pending` is the head: a block's content is its sequencer's to decide, and nothing but the
 * pool is known of it before.
 */
export function numberOf(context: RpcContext, ref: { tag: Tag } | { number: number }): number {
  if ('number' in ref) return ref.number
  if (ref.tag === 'earliest') return 0
  if (ref.tag === 'safe') return context.tags().safe
  if (ref.tag === 'finalized') return context.tags().finalized
  return context.chain.head().number
}

/** The block that `ref` names, or undefined. */
export async function findBlock(context: RpcContext, ref: BlockRef): Promise<Block | undefined> {
  const { chain } = context
  if (!('hash' in ref)) {
    const number = numberOf(context, ref)
    const head = chain.head()
    return number === head.number ? head : chain.blockByNumber(number)
  }
  const block = await chain.blockByHash(ref.hash)
  if (block !== undefined && ref.requireCanonical && !(await chain.isCanonical(block))) {
    throw new RpcError(RpcCode.server, 'hash is not currently canonical')
  }
  return block
}

/** As `findBlock`. @throws RpcError -32000 "header not found" */
export async function requireBlock(context: RpcContext, ref: BlockRef): Promise<Block> {
  const block = await findBlock(context, ref)
  if (block === undefined) throw new RpcError(RpcCode.server, 'header not found')
  return block
}
