import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { blockAttributes } from '../../src/core/chain/attributes.js'
import type { Genesis } from '../../src/core/genesis/types.js'
import type { Block, ExecutionEngine } from '../../src/core/ports/execution.js'
import { createEmbeddedEngine, type Phase } from '../../src/node/execution/embedded/index.js'
import { openDatabase } from '../../src/node/storage/level.js'
import { SEQUENCER } from './workload.js'

/** An engine on a LevelDB of its own, and where its time went. */
export interface Chain {
  engine: ExecutionEngine
  /** Milliseconds by phase. */
  phases: Map<Phase, number>
  /** Closes it and opens it again. @returns the milliseconds until it answers */
  reopen(): Promise<number>
  remove(): Promise<void>
}

export async function openChain(genesis: Genesis['l2']): Promise<Chain> {
  const directory = await mkdtemp(join(tmpdir(), 'metis-bench-'))
  const phases = new Map<Phase, number>()
  const onPhase = (phase: Phase, milliseconds: number) =>
    void phases.set(phase, (phases.get(phase) ?? 0) + milliseconds)
  const open = async () =>
    createEmbeddedEngine({ database: await openDatabase(directory, { shared: true }), genesis, onPhase })
  const chain: Chain = {
    engine: await open(),
    phases,
    reopen: async () => {
      await chain.engine.close()
      return timed(async () => {
        chain.engine = await open()
        await chain.engine.balance(SEQUENCER, chain.engine.head().hash)
      })
    },
    remove: async () => {
      await chain.engine.close()
      await rm(directory, { recursive: true })
    },
  }
  return chain
}

/** Attributes of the block on `parent`. */
export function onTop({ hash, timestamp }: Pick<Block, 'hash' | 'timestamp'>) {
  const place = { parentHash: hash, term: 0, sequencer: SEQUENCER, l1Origin: 0 }
  return blockAttributes({ ...place, timestamp: timestamp + 1, withdrawals: [] })
}

/** Seals `transactions` in blocks of `size`; senders of the next block are recovered while one is executed. */
export async function sealAll(
  engine: ExecutionEngine,
  transactions: readonly Uint8Array[],
  size: number,
): Promise<void> {
  for (let at = 0; at < transactions.length; at += size) {
    void engine.recoverSenders(transactions.slice(at + size, at + 2 * size))
    const block = transactions.slice(at, at + size)
    const { rejected } = await engine.execute(block, onTop(engine.head()))
    const [first] = rejected
    if (first !== undefined) throw new Error(`${rejected.length} transactions were left out: ${first.reason}`)
  }
}

/** Blocks of `engine` from `first` to its head. */
export async function blocksFrom(engine: ExecutionEngine, first: number): Promise<Block[]> {
  const blocks: Block[] = []
  for (let number = first; number <= engine.head().number; number++) {
    const block = await engine.blockByNumber(number)
    if (block !== undefined) blocks.push(block)
  }
  return blocks
}

export async function importAll(engine: ExecutionEngine, blocks: readonly Block[]): Promise<void> {
  for (const [i, { encoded }] of blocks.entries()) {
    void engine.recoverSenders(blocks[i + 1]?.transactions ?? [])
    await engine.import(encoded)
  }
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
