import { MetisSeqError } from '../../../core/errors/index.js'
import type { CallResult } from '../../../core/ports/execution.js'
import type { Hex } from '../../../core/types/hex.js'
import { revertReason } from './revert.js'

/** Codes of JSON-RPC 2.0 and EIP-1474; `reverted` as go-ethereum has it. */
export const RpcCode = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  server: -32000,
  responseTooLarge: -32003,
  limitExceeded: -32005,
  reverted: 3,
  /** Of eth_simulateV1 (execution-apis): more than this node answers. */
  clientLimitExceeded: -38026,
} as const

/** An error as the caller of JSON-RPC reads it. */
export class RpcError extends Error {
  override readonly name = 'RpcError'
  readonly code: number
  readonly data: Hex | undefined

  constructor(code: number, message: string, data?: Hex) {
    super(message)
    this.code = code
    this.data = data
  }

  toJSON(): { code: number; message: string; data?: Hex } {
    const { code, message, data } = this
    return data === undefined ? { code, message } : { code, message, data }
  }
}

export function invalidParams(message: string): RpcError {
  return new RpcError(RpcCode.invalidParams, message)
}

export function limitExceeded(message: string): RpcError {
  return new RpcError(RpcCode.limitExceeded, message)
}

/** The error of a call that reverted: `data` is what it reverted with, the message its reason where that can be read. */
export function reverted(data: Hex): RpcError {
  const reason = revertReason(data)
  return new RpcError(
    RpcCode.reverted,
    reason === undefined ? 'execution reverted' : `execution reverted: ${reason}`,
    data,
  )
}

/** The return data of a call that succeeded. @throws RpcError otherwise */
export function returned({ success, data, error }: CallResult): Hex {
  if (success) return data
  if (data !== '0x' || error?.startsWith('execution reverted')) throw reverted(data)
  throw new RpcError(RpcCode.server, error ?? 'execution failed')
}

type Details = Readonly<Record<string, unknown>>

/** How errors of the node are told, by their code. */
const TOLD: Readonly<Record<string, (message: string, details: Details) => RpcError>> = {
  CALL_REVERTED: (_, { data }) => reverted(hexDetail(data)),
  GAS_REQUIRED_EXCEEDS_ALLOWANCE: (message, { error }) => new RpcError(RpcCode.server, String(error ?? message)),
  CALL_INVALID: (message, { reason }) => new RpcError(RpcCode.server, String(reason ?? message)),
  SIMULATION_REFUSED: (message, { rpcCode, reason }) =>
    new RpcError(typeof rpcCode === 'number' ? rpcCode : RpcCode.invalidParams, String(reason ?? message)),
  EXECUTION_TIMEOUT: (message, { reason }) => new RpcError(RpcCode.server, String(reason ?? message)),
  READ_TOO_LARGE: (message) => new RpcError(RpcCode.responseTooLarge, `response too large: ${message}`),
  READS_BUSY: (message) => limitExceeded(`server busy: ${message}`),
  BLOCK_UNKNOWN: () => new RpcError(RpcCode.server, 'header not found'),
  // go-ethereum's words for it: libraries look for the first three.
  STATE_PRUNED: (message) => new RpcError(RpcCode.server, `missing trie node: ${uncapitalised(message)}`),
  LOG_LIMIT: (message) => limitExceeded(message),
  TX_INVALID: (message, { reason }) =>
    new RpcError(RpcCode.server, `invalid transaction: ${String(reason ?? message)}`),
}

/** What the caller is told of `error`; undefined for a bug, of which it learns nothing but that it is one. */
export function toRpcError(error: unknown): RpcError | undefined {
  if (error instanceof RpcError) return error
  // A thread that ended concerns the operator, not the caller.
  if (!(error instanceof MetisSeqError) || error.code === 'READ_FAILED') return undefined
  const { code, message, details } = error
  return TOLD[code]?.(message, details) ?? new RpcError(RpcCode.server, message)
}

/** The message of one of our errors, as the second half of a sentence. */
function uncapitalised(message: string): string {
  return message.slice(0, 1).toLowerCase() + message.slice(1).replace(/\.$/, '')
}

function hexDetail(data: unknown): Hex {
  return typeof data === 'string' && data.startsWith('0x') ? (data as Hex) : '0x'
}
