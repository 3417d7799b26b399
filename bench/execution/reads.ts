import { bytesToHex, concatBytes, hexToBytes } from '../../src/core/codec/index.js'
import type { ExecutionEngine } from '../../src/core/ports/execution.js'
import type { Result } from '../result.js'
import { rounded } from '../result.js'
import { openChain, sealAll, timed } from './chain.js'
import { holder, TOKEN, workload } from './workload.js'

const BLOCK_SIZE = 200
const BLOCKS = 40
/** Reads that are under way at once. */
const WIDTH = 32
const BALANCE_OF = `0x70a08231${'00'.repeat(12)}${'5e'.repeat(20)}` as const
/** Sends first of all. */
const HOLDER = bytesToHex(concatBytes(new Uint8Array(12), hexToBytes(holder(0))))
const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'

/** Reads a second while blocks are sealed, and what that costs the sealing. */
export async function readsWhileSealing(): Promise<Result[]> {
  const load = await workload('ERC-20', 10_000)
  const chain = await openChain(load.genesis)
  try {
    const { engine } = chain
    const all = load.transfers()(4 * BLOCKS * BLOCK_SIZE)
    const part = (i: number) => all.slice(i * BLOCKS * BLOCK_SIZE, (i + 1) * BLOCKS * BLOCK_SIZE)
    await sealAll(engine, part(0), BLOCK_SIZE)
    const alone = await timed(() => sealAll(engine, part(1), BLOCK_SIZE))
    const results: Result[] = []
    for (const [i, [name, read]] of Object.entries(READS).entries()) {
      const { reads, time } = await during(sealAll(engine, part(2 + i), BLOCK_SIZE), () => read(engine))
      const second = (1000 * reads) / time
      results.push({ case: `${name} while sealing`, value: rounded(second), unit: 'reads/s', ratio: null })
      results.push({
        case: `sealing during ${name}`,
        value: rounded((1000 * BLOCKS * BLOCK_SIZE) / time),
        unit: 'tx/s',
        ratio: rounded(alone / time),
      })
    }
    return results
  } finally {
    await chain.remove()
  }
}

const READS: Record<string, (engine: ExecutionEngine) => Promise<unknown>> = {
  eth_call: (engine) => engine.call({ to: TOKEN, data: BALANCE_OF }, engine.head().hash),
  'eth_getLogs (one holder, all blocks)': (engine) =>
    engine.logs(
      { fromBlock: 0, toBlock: engine.head().number, addresses: [TOKEN], topics: [[TRANSFER], [HOLDER]] },
      1_000,
    ),
}

async function during(work: Promise<void>, read: () => Promise<unknown>): Promise<{ reads: number; time: number }> {
  let [reads, over] = [0, false]
  const reader = async () => {
    while (!over) {
      await read()
      reads += 1
    }
  }
  const start = performance.now()
  const readers = Promise.all(Array.from({ length: WIDTH }, reader))
  await work
  const time = performance.now() - start
  over = true
  await readers
  return { reads, time }
}
