// Compiles a part to bytes that depend on its sources and the toolchain alone: not on folders, settings or the machine.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { CARGO_ARGS, flagsOf, sourcesOf, TARGET } from './parts.mjs'

const CARGO = '/usr/bin/cargo'
const RUSTC = '/usr/bin/rustc'
/** Where Debian keeps the sources of Rust's library: the folder, and the link by which rustc finds it. */
const RUST_SOURCES = ['/usr/lib/rustlib/src/rust', realpathOr('/usr/lib/rustlib/src/rust')]

/**
 * Builds a part of the checkout `root` with the target folder `target`.
 * @returns {Buffer} the wasm
 * @throws Error when it does not compile, or is built from a file that its hash does not cover, or names a folder
 */
export function compile(root, name, target) {
  const manifest = join(root, 'crates', name, 'Cargo.toml')
  const cargoHome = resolve(process.env.CARGO_HOME ?? join(homedir(), '.cargo'))
  const env = { ...ownEnvironment(), RUSTC, RUSTC_BOOTSTRAP: '1', CARGO_TARGET_DIR: target, CARGO_INCREMENTAL: '0' }
  const cargo = (args, more = {}) => {
    const { status, error } = spawnSync(CARGO, args, { cwd: root, env: { ...env, ...more }, stdio: ['ignore', 2, 2] })
    if (status !== 0) throw new Error(`"${CARGO} ${args.join(' ')}" failed${error ? `: ${error.message}` : ''}.`)
  }
  // Only once they are fetched is it known which folders the crates lie in: a mirror of the registry has one of its own.
  cargo(['fetch', '--locked', '--target', TARGET, '--manifest-path', manifest])
  const names = [
    ...RUST_SOURCES.map((folder) => [folder, '/rust']),
    [cargoHome, '/cargo'],
    ...registries(cargoHome).map((folder) => [folder, '/crates.io']),
    [join(root, 'crates'), '/crates'],
    [target, '/target'],
  ]
  const flags = [...flagsOf(name), ...names.map(([folder, label]) => `--remap-path-prefix=${folder}=${label}`)]
  const [command, ...rest] = CARGO_ARGS
  cargo([command, '--locked', '--manifest-path', manifest, ...rest], { CARGO_ENCODED_RUSTFLAGS: flags.join('\x1f') })
  const built = join(target, TARGET, 'release', name)
  checkSources(root, name, readFileSync(`${built}.d`, 'utf8'))
  const bytes = readFileSync(`${built}.wasm`)
  const named = [root, cargoHome, target, ...RUST_SOURCES].find((folder) => bytes.includes(folder))
  if (named !== undefined) throw new Error(`crates/${name} comes out with the name of the folder ${named} in it.`)
  return bytes
}

/** The compiler's own line about itself. */
export function compilerVersion() {
  return spawnSync(RUSTC, ['--version'], { encoding: 'utf8' }).stdout.trim()
}

/** The environment without what would change how cargo and rustc build; where cargo finds its registry stays. */
function ownEnvironment() {
  const building = /^(RUST|CARGO_(BUILD|ENCODED|INCREMENTAL|PROFILE|TARGET|UNSTABLE))/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !building.test(name)))
}

function registries(cargoHome) {
  const folder = join(cargoHome, 'registry/src')
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
}

/** Of all files of the checkout that the compiler says it has read, the hash of the sources must know each. */
function checkSources(root, name, dependencies) {
  const known = new Set(sourcesOf(root, name))
  const read = dependencies
    .slice(dependencies.indexOf(': ') + 2)
    .split(/(?<!\\)[ \n]+/)
    .filter((path) => path !== '')
    .map((path) => relative(root, path.replaceAll('\\ ', ' ')).replaceAll('\\', '/'))
  const unknown = read.find((path) => !known.has(path))
  if (unknown === undefined) return
  throw new Error(
    `crates/${name} is built from ${unknown}, which the hash of its sources does not cover.\nNext: Move it below crates/${name}/src, or have sourcesOf in scripts/build-wasm/parts.mjs name it.`,
  )
}

function realpathOr(path) {
  return existsSync(path) ? realpathSync(path) : path
}
