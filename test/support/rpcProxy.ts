import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An endpoint before another one, which refuses questions for logs as public ones do. */
export interface RpcProxy {
  url: string
  /** Blocks of each question for logs, in their order, with whether it was passed on. */
  asked: { blocks: number; taken: boolean }[]
  close(): Promise<void>
}

/** An access key that the endpoint repeats in what it says; nobody may see it. */
export const ENDPOINT_KEY = 'f00dfeedf00dfeedf00dfeedf00dfeed'

interface Call {
  id: number
  method: string
  params: { fromBlock: string; toBlock: string }[]
}

/** Passes everything on to `target`, but of questions for logs only those over at most `maxBlocks` blocks. */
export async function startRpcProxy(target: string, maxBlocks: number): Promise<RpcProxy> {
  const asked: RpcProxy['asked'] = []
  const answer = async (call: Call): Promise<unknown> => {
    if (call.method === 'eth_getLogs') {
      const [{ fromBlock, toBlock } = { fromBlock: '0x0', toBlock: '0x0' }] = call.params
      const blocks = Number(toBlock) - Number(fromBlock) + 1
      const taken = blocks <= maxBlocks
      asked.push({ blocks, taken })
      if (!taken) {
        const error = { code: -32602, message: `range ${blocks} exceeds limit of ${maxBlocks} for ${ENDPOINT_KEY}` }
        return { jsonrpc: '2.0', id: call.id, error }
      }
    }
    const headers = { 'content-type': 'application/json' }
    return (await fetch(target, { method: 'POST', headers, body: JSON.stringify(call) })).json()
  }
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await textOf(request)) as Call | Call[]
    const answers = Array.isArray(body) ? await Promise.all(body.map(answer)) : await answer(body)
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answers))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}
