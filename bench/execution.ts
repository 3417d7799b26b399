import type { Block } from '../src/core/ports/execution.js'
import { EthereumjsChain } from '../test/support/ethereumjs/index.js'
import { anvilTimes } from './execution/anvil.js'
import { blocksFrom, importAll, openChain, sealAll, timed } from './execution/chain.js'
import { gethTimes } from './execution/geth.js'
import { readsWhileSealing } from './execution/reads.js'
import { type Workload, workload } from './execution/workload.js'
import { type Result, rounded } from './result.js'

/** Transactions that are timed, by the size of their blocks; ethereumjs gets a part of them. */
const COUNTS: readonly (readonly [size: number, count: number])[] = [
  [1, 200],
  [20, 1_000],
  [200, 6_000],
]
const SLOW_PART = 5
/** Before the clock starts: compiled code, warm threads. */
const WARM_UP = 400

/**
 * Durable transfers a second, sealed and imported, beside ethereumjs (in memory), anvil (in memory) and, where it is
 * installed, geth by Engine API. Ratios are to ethereumjs. Then what opening costs, and reads while blocks are sealed.
 */
export async function run(): Promise<Result[]> {
  const results: Result[] = []
  for (const kind of ['ETH', 'ERC-20'] as const) {
    for (const accounts of [10, 100_000]) results.push(...(await compare(await workload(kind, accounts))))
  }
  return [...results, ...(await opening()), ...(await readsWhileSealing())]
}

/** Blocks of one size, and how long they took (ms) to be sealed and imported. */
interface Part {
  size: number
  blocks: readonly Block[]
  sealed: number
  imported: number
}

/** All engines with the same blocks. */
async function compare(load: Workload): Promise<Result[]> {
  const name = `${load.kind}, ${load.accounts} accounts`
  process.stderr.write(`${name}\n`)
  const { warm, parts } = await ours(load)
  const blocks = parts.map((part) => part.blocks)
  const ethereumjs = await ethereumjsTimes(load, warm, blocks)
  const anvil = await anvilTimes(load.genesis, warm, blocks)
  const geth = await gethTimes(load.genesis, warm, blocks)
  return parts.flatMap(({ size, blocks, sealed, imported }, i) => {
    const count = transactionsIn(blocks)
    const base = ethereumjs[i] ?? Number.NaN
    const line = (what: string, milliseconds = Number.NaN): Result => {
      const value = (1000 * count) / milliseconds
      const ratio = rounded(value / base)
      return { case: `${name}, blocks of ${size}: ${what}`, value: rounded(value), unit: 'tx/s', ratio }
    }
    return [
      line('sealed', sealed),
      line('imported', imported),
      line('ethereumjs, in memory', (1000 * count) / base),
      line('anvil over a WebSocket, in memory', anvil[i]?.all),
      line('anvil, mining alone', anvil[i]?.mining),
      ...(geth === undefined ? [] : [line('geth, built', geth[i]?.sealed), line('geth, imported', geth[i]?.imported)]),
    ]
  })
}

async function ours(load: Workload): Promise<{ warm: readonly Block[]; parts: Part[] }> {
  const [builder, importer] = [await openChain(load.genesis), await openChain(load.genesis)]
  try {
    const transfers = load.transfers()
    await sealAll(builder.engine, transfers(WARM_UP), WARM_UP / 4)
    const warm = await blocksFrom(builder.engine, 1)
    await importAll(importer.engine, warm)
    const parts: Part[] = []
    for (const [size, count] of COUNTS) {
      const sent = transfers(count)
      const first = builder.engine.head().number + 1
      const sealed = await timed(() => sealAll(builder.engine, sent, size))
      const blocks = await blocksFrom(builder.engine, first)
      const imported = await timed(() => importAll(importer.engine, blocks))
      parts.push({ size, blocks, sealed, imported })
    }
    return { warm, parts }
  } finally {
    await Promise.all([builder.remove(), importer.remove()])
  }
}

/** Transactions a second that ethereumjs' own block processor executes, with its trie, in memory, by part. */
async function ethereumjsTimes(
  { genesis }: Workload,
  warm: readonly Block[],
  parts: readonly (readonly Block[])[],
): Promise<number[]> {
  const chain = await EthereumjsChain.open(genesis)
  for (const { encoded } of warm) await chain.import(encoded)
  const rates: number[] = []
  for (const [i, blocks] of parts.entries()) {
    const timedPart = blocks.slice(0, Math.ceil(blocks.length / SLOW_PART))
    const time = await timed(async () => {
      for (const { encoded } of timedPart) await chain.import(encoded)
    })
    rates.push((1000 * transactionsIn(timedPart)) / time)
    const rest = i === parts.length - 1 ? [] : blocks.slice(timedPart.length)
    for (const { encoded } of rest) await chain.import(encoded)
  }
  return rates
}

function transactionsIn(blocks: readonly Block[]): number {
  return blocks.reduce((sum, { transactions }) => sum + transactions.length, 0)
}

/** From a closed database to an engine that answers. */
async function opening(): Promise<Result[]> {
  const results: Result[] = []
  for (const accounts of [10, 100_000]) {
    const load = await workload('ERC-20', accounts)
    const chain = await openChain(load.genesis)
    try {
      await sealAll(chain.engine, load.transfers()(WARM_UP), 200)
      const name = `opening a state of ${accounts} accounts`
      const add = (what: string, value: number) =>
        results.push({ case: what, value: rounded(value), unit: 'ms', ratio: null })
      // LevelDB reads its log again: the first time all of the genesis lies there.
      add(`${name}, first after its genesis`, await chain.reopen())
      add(name, await chain.reopen())
    } finally {
      await chain.remove()
    }
  }
  return results
}
