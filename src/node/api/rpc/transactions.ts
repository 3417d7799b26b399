import type { Hash } from '../../../core/types/hex.js'
import { type BlockRef, blockNumber, findBlock } from './blockRef.js'
import type { RpcContext } from './context.js'
import { placeIn, receiptJson, transactionJson } from './format.js'
import { type MethodTable, method } from './method.js'
import { bytes, hash, index } from './params.js'

async function byPlace(context: RpcContext, ref: BlockRef, at: number) {
  const block = await findBlock(context, ref)
  const raw = block?.transactions[at]
  if (block === undefined || raw === undefined) return null
  return transactionJson(context.chain.decodeTransaction(raw), placeIn(block, at))
}

async function byHash(context: RpcContext, of: Hash) {
  const place = await context.chain.transactionPlace(of)
  if (place !== undefined) return byPlace(context, { hash: place.blockHash, requireCanonical: false }, place.index)
  const waiting = context.pool.get(of)
  return waiting === undefined ? null : transactionJson(waiting)
}

async function receipt({ chain }: RpcContext, of: Hash) {
  const place = await chain.transactionPlace(of)
  if (place === undefined) return null
  const found = (await chain.receipts(place.blockHash))?.[place.index]
  return found === undefined ? null : receiptJson(found)
}

export const transactionMethods: MethodTable = {
  eth_sendRawTransaction: method([bytes], (context, raw) => context.submit(raw)),
  eth_getTransactionByHash: method([hash], byHash),
  eth_getTransactionByBlockNumberAndIndex: method([blockNumber, index], byPlace),
  eth_getTransactionByBlockHashAndIndex: method([hash, index], (context, of, at) =>
    byPlace(context, { hash: of, requireCanonical: false }, at),
  ),
  eth_getTransactionReceipt: method([hash], receipt),
}
