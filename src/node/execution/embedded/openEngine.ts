import { Exit, MetisSeqError } from '../../../core/errors/index.js'
import { osakaTimeOf } from '../../../core/genesis/hardforks.js'
import type { Genesis } from '../../../core/genesis/types.js'
import type { Database } from '../../../core/ports/database.js'
import type { ExecutionEngine } from '../../../core/ports/execution.js'
import type { Hash } from '../../../core/types/hex.js'
import { engineModule } from '../../../engines/module.js'
import { EmbeddedEngine } from './engine.js'
import { Executor, type ExecutorOptions } from './evm/executor.js'
import { Instance } from './evm/instance.js'
import { genesisBlock } from './genesis.js'
import type { KeptStates } from './prune/prune.js'
import { ancestorHash } from './reads/ancestors.js'
import { readEngines } from './reads/engines.js'
import { LightReads } from './reads/light.js'
import { Reads } from './reads/reads.js'
import { sharedSenders } from './senders/senders.js'
import { TransactionDecoder } from './senders/transactions.js'
import type { PhaseListener } from './stopwatch.js'
import { bringForward } from './store/layout.js'
import { ChainStore } from './store/store.js'

export interface EmbeddedEngineOptions {
  /** Opened for this engine alone; it is closed with it. */
  database: Database
  genesis: Genesis['l2']
  /** ms that `execute` spends on transactions; those that are left then wait for the next block. Without it there is no bound. */
  buildBudget?: number
  /** Hears where the time of each block goes, for metrics. */
  onPhase?: PhaseListener
  /** Makes what executes blocks; a test may break it. */
  instantiate?: ExecutorOptions['instantiate']
  /** Which states are kept; all of them without it. The database is then one for several threads. */
  stateHistory?: KeptStates | undefined
}

/**
 * Opens the chain in `database`, or creates it there from `genesis`.
 * @throws MetisSeqError `GENESIS_MISMATCH` (another chain is stored, or the document's hash is not that of its alloc),
 * `GENESIS_INVALID`, `DATA_TOO_NEW`, `DATABASE_FAILED`, `ENGINE_UNREADABLE` (exit 9)
 */
export async function createEmbeddedEngine(options: EmbeddedEngineOptions): Promise<ExecutionEngine> {
  const { database, genesis, stateHistory } = options
  const { chainId } = genesis
  const rules = { chainId, osakaTime: osakaTimeOf(genesis) }
  const [module, senders] = await Promise.all([engineModule('evm'), sharedSenders()])
  await bringForward(database)
  const store = await openChain(database, genesis)
  const parts = {
    chainId,
    store,
    decoder: new TransactionDecoder(chainId, senders),
    light: new LightReads(readEngines(module), rules, store),
    reads: new Reads({ ...rules, database: database.address }),
  }
  const executor = new Executor({
    rules,
    senders,
    state: store,
    ancestorHash: (head, number) => ancestorHash(store, head, number),
    instantiate: options.instantiate ?? ((host) => new Instance(module, host)),
  })
  const engine = new EmbeddedEngine(parts, { executor, senders, ...options })
  if (stateHistory !== undefined) engine.keepStates(database, stateHistory)
  return engine
}

/** The stored chain of `genesis`; where nothing is stored yet it begins with block 0. */
async function openChain(database: Database, genesis: Genesis['l2']): Promise<ChainStore> {
  const store = new ChainStore(database)
  const stored = store.genesis()
  if (stored === undefined) {
    const { block, change } = await genesisBlock(genesis.alloc, genesis)
    if (block.hash !== genesis.hash) throw mismatch(`its alloc makes block 0 ${block.hash}, and it says`, genesis.hash)
    await store.create(block, change)
  } else if (stored !== genesis.hash)
    throw mismatch(`the data belong to the chain of ${stored}, the genesis to`, genesis.hash)
  return store
}

function mismatch(what: string, hash: Hash): MetisSeqError {
  return new MetisSeqError('GENESIS_MISMATCH', `The genesis does not fit: ${what} ${hash}.`, {
    exit: Exit.data,
    severity: 'critical',
    details: { hash },
    next: 'Use the genesis file of this network with its own data directory.',
  })
}
