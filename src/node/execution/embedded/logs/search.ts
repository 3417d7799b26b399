import { utf8 } from '../../../../core/codec/index.js'
import { Exit, MetisSeqError } from '../../../../core/errors/index.js'
import type { LogFilter } from '../../../../core/ports/execution.js'
import { fromHex } from '../hex.js'
import type { StoredChain } from '../store/stored.js'
import { BlockLogs, type LogTest, logTest } from './blockLogs.js'
import { addressMark, anyMark, eventMark, type Mark, topicMark } from './logIndex.js'

/** More alternatives than this no filter may have. */
const MAX_ALTERNATIVES = 1000
/** Blocks that are searched in one go. */
const WINDOW = 16_384

/** What is searched for, and how many logs may be found at most. */
export interface LogSearch {
  filter: LogFilter
  limit: number
}

/**
 * The logs of canonical blocks that a filter matches, in order: a JSON list, as JSON-RPC writes them.
 * @throws MetisSeqError `LOG_LIMIT`
 */
export async function searchLogs(chain: StoredChain, { filter, limit }: LogSearch): Promise<Uint8Array> {
  const { fromBlock, toBlock } = filter
  const lists = listsOf(filter)
  const test = logTest(filter)
  const found: string[] = []
  for (let from = fromBlock; from <= toBlock; from += WINDOW) {
    const to = Math.min(toBlock, from + WINDOW - 1)
    for (const number of await chain.logIndex.blocks(lists, from, to)) {
      found.push(...logsOf(chain, number, test))
      if (found.length > limit) throw tooMuch(`it matches more than ${limit} logs`, limit)
    }
  }
  return utf8(`[${found.join(',')}]`)
}

function logsOf(chain: StoredChain, number: number, test: LogTest): string[] {
  const hash = chain.canonicalHash(number)
  const receipts = hash && chain.encodedReceipts(hash)
  if (hash === undefined || receipts === undefined) return []
  return new BlockLogs(number, hash, receipts, () => chain.encodedBlock(hash)).matching(test)
}

/** The marks of which a block must have one of each list. */
function listsOf({ addresses = [], topics = [] }: LogFilter): Mark[][] {
  const given = [addresses, ...topics.map((topic) => topic ?? [])]
  const alternatives = given.reduce((sum, list) => sum + list.length, 0)
  if (alternatives > MAX_ALTERNATIVES) throw tooMuch(`it names ${alternatives} addresses and topics`, MAX_ALTERNATIVES)
  const [events = [], ...others] = topics.map((topic) => (topic ?? []).map(fromHex))
  const contracts = addresses.map(fromHex)
  const lists = others.map((topic, i) => topic.map((each) => topicMark(i + 1, each)))
  if (contracts.length > 0 && events.length > 0 && contracts.length * events.length <= MAX_ALTERNATIVES) {
    lists.push(contracts.flatMap((address) => events.map((topic) => eventMark(address, topic))))
  } else {
    lists.push(
      contracts.map(addressMark),
      events.map((topic) => topicMark(0, topic)),
    )
  }
  const asked = lists.filter((list) => list.length > 0)
  // A filter with empty places at its end wants logs with as many topics, whatever they are: what is there decides.
  return asked.length === 0 ? [[anyMark]] : asked
}

function tooMuch(reason: string, limit: number): MetisSeqError {
  return new MetisSeqError('LOG_LIMIT', `The log filter asks for too much: ${reason}.`, {
    exit: Exit.usage,
    details: { limit },
    next: 'Ask for fewer blocks, or name an address or topic.',
  })
}
