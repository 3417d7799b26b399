import type { RpcContext } from './context.js'
import { type Parser, parseParams } from './params.js'

/** Answers one call with a JSON value. @throws RpcError or MetisSeqError */
export type Method = (context: RpcContext, params: unknown) => unknown
export type MethodTable = Readonly<Record<string, Method>>

/** A method whose parameters `parsers` read, in their order. */
export function method<P extends readonly unknown[]>(
  parsers: readonly [...{ [K in keyof P]: Parser<P[K]> }],
  run: (context: RpcContext, ...args: P) => unknown,
): Method {
  return (context, params) => run(context, ...parseParams<P>(params, parsers as { [K in keyof P]: Parser<P[K]> }))
}
