import { bloomTest } from '../../../core/chain/bloom.js'
import { Exit, MetisSeqError } from '../../../core/errors/index.js'
import type { Log, LogFilter } from '../../../core/ports/execution.js'
import { fromHex } from './hex.js'
import type { ChainStore } from './store.js'

/** More alternatives than this no filter may have. */
const MAX_ALTERNATIVES = 1000

/** The logs of canonical blocks that `filter` matches, in order. @throws MetisSeqError `LOG_LIMIT` above `limit` logs */
export async function searchLogs(store: ChainStore, filter: LogFilter, limit: number): Promise<readonly Log[]> {
  const { fromBlock, toBlock, addresses = [], topics = [] } = filter
  const lists = [addresses, ...topics.map((topic) => topic ?? [])].filter((list) => list.length > 0)
  const alternatives = lists.reduce((sum, list) => sum + list.length, 0)
  if (alternatives > MAX_ALTERNATIVES) throw tooMuch(`it names ${alternatives} addresses and topics`, MAX_ALTERNATIVES)
  const tests = lists.map((list) => list.map((item) => bloomTest(fromHex(item))))
  const found: Log[] = []
  if (toBlock < fromBlock) return found
  for await (const [number, bloom] of store.blooms(fromBlock, toBlock)) {
    if (!tests.every((anyOf) => anyOf.some((test) => test(bloom)))) continue
    const hash = store.canonicalHash(number)
    const receipts = hash === undefined ? undefined : store.receipts(hash)
    for (const { logs } of receipts ?? []) found.push(...logs.filter((log) => matches(log, filter)))
    if (found.length > limit) throw tooMuch(`it matches more than ${limit} logs`, limit)
  }
  return found
}

function matches(log: Log, { addresses = [], topics = [] }: LogFilter): boolean {
  if (addresses.length > 0 && !addresses.includes(log.address)) return false
  if (topics.length > log.topics.length) return false
  return topics.every((anyOf, i) => {
    const topic = log.topics[i]
    return anyOf === null || anyOf.length === 0 || (topic !== undefined && anyOf.includes(topic))
  })
}

function tooMuch(reason: string, limit: number): MetisSeqError {
  return new MetisSeqError('LOG_LIMIT', `The log filter asks for too much: ${reason}.`, {
    exit: Exit.usage,
    details: { limit },
    next: 'Ask for fewer blocks, or name an address or topic.',
  })
}
