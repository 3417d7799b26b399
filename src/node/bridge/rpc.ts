import { Exit, MetisSeqError, messageOf } from '../../core/errors/index.js'

export interface JsonRpc {
  /** The result of a call; null where the node knows nothing. @throws MetisSeqError `L1_UNREACHABLE`, `L1_REFUSED` (exit 6) */
  call(method: string, params: readonly unknown[]): Promise<unknown>
}

export interface HttpOptions {
  url: string
  /** ms for a whole answer; 20,000 where absent */
  timeoutMs?: number
  /** Ends every call that is under way. */
  signal?: AbortSignal | undefined
  /** Most bytes of an answer; 64 MiB where absent: a full L1 block is a few of them. */
  maxBytes?: number
}

const MAX_BYTES = 64 * 1024 * 1024
const TIMEOUT = 20_000

/** JSON-RPC over HTTP, one call a request: batches are answered out of order by some nodes. */
export function createJsonRpc(options: HttpOptions): JsonRpc {
  let id = 0
  return {
    async call(method, params) {
      id += 1
      const body = JSON.stringify({ jsonrpc: '2.0', id, method, params })
      const headers = { 'content-type': 'application/json' }
      return resultOf(method, id, await fetchJson(options, { method: 'POST', headers, body }))
    },
  }
}

/** The JSON under a URL, bounded in time and size. @throws MetisSeqError `L1_UNREACHABLE`, `L1_REFUSED` (exit 6, temporary) */
export async function fetchJson(options: HttpOptions, request: RequestInit = {}): Promise<unknown> {
  const { url, timeoutMs = TIMEOUT, maxBytes = MAX_BYTES, signal: ending } = options
  // Not `AbortSignal.any`: Node 20 keeps a trace of each one for as long as the signal that ends them all is there.
  const limit = new AbortController()
  const end = () => limit.abort(new Error('the node closes'))
  const timer = setTimeout(() => limit.abort(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs)
  if (ending?.aborted) end()
  ending?.addEventListener('abort', end)
  try {
    const response = await fetch(url, { ...request, signal: limit.signal })
    const text = await boundedText(response, maxBytes)
    if (!response.ok && !text.startsWith('{')) throw new Error(`HTTP ${response.status}`)
    return JSON.parse(text)
  } catch (error) {
    throw new MetisSeqError('L1_UNREACHABLE', `${hostOf(url)} did not answer as it should: ${reasonOf(error)}.`, {
      exit: Exit.network,
      severity: 'temporary',
      next: 'Check the address and that the node behind it runs.',
      cause: error,
    })
  } finally {
    clearTimeout(timer)
    ending?.removeEventListener('abort', end)
  }
}

async function boundedText(response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return ''
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let [text, length] = ['', 0]
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > maxBytes) throw new Error(`its answer has more than ${maxBytes} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

function resultOf(method: string, id: number, answer: unknown): unknown {
  const { id: answered, result, error } = (answer ?? {}) as Record<string, unknown>
  if (error === undefined && answered === id && result !== undefined) return result
  const { code, message } = (error ?? {}) as Record<string, unknown>
  const reason = typeof message === 'string' ? message.slice(0, 300) : 'its answer is no JSON-RPC'
  throw new MetisSeqError('L1_REFUSED', `L1 answered ${method} with: ${reason}.`, {
    exit: Exit.network,
    severity: 'temporary',
    next: 'Ask another L1 node, or look at why this one refuses.',
    details: { method, reason, code: typeof code === 'number' ? code : null },
  })
}

/** A URL's path or query may be an access key. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'The L1 address'
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? ` (${messageOf(error.cause)})` : ''
  return `${messageOf(error)}${cause}`
}
