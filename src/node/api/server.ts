import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { Exit, MetisSeqError } from '../../core/errors/index.js'
import { type AccessRules, hostAllowed, isLoopback, socketAllowed } from './access.js'
import { Bounds } from './bounds.js'
import { handleHttp, send } from './http.js'
import { type ApiLimits, DEFAULT_API_LIMITS } from './limits.js'
import { Metrics, type Reading } from './metrics.js'
import { Pacer } from './pacer.js'
import { Rest, type RestRoutes } from './rest.js'
import type { RpcContext } from './rpc/context.js'
import type { DispatchOptions } from './rpc/dispatch.js'
import { HeadFeed } from './rpc/headFeed.js'
import { methods } from './rpc/methods.js'
import { Shutdown } from './shutdown.js'
import { serveSocket } from './websocket.js'

/** ms between two looks for requests that take too long to be sent */
const CHECK = 5_000

export interface ApiOptions {
  context: RpcContext
  /** 127.0.0.1 where not given: whoever reaches the server may use it. */
  host?: string
  /** 0: any that is free */
  port: number
  routes?: RestRoutes
  /** Gauges of GET /metrics, asked for at each scrape. */
  metrics?: () => readonly Reading[]
  /** Names by which the server may be called, besides `host`, localhost and plain addresses; `*` allows any. */
  hosts?: readonly string[]
  /** Origins whose web pages may use the server; `*` allows any. */
  origins?: readonly string[]
  /** Whether debug_* (traces) is answered; where not given, only if the server listens on this machine alone. */
  debug?: boolean
  limits?: Partial<ApiLimits>
  /** Bugs in answering; the caller of JSON-RPC is told "internal error" alone. */
  onError: (error: unknown, where: string) => void
}

export interface ApiServer {
  readonly host: string
  readonly port: number
  readonly url: { rpc: string; ws: string; rest: string; metrics: string }
  /** Takes no more connections, lets answers under way end for a moment, and closes all. */
  close(): Promise<void>
}

/**
 * Serves JSON-RPC (POST / and WebSocket), REST, /metrics and /health on one port.
 * @throws MetisSeqError `PORT_IN_USE`, `LISTEN_FAILED`
 */
export async function startApi(options: ApiOptions): Promise<ApiServer> {
  const { context, onError, host = '127.0.0.1' } = options
  const limits = { ...DEFAULT_API_LIMITS, ...options.limits }
  const access: AccessRules = { hosts: [host, ...(options.hosts ?? [])], origins: options.origins ?? [] }
  const pacer = new Pacer()
  const bounds = new Bounds(limits)
  const metrics = new Metrics(options.metrics ?? (() => []))
  const rpc: DispatchOptions = {
    context,
    methods: methods({ debug: options.debug ?? isLoopback(host) }),
    maxBatch: limits.batch,
    maxResponse: limits.batchResponse,
    turn: () => pacer.turn(),
    onCall: (method, outcome) => metrics.called(method, outcome),
    onError,
  }
  const held = (response: ServerResponse, bytes: number) => bounds.held(response, bytes)
  const http = {
    access,
    limits,
    rpc,
    rest: new Rest(options.routes ?? {}),
    metrics,
    share: (bytes?: number) => bounds.request(bytes),
    held,
  }
  const server = createServer(
    {
      requestTimeout: limits.requestTimeout,
      headersTimeout: limits.requestTimeout,
      keepAliveTimeout: limits.keepAlive,
      connectionsCheckingInterval: Math.min(limits.requestTimeout, CHECK),
    },
    (request, response) => {
      if (!bounds.open(response)) return request.socket.destroy()
      handleHttp(request, response, http).catch((error: unknown) => {
        // The caller went away before its request was whole.
        if (request.destroyed && !request.complete) return
        onError(error, `${request.method} ${request.url}`)
        if (response.headersSent) response.destroy()
        else send(response, 500, 'internal error')
      })
    },
  )
  server.maxConnections = limits.connections
  server.setTimeout(limits.stuck)
  const feed = new HeadFeed(context, (error) => onError(error, 'heads'))
  const sockets = acceptSockets(server, access, limits, (socket) => serveSocket(socket, rpc, feed, limits, bounds))
  const shutdown = new Shutdown(server, sockets)
  try {
    await listen(server, host, options.port)
  } catch (error) {
    feed.close()
    throw error
  }
  server.on('error', (error) => onError(error, 'server'))
  const { port } = server.address() as AddressInfo
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
  return {
    host,
    port,
    url: {
      rpc: `http://${authority}`,
      ws: `ws://${authority}`,
      rest: `http://${authority}/v1`,
      metrics: `http://${authority}/metrics`,
    },
    close: () => {
      feed.close()
      return shutdown.close(limits.closing)
    },
  }
}

function acceptSockets(
  server: Server,
  access: AccessRules,
  limits: ApiLimits,
  serve: (socket: WebSocket) => void,
): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: limits.body, perMessageDeflate: false })
  server.on('upgrade', (request, stream, head) => {
    if (!hostAllowed(request, access) || !socketAllowed(request, access)) return refuse(stream)
    sockets.handleUpgrade(request, stream, head, serve)
  })
  return sockets
}

function refuse(stream: Duplex): void {
  stream.on('error', () => stream.destroy())
  stream.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () => stream.destroy())
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)))
    server.listen({ host, port }, () => {
      server.removeAllListeners('error')
      resolve()
    })
  })
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): MetisSeqError {
  const details = { host, port, reason: error.code }
  if (error.code === 'EADDRINUSE') {
    return new MetisSeqError('PORT_IN_USE', `Port ${port} on ${host} is in use by another program.`, {
      exit: Exit.network,
      details,
      next: 'Stop that program, or choose another port; 0 takes any that is free.',
      cause: error,
    })
  }
  return new MetisSeqError('LISTEN_FAILED', `Cannot listen on ${host}, port ${port}: ${error.message}.`, {
    exit: Exit.network,
    details,
    next: 'Choose an address of this machine, and a port above 1023 that you may use.',
    cause: error,
  })
}
