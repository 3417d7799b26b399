import { keccak256, utf8 } from '../src/core/codec/index.js'
import type { ThresholdCrypto } from '../src/core/ports/threshold.js'
import { createThresholdCrypto } from '../src/node/threshold/crypto.js'
import { generate, reshare, type Shared, sign } from '../test/support/threshold/ceremonies.js'
import { makeGenesis, TestNetwork } from '../test/unit/node/network.js'
import { type Result, rounded } from './result.js'

const GROUPS = [
  [3, 4],
  [5, 7],
] as const
const SIGNATURES = 20
/** Openings are asked for once a term of two blocks, each a second. */
const EPOCH_LENGTH = 2
let session = 0
const fresh = () => keccak256(utf8(`session ${++session}`))

type Line = (name: string, value: number, unit: string, ratio?: number) => Result

/**
 * Ceremonies of the bare engine, each member on a thread of its own; then the same in a running network, whose nodes review the
 * request, keep the guard, talk in sealed messages and put what they say in the record.
 */
export async function run(): Promise<Result[]> {
  const results: Result[] = []
  for (const [threshold, members] of GROUPS) {
    const line: Line = (name, value, unit, ratio) => ({
      case: `${threshold} of ${members}, ${name}`,
      value: rounded(value),
      unit,
      ratio: ratio === undefined ? null : rounded(ratio),
    })
    const cryptos = await Promise.all(Array.from({ length: members }, () => createThresholdCrypto()))
    try {
      const bare = await measure(cryptos, threshold, line)
      results.push(...bare.results, ...(await inNetwork(members, bare, line)))
    } finally {
      await Promise.all(cryptos.map((crypto) => crypto.close()))
    }
  }
  return results
}

interface Bare {
  results: Result[]
  /** ms */
  signature: number
  sharing: number
}

async function measure(cryptos: readonly ThresholdCrypto[], threshold: number, line: Line): Promise<Bare> {
  const key = await generate(cryptos, threshold, fresh())
  const again = await reshare(cryptos, key, threshold, fresh())
  const { bytes, times } = await signatures(cryptos, again)
  const signature = at(times, 0.5)
  const results = [
    line('generation', key.milliseconds, 'ms'),
    line('generation, on the wire', key.bytes / 1024, 'KiB'),
    line('sharing anew', again.milliseconds, 'ms'),
    line('sharing anew, on the wire', again.bytes / 1024, 'KiB'),
    line('signature, median', signature, 'ms'),
    line('signature, p95', at(times, 0.95), 'ms'),
    line('signature, on the wire', bytes / 1024, 'KiB'),
  ]
  return { results, signature, sharing: again.milliseconds }
}

async function signatures(cryptos: readonly ThresholdCrypto[], key: Shared) {
  const signers = Array.from({ length: key.threshold }, (_, i) => i + 1)
  const times: number[] = []
  let bytes = 0
  for (let i = -3; i < SIGNATURES; i++) {
    const effort = await sign(cryptos, key, signers, fresh(), fresh())
    if (i >= 0) times.push(effort.milliseconds)
    bytes = effort.bytes
  }
  return { times, bytes }
}

/** From the request in the record to the signed transaction there; and from the wish for new shares to those in force. */
async function inNetwork(members: number, bare: Bare, line: Line): Promise<Result[]> {
  const stakes = Array.from({ length: members }, () => 100_000n)
  const network = await TestNetwork.start(
    await makeGenesis({ stakes, epochLength: EPOCH_LENGTH, stallTimeout: 30_000 }),
  )
  try {
    const signed = () => network.node(0).group().signatures
    const times = new Map<string, number>()
    await network.until(() => {
      for (const { request, requestedAt, signedAt } of signed()) times.set(request, signedAt - requestedAt)
      return times.size >= SIGNATURES + 2
    })
    // The first two wait for the engine to be loaded.
    const later = [...times.values()].slice(2)
    const began = performance.now()
    for (const node of network.running()) node.refreshGroup()
    await network.until(() => network.node(0).group().sharing?.ready === true)
    const shared = performance.now() - began
    const median = at(later, 0.5)
    return [
      line(
        'request to signed transaction, median (ratio: to the bare signature)',
        median,
        'ms',
        median / bare.signature,
      ),
      line('request to signed transaction, p95', at(later, 0.95), 'ms'),
      line('refresh, until all can sign (ratio: to the bare sharing)', shared, 'ms', shared / bare.sharing),
    ]
  } finally {
    await network.close()
  }
}

function at(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0
}
