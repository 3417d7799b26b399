/** What bounds a server. */
export interface ApiLimits {
  /** Bytes of a request's body, and of a WebSocket message. */
  body: number
  /** Requests of one batch; those that may take seconds count as ten. */
  batch: number
  /** Characters of the answers to one batch. */
  batchResponse: number
  connections: number
  subscriptions: number
  /** Messages of one WebSocket connection that are being answered; above, no more is read from it. */
  inFlight: number
  /** Bytes that wait for a slow reader before it is cut off. */
  buffered: number
  /** ms to send a whole request */
  requestTimeout: number
  /** ms an idle connection is kept */
  keepAlive: number
  /** ms after which a connection is closed on which nothing moves, such as one that does not read its answer */
  stuck: number
  /** ms between two pings of a WebSocket; one that did not answer the last is closed */
  heartbeat: number
  /** ms that answers under way may take when the server closes */
  closing: number
}

export const DEFAULT_API_LIMITS: ApiLimits = {
  body: 1024 * 1024,
  batch: 100,
  batchResponse: 25 * 1024 * 1024,
  connections: 1_000,
  subscriptions: 64,
  inFlight: 64,
  buffered: 8 * 1024 * 1024,
  requestTimeout: 30_000,
  keepAlive: 15_000,
  stuck: 60_000,
  heartbeat: 30_000,
  closing: 1_000,
}
