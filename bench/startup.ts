import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Result, rounded } from './result.js'

const ROUNDS = 21
const binary = fileURLToPath(new URL('../bin/run.js', import.meta.url))

/** What is started, beginning with the peer: Node alone. */
const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['node -e 0', ['-e', '0']],
  ['metis-seq --version', [binary, '--version']],
  ['metis-seq --help', [binary, '--help']],
  ['metis-seq keys list', [binary, 'keys', 'list']],
]

/** How long the program takes to start and end, as medians of rounds in which each case has its turn. */
export async function run(): Promise<Result[]> {
  const home = await mkdtemp(join(tmpdir(), 'metis-seq-startup-'))
  try {
    await writeFile(join(home, 'password'), 'of a key that nobody uses')
    const env = {
      ...process.env,
      XDG_CONFIG_HOME: home,
      XDG_DATA_HOME: join(home, 'data'),
      XDG_CACHE_HOME: join(home, 'cache'),
    }
    timed([binary, 'keys', 'new', 'listed', '--password-file', join(home, 'password')], env)
    for (const [, args] of CASES) timed(args, env) // the first start reads from the disk
    const times = CASES.map((): number[] => [])
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, [, args]] of CASES.entries()) times[i]?.push(timed(args, env))
    }
    const medians = times.map(median)
    const peer = medians[0] ?? 0
    return CASES.map(([name], i) => {
      const value = medians[i] ?? 0
      return { case: name, value: rounded(value), unit: 'ms', ratio: i === 0 ? null : rounded(value / peer) }
    })
  } finally {
    await rm(home, { recursive: true })
  }
}

/** Milliseconds of one run. */
function timed(args: readonly string[], env: NodeJS.ProcessEnv): number {
  const begin = performance.now()
  const { status } = spawnSync(process.execPath, args, { env, stdio: 'ignore' })
  const time = performance.now() - begin
  if (status === 0) return time
  throw new Error(`node ${args.join(' ')} ended with ${status}: is it built?`)
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1] ?? 0
}
