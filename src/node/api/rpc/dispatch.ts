import type { RpcContext } from './context.js'
import { limitExceeded, RpcCode, RpcError, toRpcError } from './errors.js'
import type { Method } from './method.js'
import { Verbatim } from './verbatim.js'

export interface DispatchOptions {
  context: RpcContext
  methods: ReadonlyMap<string, Method>
  /** Requests in one batch; heavy ones count as several. */
  maxBatch: number
  /** Characters of the answers to one batch. */
  maxResponse: number
  /** Characters of one answer, where its way to the caller is bounded. */
  maxAnswer?: number
  /** Resolves when a request may begin; false where too many wait (see `Pacer`). */
  turn(): Promise<boolean>
  /** Whether the caller is gone, and what is left of its batch is not worth answering. */
  gone?: () => boolean
  /** Of every call that ends; `method` is "unknown" for those that do not exist. */
  onCall?: (method: string, outcome: 'ok' | 'error') => void
  /** Bugs, of which the caller learns nothing. */
  onError: (error: unknown, method: string) => void
}

type Id = string | number | null

const failed = (id: Id, error: RpcError): string => JSON.stringify({ jsonrpc: '2.0', id, error })

/** Answers the text of one request or a batch (JSON-RPC 2.0); undefined where nothing is to be answered. Never throws. */
export async function dispatch(text: string, options: DispatchOptions): Promise<string | undefined> {
  if (!(await options.turn())) return failed(null, busy())
  if (options.gone?.()) return undefined
  let request: unknown
  try {
    request = JSON.parse(text)
  } catch {
    return failed(null, new RpcError(RpcCode.parse, 'parse error: the body is not JSON'))
  }
  return Array.isArray(request) ? answerBatch(request, options) : answer(request, options)
}

async function answerBatch(requests: readonly unknown[], options: DispatchOptions): Promise<string | undefined> {
  if (requests.length === 0) return failed(null, new RpcError(RpcCode.invalidRequest, 'empty batch'))
  if (requests.length > options.maxBatch) {
    return failed(null, limitExceeded(`batch too large: ${requests.length} requests, at most ${options.maxBatch}`))
  }
  const weight = requests.reduce<number>((sum, request) => sum + weightOf(request, options), 0)
  if (weight > options.maxBatch) {
    return failed(null, limitExceeded(`batch too heavy: its requests count as ${weight}, at most ${options.maxBatch}`))
  }
  const answers: string[] = []
  let size = 0
  for (const request of requests) {
    if (options.gone?.()) return undefined
    const next = size > options.maxResponse ? tooLarge(request) : await inTurn(request, options)
    if (next === undefined) continue
    answers.push(next)
    size += next.length
  }
  return answers.length === 0 ? undefined : `[${answers.join(',')}]`
}

/** One of a batch: others may ask, and the node do its own work, between two of them. */
async function inTurn(request: unknown, options: DispatchOptions): Promise<string | undefined> {
  if (await options.turn()) return answer(request, options)
  const id = idOf(request)
  return id === undefined ? undefined : failed(id, busy())
}

function busy(): RpcError {
  return limitExceeded('server busy: too many requests wait')
}

function weightOf(request: unknown, { methods }: DispatchOptions): number {
  return methods.get(parseCall(request)?.method ?? '')?.weight ?? 1
}

function tooLarge(request: unknown): string | undefined {
  const id = idOf(request)
  return id === undefined ? undefined : failed(id, new RpcError(RpcCode.responseTooLarge, 'response too large'))
}

async function answer(request: unknown, options: DispatchOptions): Promise<string | undefined> {
  const call = parseCall(request)
  const id = idOf(request)
  if (call === undefined) return failed(id ?? null, new RpcError(RpcCode.invalidRequest, 'invalid request'))
  const outcome = await run(call, options)
  if (id === undefined) return undefined
  if (outcome instanceof RpcError) return failed(id, outcome)
  const text = succeeded(id, outcome)
  return text.length > (options.maxAnswer ?? Number.POSITIVE_INFINITY) ? tooLarge(request) : text
}

function succeeded(id: Id, outcome: unknown): string {
  if (outcome instanceof Verbatim) return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${outcome.json}}`
  return JSON.stringify({ jsonrpc: '2.0', id, result: outcome ?? null })
}

interface Call {
  method: string
  params: unknown
}

async function run({ method, params }: Call, options: DispatchOptions): Promise<unknown> {
  const found = options.methods.get(method)
  if (found === undefined) {
    options.onCall?.('unknown', 'error')
    return new RpcError(RpcCode.methodNotFound, `the method ${method.slice(0, 64)} does not exist/is not available`)
  }
  try {
    const result = await found(options.context, params)
    options.onCall?.(method, 'ok')
    return result
  } catch (error) {
    options.onCall?.(method, 'error')
    const told = toRpcError(error)
    if (told !== undefined) return told
    options.onError(error, method)
    return new RpcError(RpcCode.internal, 'internal error')
  }
}

function parseCall(request: unknown): Call | undefined {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) return undefined
  const { jsonrpc, method, params } = request as Record<string, unknown>
  if (jsonrpc !== '2.0' || typeof method !== 'string') return undefined
  if ('id' in request && idOf(request) === undefined) return undefined
  return { method, params }
}

/** The id to answer with; undefined for a notification, or an id of another type. */
function idOf(request: unknown): Id | undefined {
  if (typeof request !== 'object' || request === null) return undefined
  const { id } = request as { id?: unknown }
  return typeof id === 'string' || typeof id === 'number' || id === null ? id : undefined
}
