import { keccak256, utf8 } from '../src/core/codec/index.js'
import type { ThresholdCrypto } from '../src/core/ports/threshold.js'
import { createThresholdCrypto } from '../src/node/threshold/crypto.js'
import { generate, reshare, type Shared, sign } from '../test/support/threshold/ceremonies.js'
import { type Result, rounded } from './result.js'

const GROUPS = [
  [3, 4],
  [5, 7],
] as const
const SIGNATURES = 20
let session = 0
const fresh = () => keccak256(utf8(`session ${++session}`))

/** Ceremonies of all members on this machine, each member with the engine on a thread of its own. */
export async function run(): Promise<Result[]> {
  const results: Result[] = []
  for (const [threshold, members] of GROUPS) {
    const cryptos = await Promise.all(Array.from({ length: members }, () => createThresholdCrypto()))
    try {
      results.push(...(await measure(cryptos, threshold)))
    } finally {
      await Promise.all(cryptos.map((crypto) => crypto.close()))
    }
  }
  return results
}

async function measure(cryptos: readonly ThresholdCrypto[], threshold: number): Promise<Result[]> {
  const group = `${threshold} of ${cryptos.length}`
  const key = await generate(cryptos, threshold, fresh())
  const again = await reshare(cryptos, key, threshold, fresh())
  const line = (name: string, value: number, unit: string): Result => ({
    case: `${group}, ${name}`,
    value: rounded(value),
    unit,
    ratio: null,
  })
  const results = [
    line('generation', key.milliseconds, 'ms'),
    line('generation, on the wire', key.bytes / 1024, 'KiB'),
    line('sharing anew', again.milliseconds, 'ms'),
    line('sharing anew, on the wire', again.bytes / 1024, 'KiB'),
  ]
  return [...results, ...(await signatures(cryptos, again, line))]
}

async function signatures(
  cryptos: readonly ThresholdCrypto[],
  key: Shared,
  line: (...of: [string, number, string]) => Result,
) {
  const signers = Array.from({ length: key.threshold }, (_, i) => i + 1)
  const times: number[] = []
  let bytes = 0
  for (let i = -3; i < SIGNATURES; i++) {
    const effort = await sign(cryptos, key, signers, fresh(), fresh())
    if (i >= 0) times.push(effort.milliseconds)
    bytes = effort.bytes
  }
  times.sort((a, b) => a - b)
  const at = (part: number) => times[Math.min(times.length - 1, Math.floor(part * times.length))] ?? 0
  return [
    line('signature, median', at(0.5), 'ms'),
    line('signature, p95', at(0.95), 'ms'),
    line('signature, on the wire', bytes / 1024, 'KiB'),
  ]
}
