import { hexQuantity } from '../../../core/codec/index.js'
import type { StateOverrides } from '../../../core/ports/calls.js'
import type { Address, Hash, Hex } from '../../../core/types/hex.js'
import { type BlockRef, blockRef, LATEST, requireBlock } from './blockRef.js'
import { callRequest, type ParsedCall } from './callRequest.js'
import type { RpcContext } from './context.js'
import { invalidParams, returned } from './errors.js'
import { type MethodTable, method } from './method.js'
import { blockOverrides, stateOverrides } from './overrides.js'
import { address, list, optional, type Parser, slot } from './params.js'

/** As go-ethereum. */
const MAX_PROOF_KEYS = 1_024

const ref = optional(blockRef, LATEST)
const accounts = optional(stateOverrides)

async function transactionCount(context: RpcContext, of: Address, at: BlockRef) {
  const block = await requireBlock(context, at)
  const nonce = await context.chain.nonce(of, block.hash)
  const pending = 'tag' in at && at.tag === 'pending'
  return hexQuantity(pending ? context.pool.pendingNonce(of, nonce) : nonce)
}

async function accessList(context: RpcContext, call: ParsedCall, at: BlockRef, state?: StateOverrides) {
  const { chain } = context
  const { hash } = await requireBlock(context, at)
  const { gasUsed, ...rest } = await chain.createAccessList(call.on(chain.chainId), hash, { state })
  return { ...rest, gasUsed: hexQuantity(gasUsed) }
}

/** A storage key, and how go-ethereum writes it in the answer: as it came where it has 32 bytes, as a quantity otherwise. */
const proofKey: Parser<{ key: Hash; shown: Hex }> = (value, name) => {
  const key = slot(value, name)
  const whole = typeof value === 'string' && value.length >= 65
  return { key, shown: whole ? key : hexQuantity(BigInt(key)) }
}

const proofKeys: Parser<readonly { key: Hash; shown: Hex }[]> = (value, name) => {
  if (Array.isArray(value) && value.length > MAX_PROOF_KEYS) {
    throw invalidParams(`too many storage keys requested (max ${MAX_PROOF_KEYS}, got ${value.length})`)
  }
  return list(proofKey, MAX_PROOF_KEYS)(value, name)
}

async function proof(context: RpcContext, of: Address, keys: readonly { key: Hash; shown: Hex }[], at: BlockRef) {
  const { hash } = await requireBlock(context, at)
  const slots = keys.map(({ key }) => key)
  const { balance, nonce, storageProof, ...rest } = await context.chain.proof(of, slots, hash)
  return {
    ...rest,
    balance: hexQuantity(balance),
    nonce: hexQuantity(nonce),
    storageProof: storageProof.map(({ value, proof: nodes }, i) => ({
      key: keys[i]?.shown,
      value: hexQuantity(value),
      proof: nodes,
    })),
  }
}

/** State of accounts, and calls on it. */
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
  eth_getProof: method([address, proofKeys, ref], proof),
  eth_call: method([callRequest, ref, accounts, optional(blockOverrides)], async (context, call, at, state, block) => {
    const { chain } = context
    const { hash } = await requireBlock(context, at)
    return returned(await chain.call(call.on(chain.chainId), hash, { state, block }))
  }),
  eth_estimateGas: method(
    [callRequest, ref, accounts, optional(blockOverrides)],
    async (context, call, at, state, block) => {
      const { chain } = context
      const { hash } = await requireBlock(context, at)
      return hexQuantity(await chain.estimateGas(call.on(chain.chainId), hash, { state, block }))
    },
  ),
  eth_createAccessList: method([callRequest, ref, accounts], accessList),
}
