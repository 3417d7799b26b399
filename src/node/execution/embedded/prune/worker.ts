import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { malformed } from '../../../../core/codec/index.js'
import type { DatabaseAddress, DatabaseReader } from '../../../../core/ports/database.js'
import { toHex } from '../hex.js'
import { stateIncomplete } from '../store/incomplete.js'
import { key, rangeOf } from '../store/keys.js'
import { writtenAt } from '../store/nodeEntry.js'
import { reopen } from '../store/reopen.js'
import { StoredChain } from '../store/stored.js'
import { Turns } from '../turns.js'
import { Marks } from './marks.js'
import { walkState } from './walk.js'

/** What is to be kept: the state of block `number`, whose root is `root`, and all that was written after it. */
export interface PruneTask {
  address: DatabaseAddress
  number: number
  root: Uint8Array
}

/** What the thread says. It goes on with each answer `next`, and ends at `stop`. */
export type PruneMessage =
  /** The state is marked; nothing may be written unheard from the answer on. */
  | { what: 'marked'; nodes: number; memory: number }
  /** Hashes of nodes that were garbage when they were read, 32 bytes each; the answer begins the next reading. */
  | { what: 'garbage'; hashes: Uint8Array; read: number }
  | { what: 'swept' }

/** Entries that are read between two answers. */
const PAGE = 4096
const HASH = 32
const NO_BYTES = new Uint8Array(0)
const fail = malformed('STATE_CORRUPT', 'state in the database')

let stopped = false

class Stopped extends Error {}

async function run({ address, number, root }: PruneTask): Promise<void> {
  const database = await reopen(address)
  try {
    const marks = await mark(new StoredChain(database), root)
    await tell({ what: 'marked', nodes: marks.size, memory: marks.memory })
    await sweep(database, marks, number)
    parentPort?.postMessage({ what: 'swept' } satisfies PruneMessage)
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
  } finally {
    await database.close()
  }
}

/** All nodes of the state; nothing takes one of them away meanwhile. */
async function mark(stored: StoredChain, root: Uint8Array): Promise<Marks> {
  const marks = new Marks()
  const turns = new Turns()
  const take = async ({ kind, hash }: { kind: string; hash: Uint8Array }) => {
    await turns.give()
    if (stopped) throw new Stopped()
    if (kind === 'code') return NO_BYTES
    const encoded = stored.node(hash)
    if (encoded === undefined) throw stateIncomplete(`node ${toHex(hash)}`)
    marks.add(hash)
    return encoded
  }
  await walkState(root, take, fail)
  return marks
}

async function sweep(database: DatabaseReader, marks: Marks, number: number): Promise<void> {
  const [first, end] = rangeOf(key.node)
  for (let from = first, read = PAGE; read === PAGE; ) {
    const garbage: Uint8Array[] = []
    read = 0
    for await (const [at, value] of database.entries(from, end, PAGE)) {
      read += 1
      from = at
      const hash = at.subarray(1)
      if (writtenAt(value) <= number && !marks.has(hash)) garbage.push(hash)
    }
    from = Uint8Array.from([...from, 0])
    await tell({ what: 'garbage', hashes: joined(garbage), read })
  }
}

function joined(hashes: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(HASH * hashes.length)
  for (const [i, hash] of hashes.entries()) all.set(hash, HASH * i)
  return all
}

/** Says it and waits for the answer. */
async function tell(message: PruneMessage): Promise<void> {
  if (stopped) throw new Stopped()
  if (parentPort === null) throw new Error('prune/worker.ts runs in a thread')
  const answered = once(parentPort, 'message')
  parentPort.postMessage(message)
  await answered
  if (stopped) throw new Stopped()
}

parentPort?.on('message', (answer: 'next' | 'stop') => {
  stopped ||= answer === 'stop'
})
await run(workerData as PruneTask)
parentPort?.close()
