import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compilerInput } from '../build-contracts.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url))
const IMPORT = /^import\s+(?:[^"';]*from\s+)?"([^"]+)";/gm
/** Succeeds with a Python that the pinned wheels are for, and that can make an environment. */
const SUITS = 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'
const MOST_BYTES = 64 * 1024 * 1024

/** What slither finds in contracts/src; undefined where there is no Python that could run it. @throws Error where it does not run */
export async function slither() {
  const python = environment()
  if (python === undefined) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'metis-seq-slither-'))
  try {
    const input = join(folder, 'input.json')
    writeFileSync(input, JSON.stringify(wholeInput()))
    const args = ['--compile-force-framework', 'Solc-json', '--solc', join(root, 'scripts/solc.mjs')]
    const said = run(python, [
      '-m',
      'slither',
      input,
      ...args,
      '--filter-paths',
      'node_modules/',
      '--fail-none',
      '--json',
      '-',
    ])
    const { success, error, results } = JSON.parse(said)
    if (!success) throw new Error(`slither failed: ${error}`)
    return results.detectors ?? []
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The Python of an environment that has slither, outside of the checkout so that it is there the next time. */
function environment() {
  const found = ['python3', 'python'].find((each) => spawnSync(each, ['-c', SUITS]).status === 0)
  if (found === undefined || process.platform === 'win32') return undefined
  const version = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16)
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  const folder = join(cache, `metis-seq-ci/slither-${version}`)
  const python = join(folder, 'bin/python')
  const whole = join(folder, 'installed')
  if (!existsSync(whole)) {
    run(found, ['-m', 'venv', '--clear', folder])
    run(python, [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--no-deps',
      '--require-hashes',
      '--only-binary=:all:',
      '-r',
      requirements,
    ])
    writeFileSync(whole, '')
  }
  return python
}

function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: MOST_BYTES,
  })
  if (status !== 0) throw new Error(`"${command} ${args.join(' ')}" failed: ${error?.message ?? stderr}`)
  return stdout
}

/** The compiler's input with every file in it, since slither's compiler is asked for no import. */
function wholeInput() {
  const input = compilerInput()
  const paths = Object.keys(input.sources)
  for (const path of paths) {
    for (const [, name] of input.sources[path].content.matchAll(IMPORT)) {
      const imported = name.startsWith('.') ? posix.join(posix.dirname(path), name) : `node_modules/${name}`
      if (input.sources[imported] !== undefined) continue
      input.sources[imported] = { content: readFileSync(join(root, imported), 'utf8') }
      paths.push(imported)
    }
  }
  const outputs = ['abi', 'metadata', 'devdoc', 'userdoc', 'evm.bytecode', 'evm.deployedBytecode']
  input.settings.remappings = ['@openzeppelin/=node_modules/@openzeppelin/']
  input.settings.outputSelection = { '*': { '*': outputs, '': ['ast'] } }
  return input
}
