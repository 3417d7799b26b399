// Packs the program, installs the package where there is neither compiler nor python nor install script, and runs it.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const project = join(dirname(fileURLToPath(import.meta.url)), '..')
const target = resolve(process.argv[2] ?? '/tmp/metis-seq-install-proof')
const tools = join(target, 'tools')
mkdirSync(tools, { recursive: true })

const find = (name) =>
  process.env.PATH.split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => exists(path))
const npm = process.env.npm_execpath?.endsWith('.js') ? process.env.npm_execpath : realpathSync(find('npm'))
for (const name of ['sh', 'env']) symlinkSync(find(name), join(tools, name))
symlinkSync(process.execPath, join(tools, 'node'))
const env = { PATH: tools, HOME: process.env.HOME, CI: '1' }

const show = { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' }
const packed = execFileSync(
  process.execPath,
  [npm, 'pack', '--ignore-scripts', '--json', '--pack-destination', target],
  { ...show, cwd: project },
)
const { filename } = JSON.parse(packed)[0]
execFileSync(find('tar'), ['-xf', filename], { ...show, cwd: target })
const root = join(target, 'package')
copyFileSync(join(project, 'package-lock.json'), join(root, 'package-lock.json'))
execFileSync(
  process.execPath,
  [npm, 'ci', '--ignore-scripts', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund'],
  { ...show, cwd: root, env },
)

const version = execFileSync(join(tools, 'node'), ['bin/run.js', '--version'], { ...show, cwd: root, env })
if (!version.startsWith('metis-seq/')) throw new Error(`--version says ${version}`)
// What is native must be there as a binary: secp256k1 alone would fall back to JavaScript without a word.
writeFileSync(
  join(root, 'native.mjs'),
  `import { createRequire } from 'node:module'
   import { ClassicLevel } from 'classic-level'
   import kzg from '@crate-crypto/node-eth-kzg'
   createRequire(import.meta.url)('secp256k1/bindings.js')
   const db = new ClassicLevel('level')
   await db.put('a', 'b')
   if (await db.get('a') !== 'b' || typeof kzg.DasContextJs !== 'function') throw new Error('a native module does not work')
   await db.close()`,
)
execFileSync(join(tools, 'node'), ['native.mjs'], { ...show, cwd: root, env })
const anvil = join(
  root,
  `node_modules/@foundry-rs/anvil-${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}/bin/anvil`,
)
const anvilVersion = execFileSync(anvil, ['--version'], { ...show, env })
console.log(`${version.trim()} and ${anvilVersion.split('\n')[0]} run; the native modules load.`)

function exists(path) {
  try {
    return Boolean(realpathSync(path))
  } catch {
    return false
  }
}
