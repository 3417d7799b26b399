import { type BlockRef, blockNumber, blockRef, findBlock, LATEST, requireBlock } from './blockRef.js'
import { callRequest } from './callRequest.js'
import type { RpcContext } from './context.js'
import { invalidParams, RpcCode, RpcError } from './errors.js'
import { heavy, type MethodTable, method } from './method.js'
import { hash, optional } from './params.js'
import { traceCallOptions, traceOptions } from './tracing.js'
import { verbatim } from './verbatim.js'

const options = optional(traceOptions, {})

async function traceBlock(context: RpcContext, ref: BlockRef, how: ReturnType<typeof options>) {
  const block = await findBlock(context, ref)
  if (block === undefined) throw new RpcError(RpcCode.server, 'block not found')
  if (block.number === 0) throw new RpcError(RpcCode.server, 'genesis is not traceable')
  return verbatim(await context.chain.traceBlock(block.hash, how))
}

/** What transactions and calls did, step by step or call by call (go-ethereum's tracers). They read and change nothing. */
export const debugMethods: MethodTable = {
  debug_traceTransaction: heavy(
    method([hash, options], async ({ chain }, of, how) => {
      const trace = await chain.traceTransaction(of, how)
      if (trace === undefined) throw new RpcError(RpcCode.server, 'transaction not found')
      return verbatim(trace)
    }),
  ),
  debug_traceBlockByNumber: heavy(method([blockNumber, options], traceBlock)),
  debug_traceBlockByHash: heavy(
    method([hash, options], (context, of, how) => traceBlock(context, { hash: of, requireCanonical: false }, how)),
  ),
  debug_traceCall: heavy(
    method(
      [callRequest, optional(blockRef, LATEST), optional(traceCallOptions, {})],
      async (context, call, at, how) => {
        if ('tag' in at && at.tag === 'pending') throw invalidParams('tracing on top of pending is not supported')
        const { chain } = context
        const { hash: on } = await requireBlock(context, at)
        return verbatim(await chain.traceCall(call.on(chain.chainId), on, how))
      },
    ),
  ),
}
