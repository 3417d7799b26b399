import type { Address } from '../../../core/types/hex.js'
import { type BlockRef, blockRef, LATEST, requireBlock } from './blockRef.js'
import { callRequest } from './callRequest.js'
import type { RpcContext } from './context.js'
import { invalidParams, returned } from './errors.js'
import { type MethodTable, method } from './method.js'
import { address, object, optional, type Parser, slot } from './params.js'
import { hexQuantity } from './quantity.js'

const ref = optional(blockRef, LATEST)

/** State overrides would be ignored silently otherwise. */
const noOverrides: Parser<undefined> = (value, name) => {
  if (Object.keys(object(value, name)).length > 0) throw invalidParams(`invalid ${name}: overrides are not supported`)
  return undefined
}

async function transactionCount(context: RpcContext, of: Address, at: BlockRef) {
  const block = await requireBlock(context, at)
  const nonce = await context.chain.nonce(of, block.hash)
  const pending = 'tag' in at && at.tag === 'pending'
  return hexQuantity(pending ? context.pool.pendingNonce(of, nonce) : nonce)
}

/** State of accounts, and calls on it. Old states stay readable. */
export const stateMethods: MethodTable = {
  eth_getBalance: method([address, ref], async (context, of, at) => {
    const { hash } = await requireBlock(context, at)
    return hexQuantity(await context.chain.balance(of, hash))
  }),
  eth_getCode: method([address, ref], async (context, of, at) => {
    const { hash } = await requireBlock(context, at)
    return context.chain.code(of, hash)
  }),
  eth_getStorageAt: method([address, slot, ref], async (context, of, key, at) => {
    const { hash } = await requireBlock(context, at)
    return context.chain.storageAt(of, key, hash)
  }),
  eth_getTransactionCount: method([address, ref], transactionCount),
  eth_call: method([callRequest, ref, optional(noOverrides)], async (context, call, at, _none) => {
    const block = await requireBlock(context, at)
    return returned(await context.chain.call(call.at(block.baseFee, context.chain.chainId), block.hash))
  }),
  eth_estimateGas: method([callRequest, ref, optional(noOverrides)], async (context, call, at, _none) => {
    const block = await requireBlock(context, at)
    const gas = await context.chain.estimateGas(call.at(block.baseFee, context.chain.chainId), block.hash)
    return hexQuantity(gas + call.accessGas)
  }),
}
