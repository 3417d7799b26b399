import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

interface Request {
  readonly id: unknown
  readonly method: string
  readonly params: readonly unknown[]
}

const LOST = Symbol('lost')

/** What the proxy says itself: an error, a result, or nothing, once the request was passed on. */
type Answer = Refusal | { readonly result: unknown } | 'lose'

/** The error of a refused request, as JSON-RPC has it. */
export interface Refusal {
  readonly code: number
  readonly message: string
}

/** An endpoint before another one, that passes on what `refuse` says nothing about. */
export async function startRpcProxy(
  target: string,
  refuse: (method: string, params: readonly unknown[]) => Answer | undefined | Promise<Answer | undefined>,
): Promise<{ url: string; stop(): Promise<void> }> {
  const answer = async (request: Request): Promise<unknown> => {
    const own = await refuse(request.method, request.params)
    if (typeof own === 'object') {
      return { jsonrpc: '2.0', id: request.id, ...('result' in own ? own : { error: own }) }
    }
    const headers = { 'content-type': 'application/json' }
    const given = await (await fetch(target, { method: 'POST', headers, body: JSON.stringify(request) })).json()
    return own === 'lose' ? LOST : given
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
