import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

export interface AccessRules {
  /** Names, besides localhost and plain IP addresses, by which the server may be called; `*` allows any. */
  hosts: readonly string[]
  /** Origins whose web pages may read answers; `*` allows any. None by default. */
  origins: readonly string[]
}

/**
 * Whether a request's Host header is one that this server goes by. A page whose name was rebound to this machine sends its own name there,
 * never a plain address.
 */
export function hostAllowed({ headers }: IncomingMessage, { hosts }: AccessRules): boolean {
  if (headers.host === undefined || hosts.includes('*')) return true
  const name = hostName(headers.host)
  return name === 'localhost' || isIP(name) !== 0 || hosts.some((host) => host.toLowerCase() === name)
}

/** Whether a server that listens on `host` is reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/** Without port and brackets. */
function hostName(host: string): string {
  const lower = host.toLowerCase()
  const bracketed = /^\[([^\]]*)\](:\d+)?$/.exec(lower)
  return bracketed?.[1] ?? lower.replace(/:\d+$/, '')
}

/** The origin to allow in the answer (CORS), or undefined. */
export function allowedOrigin({ headers }: IncomingMessage, { origins }: AccessRules): string | undefined {
  const { origin } = headers
  if (origins.includes('*')) return '*'
  return origin !== undefined && origins.includes(origin) ? origin : undefined
}

/** Browsers let any page open a WebSocket: where they name a page, it must be one of this very server, or allowed. */
export function socketAllowed(request: IncomingMessage, rules: AccessRules): boolean {
  const { origin, host } = request.headers
  if (origin === undefined || allowedOrigin(request, rules) !== undefined) return true
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`)
}
