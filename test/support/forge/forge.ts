import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { type Fragment, FunctionFragment, Interface, type JsonFragment } from 'ethers'
import { forgeBinary, NO_FORGE } from './binary.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const artifacts = join(root, 'contracts/artifacts')

interface Effort {
  seed: number
  /** Sequences of calls of each invariant, and how many calls each has. */
  runs: number
  depth: number
  /** Runs of each fuzz test. */
  fuzz: number
  /** Only these test contracts: a regular expression. */
  only?: string
  /** Contract to replace by other bytecode. */
  instead?: { contract: string; bytecode: string }
}

export interface Outcome {
  test: string
  passed: boolean
  /** Why it failed, with the calls that lead there. */
  reason: string
  /** Calls of an invariant test, runs of a fuzz test, else 1. */
  calls: number
}

interface TestResult {
  status: string
  reason: string | null
  counterexample: { Single: Call } | { Sequence: [number, Call[]] } | null
  kind: { Invariant?: { calls: number }; Fuzz?: { runs: number } }
}

interface Call {
  func_name: string | null
  args: string | null
}

/** Runs of contracts/test in one temporary folder, so that the tests are compiled once. */
export class Forge {
  readonly #binary: string
  readonly #folder: string

  private constructor(binary: string, folder: string) {
    this.#binary = binary
    this.#folder = folder
  }

  /** @throws Error where npm has no forge for this machine */
  static async begin(): Promise<Forge> {
    const binary = forgeBinary()
    if (binary === undefined) throw new Error(NO_FORGE)
    return new Forge(binary, await mkdtemp(join(tmpdir(), 'metis-seq-forge-')))
  }

  async end(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** @throws Error where forge tested nothing, as when the tests don't compile */
  async run(effort: Effort): Promise<Outcome[]> {
    await this.#prepare(effort)
    const only = effort.only === undefined ? [] : ['--match-contract', effort.only]
    const child = spawn(this.#binary, ['test', '--root', root, '--json', ...only], {
      cwd: root,
      // No setting of forge that happens to be in the environment.
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        FOUNDRY_CONFIG: join(this.#folder, 'foundry.toml'),
        METIS_SEQ_ARTIFACTS: join(this.#folder, 'artifacts'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [out, said] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    const outcomes = out.startsWith('{') ? outcomesOf(JSON.parse(out)) : []
    if (outcomes.length === 0) throw new Error(`forge tested nothing:\n${out.slice(0, 4000)}\n${said}`)
    return outcomes
  }

  async #prepare({ seed, runs, depth, fuzz, instead }: Effort): Promise<void> {
    const folder = JSON.stringify(this.#folder).slice(1, -1)
    const settings = [
      '[profile.default]',
      'src = "contracts/src"',
      'test = "contracts/test"',
      'libs = ["node_modules"]',
      'auto_detect_remappings = false',
      'remappings = ["@openzeppelin/=node_modules/@openzeppelin/"]',
      `solc = ${JSON.stringify(join(root, 'scripts/solc.mjs'))}`,
      'evm_version = "paris"',
      'optimizer = true',
      'offline = true',
      `out = "${folder}/out"`,
      `cache_path = "${folder}/cache"`,
      `fs_permissions = [{ access = "read", path = "${folder}/artifacts" }]`,
      '[profile.default.fuzz]',
      `seed = "0x${seed.toString(16)}"`,
      `runs = ${fuzz}`,
      `failure_persist_dir = "${folder}/failed"`,
      '[profile.default.invariant]',
      `runs = ${runs}`,
      `depth = ${depth}`,
      'fail_on_revert = true',
      'shrink_run_limit = 500',
      `failure_persist_dir = "${folder}/failed"`,
    ]
    await rm(join(this.#folder, 'failed'), { recursive: true, force: true })
    await mkdir(join(this.#folder, 'artifacts'), { recursive: true })
    await writeFile(join(this.#folder, 'foundry.toml'), `${settings.join('\n')}\n`)
    await this.#artifacts(instead)
  }

  /** The code that is tested, and the selectors of the functions that change anything. */
  async #artifacts(instead: Effort['instead']): Promise<void> {
    const selectors: Record<string, string[]> = {}
    for (const file of await readdir(artifacts)) {
      const artifact: Artifact = JSON.parse(await readFile(join(artifacts, file), 'utf8'))
      const { contractName, abi } = artifact
      const bytecode = instead?.contract === contractName ? instead.bytecode : artifact.bytecode
      await this.#write(contractName, { bytecode })
      selectors[contractName] = new Interface(abi).fragments.filter(changes).map(({ selector }) => selector)
    }
    await this.#write('selectors', selectors)
  }

  async #write(name: string, content: object): Promise<void> {
    await writeFile(join(this.#folder, 'artifacts', `${name}.json`), JSON.stringify(content))
  }
}

interface Artifact {
  contractName: string
  abi: JsonFragment[]
  bytecode: string
}

function changes(fragment: Fragment): fragment is FunctionFragment {
  return fragment instanceof FunctionFragment && !fragment.constant
}

function outcomesOf(report: Record<string, { test_results: Record<string, TestResult> }>): Outcome[] {
  return Object.entries(report).flatMap(([contract, { test_results }]) =>
    Object.entries(test_results).map(([test, { status, reason, counterexample, kind }]) => ({
      test: `${contract.split(':').at(-1)}.${test}`,
      passed: status === 'Success',
      reason: [reason ?? '', ...callsOf(counterexample)].join('\n'),
      calls: kind.Invariant?.calls ?? kind.Fuzz?.runs ?? 1,
    })),
  )
}

function callsOf(counterexample: TestResult['counterexample']): string[] {
  if (counterexample === null) return []
  const calls = 'Single' in counterexample ? [counterexample.Single] : counterexample.Sequence[1]
  return calls.map(({ func_name, args }) => `  ${func_name ?? 'with'}(${args ?? ''})`)
}
