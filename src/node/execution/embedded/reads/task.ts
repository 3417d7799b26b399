import type { DatabaseAddress } from '../../../../core/ports/database.js'
import type { Hash } from '../../../../core/types/hex.js'
import type { ChainRules } from '../evm/wire.js'
import type { PostedError } from './errors.js'

/** What can be read in a thread. */
export type ReadKind =
  | ('call' | 'estimate' | 'access_list' | 'proof' | 'simulate' | 'logs')
  | ('trace_call' | 'trace_block' | 'trace_transaction')

/** A chain, as a thread finds it. */
export interface ReadChain extends ChainRules {
  /** Its own in this process. */
  id: number
  database: DatabaseAddress
}

export interface ReadTask {
  chain: ReadChain
  kind: ReadKind
  /** The block on whose state it runs, or which is traced; of no meaning for logs. */
  blockHash?: Hash
  /** JSON, as `readWork.ts` takes it. */
  body: Uint8Array
}

export type ToThread = { read: ReadTask } | { close: number }

/** `ready`: it takes tasks. `answer`: JSON. `closed`: it has let go of that chain. */
export type FromThread = { ready: true } | { answer: Uint8Array } | { error: PostedError } | { closed: number }

/** How long a read may take, in ms. Heavy ones usually take long: they leave room for others. */
export const READ_LIMITS: Readonly<Record<ReadKind, { time: number; heavy: boolean }>> = {
  call: { time: 5_000, heavy: false },
  estimate: { time: 5_000, heavy: false },
  access_list: { time: 5_000, heavy: false },
  proof: { time: 5_000, heavy: false },
  logs: { time: 5_000, heavy: false },
  simulate: { time: 5_000, heavy: true },
  trace_call: { time: 5_000, heavy: true },
  trace_transaction: { time: 5_000, heavy: true },
  trace_block: { time: 10_000, heavy: true },
}
