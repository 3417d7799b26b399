import { logJson } from '../../../core/chain/logJson.js'
import type { Log } from '../../../core/ports/execution.js'
import type { Address, Hash } from '../../../core/types/hex.js'
import { type BlockRef, blockNumber, numberOf } from './blockRef.js'
import type { RpcContext } from './context.js'
import { invalidParams, limitExceeded, RpcCode, RpcError } from './errors.js'
import { type MethodTable, method } from './method.js'
import { address, hash, list, object, optional, type Parser } from './params.js'
import { Verbatim } from './verbatim.js'

/** The index makes a search of so many as cheap as one of few. */
const MAX_BLOCKS = 100_000
export const MAX_LOGS = 10_000
const MAX_TOPICS = 4
const MAX_ALTERNATIVES = 1_000

/** What a log must match; an empty list and null match anything. */
export interface LogMatch {
  addresses: readonly Address[]
  topics: readonly (readonly Hash[] | null)[]
}

/** One value, or a list of alternatives. */
function oneOrMore<T>(item: Parser<T>): Parser<readonly T[]> {
  const many = list(item, MAX_ALTERNATIVES)
  return (value, name) => (Array.isArray(value) ? many(value, name) : [item(value, name)])
}

const topic: Parser<readonly Hash[] | null> = (value, name) => {
  const anyOf = optional(oneOrMore(hash))(value, name)
  return anyOf === undefined || anyOf.length === 0 ? null : anyOf
}

/** `address` and `topics` of a filter. */
export const logMatch: Parser<LogMatch> = (value, name) => {
  const { address: addresses, topics } = object(value, name)
  return {
    addresses: optional(oneOrMore(address), [])(addresses, `${name}.address`),
    topics: optional(list(topic, MAX_TOPICS), [])(topics, `${name}.topics`),
  }
}

/** Whether a log matches; made once for many logs. */
export function matcher({ addresses, topics }: LogMatch): (log: Log) => boolean {
  const wanted = new Set(addresses)
  const alternatives = topics.map((anyOf) => (anyOf === null ? null : new Set(anyOf)))
  return (log) => {
    if (wanted.size > 0 && !wanted.has(log.address)) return false
    if (alternatives.length > log.topics.length) return false
    return alternatives.every((anyOf, i) => {
      const topic = log.topics[i]
      return anyOf === null || (topic !== undefined && anyOf.has(topic))
    })
  }
}

type Range = { blockHash: Hash } | { from: BlockRef; to: BlockRef }

const logFilter: Parser<LogMatch & { range: Range }> = (value, name) => {
  const { blockHash, fromBlock, toBlock } = object(value, name)
  const ends = optional(blockNumber, { tag: 'latest' })
  if (blockHash === undefined || blockHash === null) {
    const range = { from: ends(fromBlock, `${name}.fromBlock`), to: ends(toBlock, `${name}.toBlock`) }
    return { ...logMatch(value, name), range }
  }
  if ((fromBlock ?? toBlock ?? null) !== null) {
    throw invalidParams(`invalid ${name}: cannot specify both blockHash and fromBlock/toBlock, choose one or the other`)
  }
  return { ...logMatch(value, name), range: { blockHash: hash(blockHash, `${name}.blockHash`) } }
}

async function logsOf({ chain }: RpcContext, match: LogMatch, blockHash: Hash): Promise<readonly Log[]> {
  const receipts = await chain.receipts(blockHash)
  if (receipts === undefined) throw new RpcError(RpcCode.server, 'unknown block')
  const found = receipts.flatMap(({ logs }) => logs.filter(matcher(match)))
  if (found.length > MAX_LOGS) throw limitExceeded(`query returned more than ${MAX_LOGS} results`)
  return found
}

async function logsBetween(
  context: RpcContext,
  match: LogMatch,
  from: BlockRef,
  to: BlockRef,
): Promise<Verbatim | readonly []> {
  if ('hash' in from || 'hash' in to) throw invalidParams('invalid filter: its ends are numbers or tags')
  const head = context.chain.head().number
  const [first, last] = [numberOf(context, from), numberOf(context, to)]
  if (last < first) throw invalidParams(`invalid block range: fromBlock ${first} lies after toBlock ${last}`)
  const toBlock = Math.min(last, head)
  if (toBlock - first + 1 > MAX_BLOCKS) {
    throw limitExceeded(`query exceeds max block range ${MAX_BLOCKS}: ${toBlock - first + 1} blocks`)
  }
  if (toBlock < first) return []
  return new Verbatim((await context.chain.logs({ fromBlock: first, toBlock, ...match }, MAX_LOGS)).json)
}

export const logMethods: MethodTable = {
  eth_getLogs: method([logFilter], async (context, { range, ...match }) => {
    if ('from' in range) return logsBetween(context, match, range.from, range.to)
    return (await logsOf(context, match, range.blockHash)).map((log) => logJson(log))
  }),
}
