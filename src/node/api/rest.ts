import { MetisSeqError } from '../../core/errors/index.js'

export interface RestRequest {
  /** What stands for the `:name` parts of the route. */
  params: Readonly<Record<string, string>>
  query: URLSearchParams
}

/** Answers a GET with a JSON value; undefined: there is no such thing (404). @throws MetisSeqError (400) */
export type RestHandler = (request: RestRequest) => unknown
/** Handlers by path, such as `/v1/epochs/:id`. */
export type RestRoutes = Readonly<Record<string, RestHandler>>

export interface RestAnswer {
  status: number
  body: unknown
}

interface Route {
  parts: readonly string[]
  handler: RestHandler
}

/** Finds and runs handlers. */
export class Rest {
  readonly #routes: readonly Route[]

  constructor(routes: RestRoutes) {
    this.#routes = Object.entries(routes).map(([path, handler]) => ({ parts: path.split('/'), handler }))
  }

  /** The answer to a GET of `url`; undefined where no route has that path. @throws whatever a handler throws besides MetisSeqError */
  async answer(url: URL): Promise<RestAnswer | undefined> {
    const parts = url.pathname.split('/')
    for (const { parts: pattern, handler } of this.#routes) {
      const params = match(pattern, parts)
      if (params !== undefined) return run(handler, { params, query: url.searchParams })
    }
    return undefined
  }
}

function match(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined
  const params: Record<string, string> = {}
  for (const [i, expected] of pattern.entries()) {
    const part = parts[i] ?? ''
    if (expected.startsWith(':') && part !== '') params[expected.slice(1)] = part
    else if (expected !== part) return undefined
  }
  return params
}

async function run(handler: RestHandler, request: RestRequest): Promise<RestAnswer> {
  try {
    const body = await handler(request)
    return body === undefined ? notFound('nothing is known of it') : { status: 200, body }
  } catch (error) {
    if (!(error instanceof MetisSeqError)) throw error
    const { code, exit, message, next, details } = error
    return { status: error.severity === 'refused' ? 400 : 503, body: { error: { code, exit, message, next, details } } }
  }
}

export function notFound(message: string): RestAnswer {
  return { status: 404, body: { error: { code: 'NOT_FOUND', message } } }
}
