import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Stands in a sample where the id of the question belongs. */
export const ID = '"ID"'

/** An HTTP server that answers every question with the same text. */
export class Answers {
  readonly #server: Server
  readonly url: string
  text = ''
  /** Of methods for which the text has no answer. */
  otherwise: Readonly<Record<string, unknown>> = {}

  private constructor(server: Server) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const question = Buffer.concat(chunks).toString()
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(answerTo(question, this.text, this.otherwise))
      })
    })
  }

  static async open(): Promise<Answers> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new Answers(server)
  }

  close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    return closed.then(() => undefined)
  }
}

/** The text as it is; of one that has an answer for each method (`{"methods":{...}}`), the one that is asked for. */
function answerTo(question: string, text: string, otherwise: Readonly<Record<string, unknown>>): string {
  const id = /"id":(\d+)/.exec(question)?.[1] ?? '1'
  const method = /"method":"(\w+)"/.exec(question)?.[1] ?? ''
  if (!text.startsWith('{"methods":')) return text.replaceAll(ID, id)
  try {
    const { methods } = JSON.parse(text) as { methods?: Record<string, unknown> }
    return JSON.stringify({ jsonrpc: '2.0', id: Number(id), result: methods?.[method] ?? otherwise[method] ?? null })
  } catch {
    return text // it is no JSON any more, or too deep to be written again
  }
}

let shared: Promise<Answers> | undefined

/** The one of this process. */
export function answers(): Promise<Answers> {
  shared ??= Answers.open()
  return shared
}

export async function closeAnswers(): Promise<void> {
  await (await shared)?.close()
  shared = undefined
}
