import { monitorEventLoopDelay } from 'node:perf_hooks'
import { systemContracts } from '../src/core/chain/systemContracts.js'
import type { Genesis, GenesisAccount } from '../src/core/genesis/types.js'
import type { ExecutionEngine } from '../src/core/ports/execution.js'
import type { Address, Hash } from '../src/core/types/hex.js'
import { openChain } from './execution/chain.js'
import { genesisWith } from './execution/workload.js'
import { type Result, rounded } from './result.js'

/** Returns a slot. */
const GETTER: Address = `0x${'c0'.repeat(20)}`
/** Counts down from ten million, which no gas is enough for. */
const SPINNER: Address = `0x${'c1'.repeat(20)}`
const CALLS = 2_000
const SPINS = 8

/** How long reads take, and how long they hold up the thread that seals blocks. */
export async function run(): Promise<Result[]> {
  const { engine, remove } = await openChain(await benchGenesis())
  try {
    return await measure(engine, engine.head().hash)
  } finally {
    await remove()
  }
}

async function measure(engine: ExecutionEngine, at: Hash): Promise<Result[]> {
  const getter = () => engine.call({ to: GETTER }, at)
  const spin = () => engine.call({ to: SPINNER }, at)
  const [first] = await timed(getter)
  const [single] = await timed(async () => {
    for (let i = 0; i < CALLS; i++) await getter()
  })
  const [many] = await timed(async () => {
    for (let i = 0; i < CALLS; i += 100) await Promise.all(Array.from({ length: 100 }, getter))
  })
  const [light] = await timed(async () => {
    for (let i = 0; i < CALLS; i++) await engine.storageAt(GETTER, `0x${'00'.repeat(32)}`, at)
  })
  const [spins, held] = await timed(async () => {
    for (let i = 0; i < SPINS; i++) await spin()
  })
  return [
    { case: 'the first call, which starts a thread', value: rounded(first), unit: 'ms', ratio: null },
    { case: 'a call after the other', value: rounded(single / CALLS), unit: 'ms', ratio: null },
    { case: 'calls, 100 at once', value: rounded((1000 * CALLS) / many), unit: '1/s', ratio: null },
    { case: 'a slot, in the thread that asks', value: rounded(light / CALLS), unit: 'ms', ratio: null },
    { case: 'a call of 50 million gas', value: rounded(spins / SPINS), unit: 'ms', ratio: null },
    { case: 'longest wait of the main thread meanwhile', value: rounded(held), unit: 'ms', ratio: null },
  ]
}

function benchGenesis(): Promise<Genesis['l2']> {
  const alloc: Record<Address, GenesisAccount> = systemContracts()
  const slot: Hash = `0x${'00'.repeat(32)}`
  alloc[GETTER] = { balance: '0', code: '0x5f545f5260205ff3', storage: { [slot]: `0x${'11'.repeat(32)}` } }
  alloc[SPINNER] = { balance: '0', code: '0x629896805b6001900380600457' }
  return genesisWith(alloc)
}

/** ms that `work` took, and the longest that the main thread could not turn to something else meanwhile. */
async function timed(work: () => Promise<unknown>): Promise<[took: number, held: number]> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const start = performance.now()
  await work()
  const took = performance.now() - start
  delay.disable()
  return [took, delay.max / 1e6]
}
