import type { RpcContext } from './context.js'
import { type Parser, parseParams } from './params.js'

/** Answers one call with a JSON value, or a `Verbatim`. @throws RpcError or MetisSeqError */
export interface Method {
  (context: RpcContext, params: unknown): unknown
  /** What it counts in a batch; 1 where not given. */
  weight?: number
}
export type MethodTable = Readonly<Record<string, Method>>

/** A call that may take seconds counts as this many in a batch. */
const HEAVY = 10

/** A method whose parameters `parsers` read, in their order. */
export function method<P extends readonly unknown[]>(
  parsers: readonly [...{ [K in keyof P]: Parser<P[K]> }],
  run: (context: RpcContext, ...args: P) => unknown,
): Method {
  return (context, params) => run(context, ...parseParams<P>(params, parsers as { [K in keyof P]: Parser<P[K]> }))
}

/** The same method, of which fewer fit into a batch. */
export function heavy(light: Method): Method {
  return Object.assign((context: RpcContext, params: unknown) => light(context, params), { weight: HEAVY })
}
