import { Exit, MetisSeqError } from '../../../../core/errors/index.js'
import type { Block } from '../../../../core/ports/execution.js'
import type { EvmFunction } from '../evm/instance.js'
import { type LogSearch, searchLogs } from '../logs/search.js'
import { reopen } from '../store/reopen.js'
import { StoredChain } from '../store/stored.js'
import { knownBlock } from './ancestors.js'
import type { Position, ReadEngines } from './engines.js'
import { evmRefused, readFailed } from './errors.js'
import { atBlock, tracedTransactions, withFields } from './requests.js'
import type { ReadChain, ReadTask } from './task.js'

/** The reads of one thread. It opens chains when they are first read, and keeps them open until `close`. */
export class ReadWork {
  readonly #engines: ReadEngines
  readonly #chains = new Map<number, StoredChain>()

  constructor(engines: ReadEngines) {
    this.#engines = engines
  }

  /** Answers a task with JSON. @throws MetisSeqError */
  async read(task: ReadTask): Promise<Uint8Array> {
    const chain = await this.#open(task.chain)
    if (task.kind === 'logs') return searchLogs(chain, parsed<LogSearch>(task.body))
    if (task.blockHash === undefined) throw readFailed(`no block is named for "${task.kind}"`)
    const block = knownBlock(chain, task.blockHash)
    const traced = task.kind === 'trace_block' || task.kind === 'trace_transaction'
    const base = traced ? knownBlock(chain, block.parentHash) : block
    chain.requireState(base)
    try {
      return this.#run({ chain, block }, task, base)
    } catch (error) {
      // A sweep may have removed the state under way.
      if (error instanceof MetisSeqError && error.code === 'STATE_INCOMPLETE') chain.requireState(base)
      throw error
    }
  }

  async close(id: number): Promise<void> {
    const chain = this.#chains.get(id)
    this.#chains.delete(id)
    await chain?.close()
  }

  async #open({ id, database }: ReadChain): Promise<StoredChain> {
    const known = this.#chains.get(id)
    if (known !== undefined) return known
    const chain = new StoredChain(await reopen(database))
    this.#chains.set(id, chain)
    return chain
  }

  #run(position: Position, task: ReadTask, base: Block): Uint8Array {
    const [name, request] = requestOf(position, task, base)
    try {
      const reply = this.#engines.invoke(task.chain, position, name, request)
      return task.kind === 'trace_transaction' ? singleTrace(reply) : reply
    } catch (error) {
      throw evmRefused(error)
    }
  }
}

/** The function of the engine that does `task`, and what it is asked. */
function requestOf({ chain, block }: Position, { kind, body }: ReadTask, base: Block): [EvmFunction, Uint8Array] {
  if (kind === 'logs') throw readFailed('the engine has no logs')
  if (kind === 'proof') return [kind, withFields({ root: base.stateRoot }, body)]
  const at = atBlock(block, base.stateRoot)
  if (kind !== 'trace_block' && kind !== 'trace_transaction') return [kind, withFields({ at }, body)]
  const { only } = parsed<{ only?: number }>(body)
  const senders = (chain.receipts(block.hash) ?? []).map(({ from }) => from)
  if (senders.length !== block.transactions.length) throw noReceipts(block)
  return ['trace_block', withFields({ at, transactions: tracedTransactions(block, senders, only) }, body)]
}

const TRACE_HEAD = /^\[\{"txHash":"0x[0-9a-f]{64}","result":$/
const TRACE_HEAD_BYTES = 89
const TRACE_TAIL_BYTES = 2

/** The trace in a list of one, cut out: parsing a large one takes as long as making it. */
function singleTrace(reply: Uint8Array): Uint8Array {
  const head = new TextDecoder().decode(reply.subarray(0, TRACE_HEAD_BYTES))
  if (!TRACE_HEAD.test(head)) throw readFailed(`the engine's traces begin with ${head}`)
  return reply.subarray(TRACE_HEAD_BYTES, reply.length - TRACE_TAIL_BYTES)
}

/** What this program wrote in another thread. */
function parsed<T>(body: Uint8Array): T {
  return JSON.parse(new TextDecoder().decode(body))
}

function noReceipts({ number, hash }: Block): MetisSeqError {
  return new MetisSeqError('BLOCK_UNKNOWN', `The receipts of block ${number} are not stored here.`, {
    exit: Exit.data,
    details: { number, hash },
    next: 'Ask a node that executed this block.',
  })
}
