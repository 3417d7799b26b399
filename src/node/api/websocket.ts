import { randomBytes } from 'node:crypto'
import type { RawData, WebSocket } from 'ws'
import { decodeUtf8 } from './body.js'
import type { ApiLimits } from './limits.js'
import { type DispatchOptions, dispatch } from './rpc/dispatch.js'
import type { HeadFeed } from './rpc/headFeed.js'
import { Subscriptions } from './rpc/subscriptions.js'

/** WebSocket close code: the message is not text in UTF-8 (RFC 6455). */
const INVALID_TEXT = 1007

/** Serves JSON-RPC and subscriptions on one connection until it closes. */
export function serveSocket(socket: WebSocket, rpc: DispatchOptions, feed: HeadFeed, limits: ApiLimits): void {
  const { onError } = rpc
  const send = (text: string) => {
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount + text.length > limits.buffered) socket.terminate()
    else socket.send(text, ignoreClosed)
  }
  const subscriptions = new Subscriptions({
    context: rpc.context,
    feed,
    max: limits.subscriptions,
    newId: () => `0x${randomBytes(16).toString('hex')}`,
    send,
    onError: (error) => onError(error, 'eth_subscription'),
  })
  const options = {
    ...rpc,
    methods: new Map([...rpc.methods, ...subscriptions.methods]),
    // What would not fit into what may wait here is refused in words.
    maxAnswer: limits.buffered / 2,
  }
  let inFlight = 0
  socket.on('message', (data, binary) => {
    const text = binary ? undefined : textOf(data)
    if (text === undefined) return socket.close(INVALID_TEXT, 'only text is understood')
    if (++inFlight >= limits.inFlight) socket.pause()
    void dispatch(text, options).then((answer) => {
      if (answer !== undefined) send(answer)
      if (--inFlight < limits.inFlight && socket.isPaused) socket.resume()
    })
  })
  const heartbeat = setInterval(beat(socket), limits.heartbeat)
  socket.on('close', () => {
    clearInterval(heartbeat)
    subscriptions.close()
  })
  // Broken frames and too large messages: ws closes the connection itself.
  socket.on('error', () => subscriptions.close())
}

/** Pings, and cuts off a peer that did not answer the ping before. */
function beat(socket: WebSocket): () => void {
  let alive = true
  socket.on('pong', () => {
    alive = true
  })
  return () => {
    if (!alive) return socket.terminate()
    alive = false
    socket.ping(ignoreClosed)
  }
}

/** The peer may be gone before all is written; its close event follows. */
function ignoreClosed(): void {}

function textOf(data: RawData): string | undefined {
  const bytes = Array.isArray(data) ? Buffer.concat(data) : new Uint8Array(data)
  try {
    return decodeUtf8(bytes)
  } catch {
    return undefined
  }
}
