import type { CallRequest, SimulatedBlock, SimulatePayload } from '../../../core/ports/calls.js'
import { blockRef, LATEST, requireBlock } from './blockRef.js'
import { callRequest, type ParsedCall } from './callRequest.js'
import { invalidParams, RpcCode, RpcError } from './errors.js'
import { heavy, type MethodTable, method } from './method.js'
import { simulatedBlockOverrides, stateOverrides } from './overrides.js'
import { boolean, fields, list, optional, type Parser } from './params.js'
import { verbatim } from './verbatim.js'

/** As go-ethereum. */
const MAX_BLOCKS = 256
const MAX_CALLS_OF_BLOCK = 5_000
const MAX_CALLS = 10_000

/** What eth_simulateV1 takes, for the chain that is known later. */
interface ParsedSimulation {
  /** @throws RpcError -32602 where a call names another chain */
  on(chainId: number): SimulatePayload
}

interface ParsedBlock extends Omit<SimulatedBlock, 'calls'> {
  calls: readonly ParsedCall[]
}

/** More than a node answers is an error of its own here (the specification's -38026). */
function few<T>(item: Parser<T>, most: number, what: string): Parser<readonly T[]> {
  const read = list(item, Number.POSITIVE_INFINITY)
  return (value, name) => {
    if (Array.isArray(value) && value.length > most) {
      throw new RpcError(RpcCode.clientLimitExceeded, `too many ${what}: ${value.length} > ${most}`)
    }
    return read(value, name)
  }
}

const block: Parser<ParsedBlock> = fields({
  blockOverrides: optional(simulatedBlockOverrides),
  stateOverrides: optional(stateOverrides),
  calls: optional(few(callRequest, MAX_CALLS_OF_BLOCK, 'calls in block'), []),
})

const payload = fields({
  blockStateCalls: few(block, MAX_BLOCKS, 'blocks'),
  traceTransfers: optional(boolean, false),
  validation: optional(boolean, false),
  returnFullTransactions: optional(boolean, false),
})

/** The first parameter of eth_simulateV1 (execution-apis). */
export const simulation: Parser<ParsedSimulation> = (value, name) => {
  const { blockStateCalls, ...flags } = payload(value, name)
  if (blockStateCalls.length === 0) throw invalidParams('empty input')
  const count = blockStateCalls.reduce((sum, { calls }) => sum + calls.length, 0)
  if (count > MAX_CALLS) throw new RpcError(RpcCode.clientLimitExceeded, `too many calls: ${count} > ${MAX_CALLS}`)
  return {
    on: (chainId) => ({
      ...flags,
      blocks: blockStateCalls.map(({ calls, ...rest }) => ({
        ...rest,
        calls: calls.map((call): CallRequest => call.on(chainId)),
      })),
    }),
  }
}

/** Runs blocks of calls on a block, as though they followed it. */
export const simulationMethods: MethodTable = {
  eth_simulateV1: heavy(
    method([simulation, optional(blockRef, LATEST)], async (context, wanted, at) => {
      const { chain } = context
      const payload = wanted.on(chain.chainId)
      const { hash } = await requireBlock(context, at)
      return verbatim(await chain.simulate(payload, hash))
    }),
  ),
}
