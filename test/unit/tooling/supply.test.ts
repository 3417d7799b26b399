import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const project = fileURLToPath(new URL('../../..', import.meta.url))
const FILES = [
  'package.json',
  'package-lock.json',
  'sbom.cdx.json',
  'wasm/evm.json',
  'wasm/threshold.json',
  'wasm/crates.json',
  'crates/Cargo.lock',
] as const

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'metis-seq-supply-'))
  for (const path of FILES) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await cp(join(project, path), join(root, path))
  }
})
afterEach(() => rm(root, { recursive: true }))

function run(program: string, args: readonly string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile(program, args, { cwd: project, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      done({ code: error?.code ?? 0, stdout, stderr })
    })
  })
}

const check = () => run(process.execPath, ['scripts/supply.mjs', '--check', root])

async function change(path: (typeof FILES)[number], edit: (content: Json) => void): Promise<void> {
  const content = JSON.parse(await readFile(join(root, path), 'utf8'))
  edit(content)
  await writeFile(join(root, path), `${JSON.stringify(content, null, 2)}\n`)
}

// biome-ignore lint/suspicious/noExplicitAny: files of other programs
type Json = any

it('what is committed keeps all rules', async () => {
  expect(await check()).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/^\d+ packages and \d+ crates/),
  })
})

describe('the check', () => {
  it.each<[string, (typeof FILES)[number], (content: Json) => void, string]>([
    [
      'a package from elsewhere',
      'package-lock.json',
      ({ packages }) => {
        packages['node_modules/ws'].resolved = 'https://example.org/ws.tgz'
      },
      'node_modules/ws does not come from https://registry.npmjs.org/',
    ],
    [
      'a package from a folder',
      'package-lock.json',
      ({ packages }) => {
        packages['node_modules/ws'] = { resolved: '../ws', link: true }
      },
      'node_modules/ws does not come from',
    ],
    [
      'a package without a checksum',
      'package-lock.json',
      ({ packages }) => {
        delete packages['node_modules/ws'].integrity
      },
      'node_modules/ws has no checksum',
    ],
    [
      'a weak checksum of a package for development',
      'package-lock.json',
      ({ packages }) => {
        packages['node_modules/vitest'].integrity = 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk='
      },
      'node_modules/vitest has no checksum',
    ],
    [
      'a new install script',
      'package-lock.json',
      ({ packages }) => {
        packages['node_modules/vitest'].hasInstallScript = true
      },
      'node_modules/vitest wants to run a script',
    ],
    [
      'an install script that is gone',
      'package-lock.json',
      ({ packages }) => {
        delete packages['node_modules/keccak'].hasInstallScript
      },
      'names keccak, which has no install script any more',
    ],
    [
      'a script that npm is not told to leave',
      'package.json',
      ({ allowScripts }) => {
        allowScripts.keccak = true
      },
      'does not say no to keccak',
    ],
    [
      'a script that npm is told of alone',
      'package.json',
      ({ allowScripts }) => {
        allowScripts.ws = false
      },
      'names ws, the policy does not',
    ],
    [
      'a licence of a crate',
      'wasm/crates.json',
      (crates) => {
        crates[0].license = 'GPL-3.0-only'
      },
      'has the licence GPL-3.0-only',
    ],
    [
      'a crate that is not the locked one',
      'wasm/crates.json',
      (crates) => {
        crates[0].checksum = '0'.repeat(64)
      },
      'is not as crates/Cargo.lock says',
    ],
    [
      'a crate from elsewhere',
      'wasm/crates.json',
      (crates) => {
        crates[0].source = 'git+https://example.org/crate'
      },
      'comes from git+https://example.org/crate',
    ],
    [
      'a bill that is old',
      'sbom.cdx.json',
      (bill) => {
        bill.components.pop()
      },
      'sbom.cdx.json is out of date',
    ],
  ])('names %s', async (_, path, edit, message) => {
    await change(path, edit)
    const { code, stderr } = await check()
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)])
  })

  it('knows which licences can be met', async () => {
    const names = ['ws', 'ethers', 'conf', 'ora', 'prom-client', 'image-size', 'cli-table3', 'secp256k1']
    const licences = [
      'GPL-3.0-only OR MIT',
      'MIT AND (Apache-2.0 OR GPL-3.0-only)',
      '(MIT)',
      'MIT AND GPL-3.0-only',
      'GPL-3.0-only AND MIT',
      '(MIT OR',
      'SEE LICENSE IN FILE',
      undefined,
    ]
    await change('package-lock.json', ({ packages }) => {
      for (const [i, name] of names.entries()) packages[`node_modules/${name}`].license = licences[i]
    })
    const { stderr } = await check()
    const refused = names.filter((name) => stderr.includes(`node_modules/${name} has the licence`))
    expect(refused).toEqual(['ora', 'prom-client', 'image-size', 'cli-table3', 'secp256k1'])
  })
})

describe('the bill of materials', () => {
  const npm = process.env.npm_execpath?.endsWith('.js') ? [process.execPath, process.env.npm_execpath] : ['npm']
  const ask = async (...args: string[]) => {
    const [program = 'npm', ...first] = npm
    return (await run(program, [...first, ...args, '--package-lock-only'])).stdout
  }
  const bill = async () => JSON.parse(await readFile(join(project, 'sbom.cdx.json'), 'utf8'))

  it('has what npm installs with the program, and each crate', async () => {
    const lines = (await ask('ls', '--omit', 'dev', '--all', '--parseable', '--long')).trim().split('\n').slice(1)
    const installed = lines.map((line) => /:((?:@[^:@]+)?[^:@]+@[^:]+)/.exec(line)?.[1])
    const { components } = await bill()
    const packages = components.filter(({ purl }: Json) => purl !== undefined)
    const names = packages.map(({ name, version }: Json) => `${name}@${version}`)
    expect(names.sort()).toEqual([...new Set(installed)].sort())
    const crates = JSON.parse(await readFile(join(project, 'wasm/crates.json'), 'utf8'))
    for (const part of ['evm', 'threshold']) {
      const engine = components.find((each: Json) => each['bom-ref'] === `wasm/${part}.wasm`)
      const own = crates.filter(({ engines }: Json) => engines.includes(part))
      expect(own.length).toBeGreaterThan(40)
      expect(engine.components.map(({ name }: Json) => name)).toEqual(own.map(({ name }: Json) => name))
    }
  }, 60_000)

  it('says as npm does who needs whom', async () => {
    const { components, dependencies } = JSON.parse(await ask('sbom', '--sbom-format', 'cyclonedx'))
    const purls = new Map<string, string>(components.map((each: Json) => [each['bom-ref'], each.purl]))
    const theirs = new Map(
      dependencies.map(({ ref, dependsOn }: Json) => [
        purls.get(ref),
        [...new Set(dependsOn.map((each: string) => purls.get(each)))].sort(),
      ]),
    )
    const ours = (await bill()).dependencies.filter(({ ref }: Json) => !ref.startsWith('pkg:npm/metis-seq@'))
    expect(ours.length).toBeGreaterThan(100)
    for (const { ref, dependsOn } of ours) expect([ref, dependsOn]).toEqual([ref, theirs.get(ref)])
  }, 60_000)
})

it('the bill and the licences go with the package', async () => {
  const { files } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'))
  expect(files).toEqual(expect.arrayContaining(['sbom.cdx.json', 'wasm/LICENSES.txt', 'LICENSE']))
})
