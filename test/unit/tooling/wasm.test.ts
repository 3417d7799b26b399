import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFile, cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const project = fileURLToPath(new URL('../../..', import.meta.url))
const WASM = Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0])

let root: string
const at = (path: string) => join(root, path)
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'metis-seq-wasm-check-'))
  for (const name of ['build-wasm.mjs', 'build-wasm']) {
    await cp(join(project, 'scripts', name), at(`scripts/${name}`), { recursive: true })
  }
  const folders = ['crates/evm/src/read', 'crates/evm/tests', 'crates/threshold/src', 'crates/getrandom/src', 'wasm']
  for (const folder of folders) await mkdir(at(folder), { recursive: true })
  const evm = ['evm/Cargo.toml', 'evm/src/lib.rs', 'evm/src/read/call.rs']
  const threshold = ['threshold', 'getrandom'].flatMap((crate) => [`${crate}/Cargo.toml`, `${crate}/src/lib.rs`])
  for (const path of ['Cargo.toml', 'Cargo.lock', ...evm, ...threshold]) {
    await writeFile(at(`crates/${path}`), `what is in ${path}\n`)
  }
  for (const part of ['evm', 'threshold']) {
    await writeFile(at(`wasm/${part}.wasm`), WASM)
    await writeFile(at(`wasm/${part}.json`), JSON.stringify({ wasm: sha256(WASM), sources: await hashed(part) }))
  }
})
afterEach(() => rm(root, { recursive: true }))

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

async function hashed(part: string): Promise<string> {
  const { hashSources } = await import(pathToFileURL(at('scripts/build-wasm/parts.mjs')).href)
  return hashSources(root, part)
}

const AS_COMMITTED = 'evm: hashes as committed\nthreshold: hashes as committed\n'

/** Without CI, in which the check may build. */
function check(...args: string[]): Promise<{ code: number; stderr: string }> {
  const env = { ...process.env, CI: '', XDG_CACHE_HOME: at('cache') }
  return new Promise((done) => {
    execFile(process.execPath, [at('scripts/build-wasm.mjs'), '--check', ...args], { env }, (error, _, stderr) => {
      done({ code: Number(error?.code ?? 0), stderr })
    })
  })
}

describe('the check of what is committed as wasm', () => {
  it('passes for what is from the sources, wherever they lie', async () => {
    expect(await check()).toEqual({ code: 0, stderr: AS_COMMITTED })
    const moved = `${root} elsewhere`
    await rename(root, moved)
    root = moved
    expect(await check('evm')).toEqual({ code: 0, stderr: 'evm: hashes as committed\n' })
  })

  it('fails for other bytes', async () => {
    await appendFile(at('wasm/evm.wasm'), '\0')
    const { code, stderr } = await check()
    expect(code).toBe(1)
    expect(stderr).toContain('wasm/evm.wasm is not what wasm/evm.json says.\nNext: Run "npm run wasm"')
  })

  it.each([
    ['a source', () => appendFile(at('crates/evm/src/read/call.rs'), '\n')],
    ['the lockfile', () => appendFile(at('crates/Cargo.lock'), '\n')],
    ['the name of a source', () => rename(at('crates/evm/src/read/call.rs'), at('crates/evm/src/read/calls.rs'))],
    ['a new source', () => writeFile(at('crates/evm/src/trie.rs'), '')],
    ['a build script', () => writeFile(at('crates/evm/build.rs'), 'fn main() {}')],
    ['a flag', () => appendFile(at('scripts/build-wasm/parts.mjs'), "PARTS.evm.flags.push('--cfg', 'other')\n")],
    ['a package', () => appendFile(at('scripts/build-wasm/parts.mjs'), "PACKAGES['rustc-web'] = '2'\n")],
  ])('fails after a change of %s', async (_, change) => {
    await change()
    const { code, stderr } = await check()
    expect(code).toBe(1)
    expect(stderr).toContain('crates/evm or its toolchain has changed since wasm/evm.wasm was built.')
  })

  it.each([
    ['a test of the crate', 'crates/evm/tests/blocks.rs'],
    ['a hidden file', 'crates/evm/src/.lib.rs.swp'],
  ])('passes after a change of %s', async (_, path) => {
    await writeFile(at(path), 'other')
    expect(await check()).toEqual({ code: 0, stderr: AS_COMMITTED })
  })

  it('names a part that there is none of, and a file that is missing', async () => {
    expect(await check('evn')).toEqual({
      code: 1,
      stderr: 'Error: "evn" is neither --check, --rebuild nor one of: evm, threshold.\n',
    })
    await rm(at('wasm/evm.json'))
    const { code, stderr } = await check()
    expect([code, stderr]).toEqual([1, expect.stringContaining('There is no wasm/evm.json.')])
  })
})
