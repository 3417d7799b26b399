import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePortBase, placeIn, RunningDevnet } from '../test/e2e/devnet/support.js'
import { reorganise, SilentL1 } from '../test/support/processes/l1.js'
import { checkBatches } from '../test/support/processes/witness.js'
import { seededRandom } from '../test/support/random.js'
import { paced, type SoakOptions } from './pace.js'

/** s of silence, at least and at most. */
const SILENCE = [60, 180] as const
const DEEPEST = 12

/** L1 is silent for minutes, dies, and is reorganised by 1 to 12 blocks. */
export async function run(options: SoakOptions): Promise<object[]> {
  const random = seededRandom(options.seed)
  const rows: object[] = []
  const depths = Array.from({ length: DEEPEST }, (_, i) => i + 1)
  for (const round of paced(options, 2 + DEEPEST, () => `${rows.length} troubles`)) {
    const depth = depths[(round - 1) % (DEEPEST + 2)]
    rows.push(await inDevnet((devnet, l1) => trouble(devnet, l1, depth, random)))
  }
  return rows
}

async function inDevnet(work: (devnet: RunningDevnet, l1: SilentL1) => Promise<object>): Promise<object> {
  const root = await mkdtemp(join(tmpdir(), 'metis-seq-l1-'))
  const place = placeIn(root, await freePortBase())
  const devnet = await RunningDevnet.start(place, ['--epoch-length', '3'])
  try {
    await devnet.first('batch')
    return await work(devnet, new SilentL1(place))
  } finally {
    await devnet.end('SIGKILL')
    await rm(root, { recursive: true, force: true })
  }
}

async function trouble(
  devnet: RunningDevnet,
  l1: SilentL1,
  depth: number | undefined,
  random: (below: number) => number,
) {
  if (depth === undefined) return silence(devnet, l1, SILENCE[0] + random(SILENCE[1] - SILENCE[0]))
  await reorganise(devnet.descriptor.l1.url, depth)
  const from = devnet.events.length
  const went = await Promise.race([devnet.ended, devnet.first('batch', () => true, from).catch(() => devnet.ended)])
  if (typeof went === 'object' && went !== null) {
    return { trouble: `reorganised by ${depth}`, took: 'goes on', batches: await checkBatches(devnet.descriptor) }
  }
  if (went !== 9 || !devnet.words.includes('L1_CONTRADICTED')) throw new Error(`ended with ${went}: ${devnet.words}`)
  return { trouble: `reorganised by ${depth}`, took: 'exit 9, L1_CONTRADICTED' }
}

async function silence(devnet: RunningDevnet, l1: SilentL1, seconds: number): Promise<object> {
  const before = await sizeOf(devnet.pid)
  const from = devnet.events.length
  l1.stop()
  await pause(seconds * 1000) // the silence itself is what is tried
  const during = await sizeOf(devnet.pid)
  const blocks = devnet.events.slice(from).filter((each) => each.event === 'block' && each.own).length
  if (blocks < seconds / 3) throw new Error(`${blocks} blocks in ${seconds} s of silence`)
  if (during.sockets > before.sockets + 40) throw new Error(`${during.sockets} descriptors, ${before.sockets} before`)
  if (during.megabytes > before.megabytes + 200) throw new Error(`${during.megabytes} MB, ${before.megabytes} before`)
  l1.go()
  await devnet.first('batch', () => true, devnet.events.length)
  const batches = await checkBatches(devnet.descriptor)
  const [mb, fds] = [`${before.megabytes} to ${during.megabytes}`, `${before.sockets} to ${during.sockets}`]
  return { trouble: `silent for ${seconds} s`, took: 'goes on', batches, blocks, MB: mb, descriptors: fds }
}

async function sizeOf(pid: number): Promise<{ megabytes: number; sockets: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const megabytes = Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024)
  return { megabytes, sockets: (await readdir(`/proc/${pid}/fd`)).length }
}
