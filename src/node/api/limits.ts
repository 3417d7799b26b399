/** What bounds a server. */
export interface ApiLimits {
  /** Bytes of a request's body, and of a WebSocket message. */
  body: number
  /** Requests of one batch; those that may take seconds count as ten. */
  batch: number
  /** Characters of the answers to one batch. */
  batchResponse: number
  connections: number
  /** Of one connection. */
  subscriptions: number
  /** Of all connections together. */
  allSubscriptions: number
  /** Of all connections together, to what comes into the pool: each transaction is told to each of them. */
  pendingSubscriptions: number
  /** Messages of one WebSocket connection that are being answered; above, no more is read from it. */
  inFlight: number
  /** Requests of one HTTP connection that are being answered; with one more it is cut off. */
  pipelined: number
  /** Bytes that wait for a slow reader of a WebSocket before it is cut off. */
  buffered: number
  /** Bytes of answers that wait for readers, of all connections together; above, the slowest reader is cut off. */
  backlog: number
  /**
   * Bytes of requests of up to 64 kB that are being read or answered, of all connections together, and as many of larger ones; above, more
   * are refused.
   */
  requests: number
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
  allSubscriptions: 2_048,
  pendingSubscriptions: 64,
  inFlight: 64,
  pipelined: 32,
  buffered: 8 * 1024 * 1024,
  backlog: 256 * 1024 * 1024,
  requests: 64 * 1024 * 1024,
  requestTimeout: 30_000,
  keepAlive: 15_000,
  stuck: 60_000,
  heartbeat: 30_000,
  closing: 1_000,
}
