import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { blockAttributes } from '../src/core/chain/attributes.js'
import { systemContracts } from '../src/core/chain/systemContracts.js'
import type { Genesis, GenesisAccount } from '../src/core/genesis/types.js'
import type { ExecutionEngine } from '../src/core/ports/execution.js'
import type { Address } from '../src/core/types/hex.js'
import { createEmbeddedEngine, makeGenesisBlock, type Phase } from '../src/node/execution/embedded/index.js'
import { openDatabase } from '../src/node/storage/level.js'
import { peerTime } from './peer.js'
import { type Result, rounded } from './result.js'
import { CHAIN_ID, funded, METIS, nativeTransfers, tokenTransfers, type Workload } from './workload.js'

const COUNT = 3000
const BLOCK_SIZE = 200
const EMPTY_BLOCKS = 100
const SEQUENCER: Address = `0x${'5e'.repeat(20)}`

/** Durable transfers per second, sealed and imported, where the time goes, and anvil with the same transactions. */
export async function run(): Promise<Result[]> {
  const results: Result[] = []
  for (const workload of [await nativeTransfers(COUNT), await tokenTransfers(COUNT)])
    results.push(...(await compare(workload)))
  return [...results, ...(await emptyBlocks())]
}

async function compare(workload: Workload): Promise<Result[]> {
  const peer = await peerTime(workload, BLOCK_SIZE)
  const perSecond = (milliseconds: number) => (1000 * COUNT) / milliseconds
  const results: Result[] = []
  const add = (what: string, milliseconds: number, ratio: number | null) =>
    results.push({ case: `${workload.name}, ${what}`, value: rounded(perSecond(milliseconds)), unit: 'tx/s', ratio })
  await withEngines(async (builder, importer) => {
    await seal(builder.engine, workload.setup)
    await importer.engine.import(builder.engine.head().encoded)
    const parts: [string, Bench, () => Promise<void>][] = [
      ['sealed', builder, () => sealAll(builder.engine, workload.timed)],
      ['imported', importer, () => importAll(builder.engine, importer.engine)],
    ]
    for (const [what, bench, work] of parts) {
      bench.phases.clear()
      const time = await timed(work)
      add(what, time, rounded(peer.all / time))
      for (const [phase, milliseconds] of bench.phases) {
        const value = rounded(milliseconds / COUNT)
        results.push({ case: `${workload.name}, ${what}: ${phase}`, value, unit: 'ms/tx', ratio: null })
      }
    }
  })
  add('anvil over JSON-RPC, nothing on disk', peer.all, 1)
  add('anvil, mining alone', peer.mining, rounded(peer.all / peer.mining))
  return results
}

async function emptyBlocks(): Promise<Result[]> {
  const results: Result[] = []
  await withEngines(async (builder, importer) => {
    const add = (what: string, time: number) =>
      results.push({ case: `empty block, ${what}`, value: rounded(time / EMPTY_BLOCKS), unit: 'ms', ratio: null })
    const sealing = async () => {
      for (let i = 0; i < EMPTY_BLOCKS; i++) await seal(builder.engine, [])
    }
    add('sealed', await timed(sealing))
    add('imported', await timed(() => importAll(builder.engine, importer.engine)))
  })
  return results
}

interface Bench {
  engine: ExecutionEngine
  /** Milliseconds by phase. */
  phases: Map<Phase, number>
}

async function withEngines(work: (builder: Bench, importer: Bench) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'metis-bench-'))
  const genesis = await benchGenesis()
  const open = async (name: string): Promise<Bench> => {
    const phases = new Map<Phase, number>()
    const onPhase = (phase: Phase, milliseconds: number) =>
      void phases.set(phase, (phases.get(phase) ?? 0) + milliseconds)
    const database = await openDatabase(join(directory, name))
    return { phases, engine: await createEmbeddedEngine({ database, genesis, onPhase }) }
  }
  const [builder, importer] = [await open('builder'), await open('importer')]
  try {
    await work(builder, importer)
  } finally {
    await Promise.all([builder.engine.close(), importer.engine.close()])
    await rm(directory, { recursive: true })
  }
}

async function benchGenesis(): Promise<Genesis['l2']> {
  const alloc: Record<Address, GenesisAccount> = systemContracts()
  for (const address of funded) alloc[address] = { balance: (1000n * METIS).toString() }
  const fields = { timestamp: 1_700_000_000, gasLimit: 100_000_000, baseFee: '1000000000' }
  return { chainId: CHAIN_ID, ...fields, alloc, sequencerSet: SEQUENCER, ...(await makeGenesisBlock(alloc, fields)) }
}

async function seal(engine: ExecutionEngine, transactions: readonly Uint8Array[]): Promise<void> {
  const { hash, timestamp } = engine.head()
  const source = {
    parentHash: hash,
    term: 0,
    sequencer: SEQUENCER,
    l1Origin: 0,
    timestamp: timestamp + 1,
    withdrawals: [],
  }
  const { rejected } = await engine.execute(transactions, blockAttributes(source))
  const [first] = rejected
  if (first !== undefined) throw new Error(`${rejected.length} transactions were left out: ${first.reason}`)
}

async function sealAll(engine: ExecutionEngine, transactions: readonly Uint8Array[]): Promise<void> {
  for (let at = 0; at < transactions.length; at += BLOCK_SIZE)
    await seal(engine, transactions.slice(at, at + BLOCK_SIZE))
}

async function importAll(from: ExecutionEngine, to: ExecutionEngine): Promise<void> {
  for (let number = to.head().number + 1; number <= from.head().number; number++) {
    const block = await from.blockByNumber(number)
    if (block !== undefined) await to.import(block.encoded)
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
