import type { IncomingMessage, ServerResponse } from 'node:http'
import { type AccessRules, allowedOrigin, hostAllowed } from './access.js'
import { readBody } from './body.js'
import type { Share } from './budget.js'
import type { ApiLimits } from './limits.js'
import type { Metrics } from './metrics.js'
import { notFound, type Rest } from './rest.js'
import { type DispatchOptions, dispatch } from './rpc/dispatch.js'

export interface HttpOptions {
  access: AccessRules
  limits: ApiLimits
  rpc: DispatchOptions
  rest: Rest
  metrics: Metrics
  /** A share of what all requests together may have. `bytes`: as many as it will have, where that is known. */
  share(bytes: number | undefined): Share
  /** Keeps an answer in mind until it is taken. */
  held(response: ServerResponse, bytes: number): void
}

/** As go-ethereum: a page of another origin cannot send these types without asking first. */
const JSON_TYPES = ['application/json', 'application/json-rpc', 'application/jsonrequest']

/** Answers one HTTP request. @throws what a REST handler throws that is no MetisSeqError */
export async function handleHttp(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpOptions,
): Promise<void> {
  if (!hostAllowed(request, options.access)) return send(response, 403, 'invalid host specified')
  const origin = allowedOrigin(request, options.access)
  if (origin !== undefined) response.setHeader('Access-Control-Allow-Origin', origin).setHeader('Vary', 'Origin')
  const url = parseUrl(request.url)
  if (url === undefined) return send(response, 400, 'the address cannot be read')
  if (request.method === 'OPTIONS') return preflight(response, origin)
  if (request.method === 'POST') return post(request, response, url, options)
  if (request.method === 'GET' || request.method === 'HEAD') return get(response, url, options)
  return send(response.setHeader('Allow', 'GET, HEAD, POST, OPTIONS'), 405, 'method not allowed')
}

function parseUrl(target = '/'): URL | undefined {
  const address = `http://localhost${target}`
  return URL.canParse(address) ? new URL(address) : undefined
}

function preflight(response: ServerResponse, origin: string | undefined): void {
  if (origin === undefined) return send(response, 403, 'this origin is not allowed')
  response
    .setHeader('Access-Control-Allow-Methods', 'GET, POST')
    .setHeader('Access-Control-Allow-Headers', 'content-type')
  response.setHeader('Access-Control-Max-Age', '600').writeHead(204).end()
}

async function post(request: IncomingMessage, response: ServerResponse, url: URL, options: HttpOptions): Promise<void> {
  if (url.pathname !== '/') return send(response, 404, 'JSON-RPC is answered at /')
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (!JSON_TYPES.includes(type)) return send(response, 415, 'invalid content type, only application/json is supported')
  const told = request.headers['content-length']
  const share = options.share(told === undefined ? undefined : Number(told))
  try {
    const text = await bodyOf(request, response, options.limits.body, share)
    if (text === undefined) return
    const answer = await dispatch(text, { ...options.rpc, gone: () => request.socket.destroyed })
    if (answer === undefined) return void response.writeHead(204).end()
    options.held(response, answer.length)
    send(response, 200, answer, 'application/json')
  } finally {
    share.release()
  }
}

/** The body; undefined where the request was refused for it. */
async function bodyOf(
  request: IncomingMessage,
  response: ServerResponse,
  limit: number,
  share: Share,
): Promise<string | undefined> {
  try {
    const body = await readBody(request, limit, share)
    if (typeof body === 'object') return body.text
    // What is still to come is not read: the connection ends with the answer.
    response.setHeader('Connection', 'close')
    if (body === 'busy') busy(response)
    else send(response, 413, `content length too large: at most ${limit} bytes`)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    send(response, 400, 'the body is not UTF-8')
  }
  return undefined
}

function busy(response: ServerResponse): void {
  send(response.setHeader('Retry-After', '1'), 503, 'server busy: too many requests at once')
}

async function get(response: ServerResponse, url: URL, { metrics, rest, rpc }: HttpOptions): Promise<void> {
  if (!(await rpc.turn())) return busy(response)
  if (url.pathname === '/metrics') return send(response, 200, await metrics.text(), metrics.contentType)
  if (url.pathname === '/health') return health(response, rpc)
  const { status, body } = (await rest.answer(url)) ?? notFound(`no page ${url.pathname.slice(0, 100)}`)
  send(response, status, JSON.stringify(body), 'application/json')
}

/** 200 where the node is up to date, 503 while it catches up. */
function health(response: ServerResponse, { context }: DispatchOptions): void {
  const progress = context.syncing()
  const { number, hash } = context.chain.head()
  const body = { status: progress === false ? 'ok' : 'syncing', head: { number, hash } }
  send(response, progress === false ? 200 : 503, JSON.stringify(body), 'application/json')
}

/** Ends the answer with `body`. */
export function send(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.setHeader('X-Content-Type-Options', 'nosniff').setHeader('Content-Type', type)
  response.writeHead(status, { 'Content-Length': Buffer.byteLength(body) }).end(body)
}
