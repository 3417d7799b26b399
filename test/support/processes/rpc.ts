const TIMEOUT = 10_000

/** The result of a JSON-RPC call. @throws Error where there is no answer, or a refusal */
export async function ask<T>(url: string, method: string, ...params: unknown[]): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(TIMEOUT),
  })
  const { result, error } = (await response.json()) as { result?: T; error?: { message: string } }
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
