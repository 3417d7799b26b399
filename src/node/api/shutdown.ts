import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { WebSocketServer } from 'ws'

/** WebSocket close code: the server goes away (RFC 6455). */
const GOING_AWAY = 1001

/** Closes an HTTP server with its WebSockets, in order and soon, whoever is connected. */
export class Shutdown {
  readonly #server: Server
  readonly #sockets: WebSocketServer
  /** Connections that have not asked for anything yet; Node's own list of idle ones lacks them. */
  readonly #silent = new Set<Socket>()
  #closed: Promise<void> | undefined

  constructor(server: Server, sockets: WebSocketServer) {
    this.#server = server
    this.#sockets = sockets
    const heard = ({ socket }: IncomingMessage) => this.#silent.delete(socket)
    server.on('request', heard).on('upgrade', heard)
    server.on('connection', (socket) => {
      this.#silent.add(socket)
      socket.once('close', () => this.#silent.delete(socket))
    })
  }

  /** Takes nothing new; answers under way have `grace` ms to end. */
  close(grace: number): Promise<void> {
    this.#closed ??= this.#close(grace)
    return this.#closed
  }

  #close(grace: number): Promise<void> {
    return new Promise((resolve) => {
      const force = setTimeout(() => {
        for (const socket of this.#sockets.clients) socket.terminate()
        this.#server.closeAllConnections()
      }, grace)
      this.#server.close(() => {
        clearTimeout(force)
        resolve()
      })
      this.#server.closeIdleConnections()
      for (const socket of this.#silent) socket.destroy()
      for (const socket of this.#sockets.clients) socket.close(GOING_AWAY, 'the node stops')
      this.#sockets.close()
    })
  }
}
