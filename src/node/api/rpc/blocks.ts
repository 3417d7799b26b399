import { setImmediate as breathe } from 'node:timers/promises'
import { hexQuantity } from '../../../core/codec/index.js'
import { type BlockRef, blockNumber, blockRef, findBlock } from './blockRef.js'
import type { RpcContext } from './context.js'
import { invalidParams, limitExceeded, RpcCode, RpcError } from './errors.js'
import { blockJson, receiptJson } from './format.js'
import { heavy, type MethodTable, method } from './method.js'
import { boolean, hash, optional } from './params.js'
import { Verbatim } from './verbatim.js'

/** As the live network's nodes (facts: eth_getBlockRange). */
const MAX_RANGE = 1000
/** Characters of the blocks of a range together. */
const MAX_RANGE_LENGTH = 25 * 1024 * 1024

async function block(context: RpcContext, ref: BlockRef, full: boolean) {
  const found = await findBlock(context, ref)
  return found === undefined ? null : blockJson(context.chain, found, full)
}

async function count(context: RpcContext, ref: BlockRef) {
  const found = await findBlock(context, ref)
  return found === undefined ? null : hexQuantity(found.transactions.length)
}

async function uncles(context: RpcContext, ref: BlockRef) {
  return (await findBlock(context, ref)) === undefined ? null : '0x0'
}

async function range(context: RpcContext, start: BlockRef, end: BlockRef, full: boolean) {
  const [first, last] = [await findBlock(context, start), await findBlock(context, end)]
  if (first === undefined || last === undefined) return null
  if (last.number < first.number) throw invalidParams(`start ${first.number} lies after end ${last.number}`)
  const size = last.number - first.number + 1
  if (size > MAX_RANGE) throw limitExceeded(`requested block range is too large: ${size}, at most ${MAX_RANGE} blocks`)
  const blocks: string[] = []
  let length = 0
  for (let number = first.number; number <= last.number; number++) {
    await breathe()
    const found = await context.chain.blockByNumber(number)
    if (found === undefined) break
    const text = JSON.stringify(blockJson(context.chain, found, full))
    length += text.length
    if (length > MAX_RANGE_LENGTH)
      throw new RpcError(RpcCode.responseTooLarge, 'response too large: ask for fewer blocks')
    blocks.push(text)
  }
  return new Verbatim(`[${blocks.join(',')}]`)
}

const byHash = (of: string): BlockRef => ({ hash: of as `0x${string}`, requireCanonical: false })

export const blockMethods: MethodTable = {
  eth_blockNumber: method([], ({ chain }) => hexQuantity(chain.head().number)),
  eth_getBlockByNumber: method([blockNumber, optional(boolean, false)], block),
  eth_getBlockByHash: method([hash, optional(boolean, false)], (context, of, full) => block(context, byHash(of), full)),
  eth_getBlockTransactionCountByNumber: method([blockNumber], count),
  eth_getBlockTransactionCountByHash: method([hash], (context, of) => count(context, byHash(of))),
  eth_getUncleCountByBlockNumber: method([blockNumber], uncles),
  eth_getUncleCountByBlockHash: method([hash], (context, of) => uncles(context, byHash(of))),
  eth_getBlockRange: heavy(method([blockNumber, blockNumber, optional(boolean, false)], range)),
  eth_getBlockReceipts: method([blockRef], async (context, ref) => {
    const found = await findBlock(context, ref)
    const receipts = found === undefined ? undefined : await context.chain.receipts(found.hash)
    return receipts?.map(receiptJson) ?? null
  }),
}
