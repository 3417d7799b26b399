import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import { boundedText } from '../l1/boundedText.js'

const TIMEOUT = 10_000
const MAX_BYTES = 4 * 1024 * 1024

/**
 * What the node behind `rest` (`http://host:port/v1`) answers to `what`, as `read` reads it.
 * @throws MetisSeqError `NODE_UNREACHABLE` (exit 6), also where `read` throws
 */
export async function readRest<T>(
  rest: string,
  what: 'rotation' | 'status' | 'group',
  signal: AbortSignal | undefined,
  read: (answer: object) => T,
): Promise<T> {
  const url = `${rest.replace(/\/+$/, '')}/${what}`
  const limits = [AbortSignal.timeout(TIMEOUT), ...(signal === undefined ? [] : [signal])]
  try {
    const response = await fetch(url, { signal: AbortSignal.any(limits) })
    if (!response.ok) throw new Error(`it answered ${response.status}`)
    return read((JSON.parse(await boundedText(response, MAX_BYTES)) ?? {}) as object)
  } catch (error) {
    if (signal?.aborted) throw error
    throw new MetisSeqError('NODE_UNREACHABLE', `No ${what} from ${url}: ${messageOf(error)}.`, {
      exit: Exit.network,
      next: 'Check the address, and with `metis-seq devnet nodes` which nodes run.',
      cause: error,
    })
  }
}
