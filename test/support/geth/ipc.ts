import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

export interface Answer {
  id: number
  result?: unknown
  error?: { code: number; message: string; data?: unknown }
}

/** JSON-RPC over the socket of a node: one message a line. */
export class IpcClient {
  readonly #socket: Socket
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  #next = 1

  private constructor(socket: Socket) {
    this.#socket = socket
    const lines = createInterface({ input: socket })
    lines.on('line', (line) => {
      const answer = JSON.parse(line) as Answer
      this.#waiting.get(answer.id)?.(answer)
      this.#waiting.delete(answer.id)
    })
    socket.on('close', () => {
      for (const [id, answer] of this.#waiting) answer({ id, error: { code: 0, message: 'the connection is closed' } })
    })
  }

  static async connect(path: string): Promise<IpcClient> {
    const socket = createConnection(path)
    await once(socket, 'connect')
    return new IpcClient(socket)
  }

  /** The result of a call, whose shape the caller knows. @throws Error with the node's message */
  async request<T>(method: string, ...params: unknown[]): Promise<T> {
    const answer = await this.ask(method, ...params)
    if (answer.error !== undefined) throw new Error(`geth: ${method}: ${answer.error.message}`)
    return answer.result as T
  }

  /** The whole answer to a call. */
  ask(method: string, ...params: unknown[]): Promise<Answer> {
    const id = this.#next++
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve)
      this.#socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
    })
  }

  close(): void {
    this.#socket.destroy()
  }
}
