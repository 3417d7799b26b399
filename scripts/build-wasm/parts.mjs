// What the WebAssembly parts are built from and with. Nothing here needs a compiler.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** By name: the crate `crates/NAME`, whose library is called NAME too, what rustc is told for it beside `FLAGS`, and our other crates in it. */
export const PARTS = {
  evm: { flags: [], crates: [] },
  // 64-bit limbs, which its bignum library takes by itself, are two and a half times as slow; the host gives the randomness.
  threshold: { flags: ['--cfg=cpubits="32"', '--cfg=getrandom_backend="custom"'], crates: ['getrandom'] },
}

/**
 * The Debian packages that decide what bytes come out, at the versions that the committed bytes are from. Debian 12 names
 * a compiler that is newer than its own `-web`; it has no library for wasm32, which is therefore built from `rust-web-src`.
 */
export const PACKAGES = {
  'rustc-web': '1.96.0+dfsg1-1~deb12u2',
  'cargo-web': '1.96.0+dfsg1-1~deb12u2',
  'rust-web-src': '1.96.0+dfsg1-1~deb12u2',
  libllvm22: '1:22.1.8-1~deb12u1',
  'lld-14': '1:14.0.6-12',
}

export const TARGET = 'wasm32-unknown-unknown'
export const CARGO_ARGS = ['build', '--release', '--lib', '--target', TARGET, '-Zbuild-std=std,panic_abort']
const FLAGS = ['-Ctarget-feature=+simd128', '-Clinker-flavor=wasm-ld', '-Clinker=/usr/bin/wasm-ld-14']

/** What rustc is told for a part, but for the folders that it must not name. */
export function flagsOf(name) {
  return [...FLAGS, ...PARTS[name].flags]
}

/**
 * The files below `root` that a part is built from, as sorted paths with `/`: the workspace's manifest and lockfile, and of each
 * crate its manifest, its build script and all below its `src` but hidden files. What is in `tests` does not enter the build.
 * @throws Error when there is no such crate
 */
export function sourcesOf(root, name) {
  const workspace = ['crates/Cargo.toml', 'crates/Cargo.lock']
  for (const path of workspace) if (!existsSync(join(root, path))) throw new Error(`There is no ${path}.`)
  return [
    ...workspace,
    ...[name, ...PARTS[name].crates].flatMap((each) => sourcesOfCrate(root, `crates/${each}`)),
  ].sort()
}

function sourcesOfCrate(root, crate) {
  const single = [`${crate}/Cargo.toml`]
  if (!existsSync(join(root, crate, 'Cargo.toml'))) throw new Error(`There is no ${crate}/Cargo.toml.`)
  if (existsSync(join(root, crate, 'build.rs'))) single.push(`${crate}/build.rs`)
  const below = readdirSync(join(root, crate, 'src'), { recursive: true })
    .map((path) => `${crate}/src/${path.replaceAll('\\', '/')}`)
    .filter((path) => !/\/\./.test(path) && statSync(join(root, path)).isFile())
  return [...single, ...below]
}

/** SHA-256 over what a part is built with (packages, arguments, flags) and from (each file's path, length and bytes). */
export function hashSources(root, name) {
  const hash = createHash('sha256').update(JSON.stringify([PACKAGES, CARGO_ARGS, flagsOf(name)]))
  for (const path of sourcesOf(root, name)) {
    const bytes = readFileSync(join(root, path))
    hash.update(`\n${path} ${bytes.length}\n`).update(bytes)
  }
  return hash.digest('hex')
}

/** SHA-256 of bytes, as in `wasm/NAME.json`. */
export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}
