import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

interface Request {
  readonly id: unknown
  readonly method: string
  readonly params: readonly unknown[]
}

const LOST = Symbol('lost')

/** The error of a refused request, as JSON-RPC has it. */
export interface Refusal {
  readonly code: number
  readonly message: string
}

/** An endpoint before another one, that refuses what `refuse` gives an error for, and passes on what it loses, without an answer. */
export async function startRpcProxy(
  target: string,
  refuse: (method: string, params: readonly unknown[]) => Refusal | 'lose' | undefined,
): Promise<{ url: string; stop(): Promise<void> }> {
  const answer = async (request: Request): Promise<unknown> => {
    const error = refuse(request.method, request.params)
    if (typeof error === 'object') return { jsonrpc: '2.0', id: request.id, error }
    const headers = { 'content-type': 'application/json' }
    const given = await (await fetch(target, { method: 'POST', headers, body: JSON.stringify(request) })).json()
    return error === 'lose' ? LOST : given
  }
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request)) as Request | Request[]
    const result = Array.isArray(body) ? await Promise.all(body.map(answer)) : await answer(body)
    if ([result].flat().includes(LOST)) return request.socket.destroy()
    response.setHeader('content-type', 'application/json').end(JSON.stringify(result))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
