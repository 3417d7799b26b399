import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import { boundedText } from './boundedText.js'
import { redactUrl } from './url.js'

const MAX_BYTES = 1024 * 1024
const TIMEOUT_MS = 10_000

export interface Answer {
  readonly result: unknown
  /** How long the answer took. */
  readonly millis: number
  /** The server's own clock, in seconds since 1970; null where it does not say. */
  readonly serverTime: number | null
}

/**
 * One JSON-RPC question over HTTP, asked once and never again, so that a check says what the endpoint does now.
 * @throws MetisSeqError `RPC_URL_INVALID` (exit 2), `RPC_UNREACHABLE` (exit 6)
 */
export async function askRpc(url: string, method: string, params: readonly unknown[] = []): Promise<Answer> {
  const { target, headers } = requestOf(url)
  const begin = performance.now()
  try {
    const response = await fetch(target, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const text = await boundedText(response, MAX_BYTES)
    const millis = Math.round(performance.now() - begin)
    const serverTime = Date.parse(response.headers.get('date') ?? '') / 1000
    return { result: resultOf(text, response.status), millis, serverTime: Number.isNaN(serverTime) ? null : serverTime }
  } catch (error) {
    throw unreachable(url, method, error)
  }
}

/** The chain id of an endpoint. @throws MetisSeqError as `askRpc` */
export async function askChainId(url: string): Promise<Answer & { chainId: bigint }> {
  const answer = await askRpc(url, 'eth_chainId')
  return { ...answer, chainId: quantity(answer.result, url, 'eth_chainId') }
}

/** A number as JSON-RPC writes it. @throws MetisSeqError `RPC_UNREACHABLE` (exit 6) */
export function quantity(value: unknown, url: string, what: string): bigint {
  if (typeof value === 'string' && /^0x[0-9a-f]{1,64}$/i.test(value)) return BigInt(value)
  throw unreachable(url, what, new Error('the answer is not a number'))
}

/** `fetch` takes no user and password in a URL. */
function requestOf(url: string): { target: URL; headers: Record<string, string> } {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new MetisSeqError('RPC_URL_INVALID', `"${redactUrl(url)}" is not an http or https URL.`, {
      exit: Exit.usage,
      next: 'Give an endpoint like https://...',
    })
  }
  const target = new URL(url)
  const { username, password } = target
  target.username = ''
  target.password = ''
  if (username === '') return { target, headers: {} }
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')
  return { target, headers: { authorization: `Basic ${credentials}` } }
}

function resultOf(text: string, status: number): unknown {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    throw new Error(`the answer is not JSON (HTTP status ${status})`)
  }
  const { result, error } = (answer ?? {}) as { result?: unknown; error?: { message?: unknown } }
  if (error !== undefined && error !== null) throw new Error(`it says "${String(error.message).slice(0, 120)}"`)
  if (result === undefined) throw new Error(`the answer has no result (HTTP status ${status})`)
  return result
}

/** The error of an endpoint whose answer to `what` is none. */
export function unreachable(url: string, what: string, error: unknown): MetisSeqError {
  const late = error instanceof Error && error.name === 'TimeoutError'
  const text = late ? `no answer in ${TIMEOUT_MS / 1000} s` : reasonOf(error).replace(/https?:\/\/\S+/g, redactUrl)
  return new MetisSeqError('RPC_UNREACHABLE', `The endpoint ${redactUrl(url)} did not answer ${what}: ${text}.`, {
    exit: Exit.network,
    severity: 'temporary',
    next: 'Check the endpoint and your connection, or name another one.',
    details: { url: redactUrl(url) },
  })
}

/** `fetch` says "fetch failed", and why in the cause. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown }
  if (cause === undefined) return messageOf(error)
  const { code } = cause as { code?: unknown }
  return typeof code === 'string' ? code : messageOf(cause)
}
