// Builds the parts of the program that are WebAssembly: crates/NAME to wasm/NAME.wasm, and wasm/NAME.json, which says what
// from. `--check` writes nothing and fails when what is committed is not from the sources; it builds only when told to by
// `--rebuild`, and in the CI what this machine has not yet seen to come out of the sources. See docs/building-engines.md.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compile, compilerVersion } from './build-wasm/compile.mjs'
import { hashSources, PACKAGES, PARTS, sha256 } from './build-wasm/parts.mjs'
import { installToolchain, TOOLCHAIN_NEXT, toolchainProblem } from './build-wasm/toolchain.mjs'

const project = join(dirname(fileURLToPath(import.meta.url)), '..')
const inCi = Boolean(process.env.CI)
const REBUILD_NEXT = 'Next: Run "npm run wasm" and commit the folder wasm.'

/** Builds a part into `wasm`. @throws Error that says what failed and what to do */
function build(root, name) {
  const problem = toolchainProblem()
  if (problem !== undefined) throw new Error(`${name} can't be built: ${problem}.\n${TOOLCHAIN_NEXT}`)
  const target = resolve(process.env.CARGO_TARGET_DIR ?? join(root, 'crates/target'))
  const { bytes, record } = made(root, name, target)
  mkdirSync(join(root, 'wasm'), { recursive: true })
  writeFileSync(join(root, `wasm/${name}.wasm`), bytes)
  writeFileSync(join(root, `wasm/${name}.json`), record)
  say(`wasm/${name}.wasm: ${bytes.length} bytes, SHA-256 ${sha256(bytes)}`)
}

/** What a build gives: the bytes, and the text of their record. */
function made(root, name, target) {
  const sources = hashSources(root, name)
  const bytes = compile(root, name, target)
  const record = { wasm: sha256(bytes), sources, toolchain: compilerVersion(), packages: PACKAGES }
  return { bytes, record: `${JSON.stringify(record, null, 2)}\n` }
}

/** Whether what is committed of a part is from its sources. @throws Error that says what is not, and what to do */
function check(root, name, rebuild) {
  const bytes = committed(root, `wasm/${name}.wasm`)
  const text = committed(root, `wasm/${name}.json`).toString()
  const { wasm, sources } = JSON.parse(text)
  if (wasm !== sha256(bytes)) throw new Error(`wasm/${name}.wasm is not what wasm/${name}.json says.\n${REBUILD_NEXT}`)
  if (sources !== hashSources(root, name)) {
    throw new Error(`crates/${name} or its toolchain has changed since wasm/${name}.wasm was built.\n${REBUILD_NEXT}`)
  }
  const stamp = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'metis-seq-ci/wasm', sha256(text))
  if (rebuild || (inCi && !existsSync(stamp))) {
    const problem = rebuiltProblem(root, name, bytes, text)
    if (problem !== undefined && rebuild) throw new Error(`${name} can't be built: ${problem}.\n${TOOLCHAIN_NEXT}`)
    if (problem !== undefined) return say(`${name}: hashes as committed; NOT rebuilt, as ${problem}`)
    mkdirSync(dirname(stamp), { recursive: true })
    writeFileSync(stamp, '')
    return say(`${name}: hashes as committed, and the sources give these bytes`)
  }
  say(`${name}: hashes as committed${existsSync(stamp) ? ', and the sources were seen to give these bytes' : ''}`)
}

/** Compares with a build in a new folder. Why it can't be built here, or undefined. @throws Error when it differs */
function rebuiltProblem(root, name, bytes, text) {
  let problem = toolchainProblem()
  if (problem !== undefined && inCi && installToolchain()) problem = toolchainProblem()
  if (problem !== undefined) return problem
  const target = mkdtempSync(join(tmpdir(), 'metis-seq-wasm-'))
  try {
    const { bytes: again, record } = made(root, name, target)
    if (!again.equals(bytes)) {
      throw new Error(
        `crates/${name} gives ${again.length} bytes, SHA-256 ${sha256(again)}; wasm/${name}.wasm has ${bytes.length}, SHA-256 ${sha256(bytes)}.\n${REBUILD_NEXT}`,
      )
    }
    if (record !== text) throw new Error(`wasm/${name}.json is not as the build writes it.\n${REBUILD_NEXT}`)
  } finally {
    rmSync(target, { recursive: true, force: true })
  }
}

function committed(root, path) {
  if (!existsSync(join(root, path))) throw new Error(`There is no ${path}.\n${REBUILD_NEXT}`)
  return readFileSync(join(root, path))
}

function say(text) {
  process.stderr.write(`${text}\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2)
  const chosen = args.filter((argument) => !argument.startsWith('-'))
  const wrong = args.find((argument) => !['--check', '--rebuild', ...Object.keys(PARTS)].includes(argument))
  try {
    if (wrong !== undefined)
      throw new Error(`"${wrong}" is neither --check, --rebuild nor one of: ${Object.keys(PARTS).join(', ')}.`)
    for (const name of chosen.length > 0 ? chosen : Object.keys(PARTS)) {
      if (args.includes('--check') || args.includes('--rebuild')) check(project, name, args.includes('--rebuild'))
      else build(project, name)
    }
  } catch (error) {
    say(`Error: ${error.message}`)
    process.exitCode = 1
  }
}
