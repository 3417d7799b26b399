import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'

const TIMEOUT = 10_000

/**
 * The result of a JSON-RPC call over a connection of its own: one that is kept may be closed while it is used again.
 * @throws Error where there is no answer, or a refusal
 */
export async function ask<T>(url: string, method: string, ...params: unknown[]): Promise<T> {
  const call = request(url, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json' },
    signal: AbortSignal.timeout(TIMEOUT),
  })
  call.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
  const [response] = (await once(call, 'response')) as [IncomingMessage]
  const { result, error } = JSON.parse(await text(response)) as { result?: T; error?: { message: string } }
  if (error !== undefined) throw new Error(`${method}: ${error.message}`)
  return result as T
}

export interface RpcBlock {
  number: string
  hash: string
  transactions: { hash: string; from: string; to: string | null; input: string }[]
}

/** Block `at`, a number or a tag, with its transactions. */
export function blockAt(url: string, at: number | string): Promise<RpcBlock | null> {
  return ask(url, 'eth_getBlockByNumber', typeof at === 'number' ? `0x${at.toString(16)}` : at, true)
}
