import { randomBytes } from 'node:crypto'
import type { RawData, WebSocket } from 'ws'
import { decodeUtf8 } from './body.js'
import type { Bounds } from './bounds.js'
import type { ApiLimits } from './limits.js'
import { type DispatchOptions, dispatch } from './rpc/dispatch.js'
import type { HeadFeed } from './rpc/headFeed.js'
import { Subscriptions } from './rpc/subscriptions.js'

/** WebSocket close code: the message is not text in UTF-8 (RFC 6455). */
const INVALID_TEXT = 1007

/** WebSocket close code: try again later. */
const TRY_AGAIN = 1013

/** Serves JSON-RPC and subscriptions on one connection until it closes. */
export function serveSocket(
  socket: WebSocket,
  rpc: DispatchOptions,
  feed: HeadFeed,
  limits: ApiLimits,
  bounds: Bounds,
): void {
  const { onError } = rpc
  const reader = { cut: () => socket.terminate() }
  const send = (text: string) => {
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount + text.length > limits.buffered) socket.terminate()
    else socket.send(text, bounds.backlog.add(reader, text.length))
  }
  const subscriptions = new Subscriptions({
    context: rpc.context,
    feed,
    max: limits.subscriptions,
    all: bounds.subscriptions.share(),
    pending: bounds.pendingSubscriptions.share(),
    newId: () => `0x${randomBytes(16).toString('hex')}`,
    send,
    onError: (error) => onError(error, 'eth_subscription'),
  })
  const options = {
    ...rpc,
    methods: new Map([...rpc.methods, ...subscriptions.methods]),
    gone: () => socket.readyState !== socket.OPEN,
    // What would not fit into what may wait here is refused in words.
    maxAnswer: limits.buffered / 2,
  }
  let inFlight = 0
  socket.on('message', (data, binary) => {
    const text = binary ? undefined : textOf(data)
    if (text === undefined) return socket.close(INVALID_TEXT, 'only text is understood')
    const share = bounds.request(text.length)
    if (!share.take(text.length)) return socket.close(TRY_AGAIN, 'server busy: too many requests at once')
    if (++inFlight >= limits.inFlight) socket.pause()
    void dispatch(text, options).then((answer) => {
      share.release()
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
