// Installs and builds when that is due; `npm start` and `npm test` call it first. No dependencies, and not a byte on stdout.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const NEEDED = [20, 20]
const TURN_MS = 600_000
const POLL_MS = 100
const project = join(dirname(fileURLToPath(import.meta.url)), '..')

/** Brings `node_modules`, `dist` and the command manifest up to date. @throws Error that says what failed and what to do */
export async function setUp(root = project) {
  checkNode()
  if (!installDue(root) && !buildDue(root)) return
  const release = takeTurn(root)
  try {
    if (installDue(root)) install(root)
    if (buildDue(root)) build(root)
  } finally {
    release()
  }
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return
  throw new Error(
    `metis-seq needs Node ${NEEDED.join('.')} or newer; this is ${process.version}.\nNext: Install it from https://nodejs.org.`,
  )
}

/** Two that start at once in one checkout must not install or build over each other: the second waits for the first. */
function takeTurn(root) {
  const lock = join(tmpdir(), `metis-seq-setup-${fingerprint([root]).slice(0, 16)}.lock`)
  const bell = new Int32Array(new SharedArrayBuffer(4))
  for (let waited = 0; waited < TURN_MS; waited += POLL_MS) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
      return () => rmSync(lock, { force: true })
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (waited === 0) say('Waiting for another setup of this folder ...')
    const holder = Number(readText(lock)) // 0 for a moment, until it has written its id
    if (holder > 0 && !isAlive(holder)) rmSync(lock, { force: true })
    else Atomics.wait(bell, 0, 0, POLL_MS)
  }
  throw new Error(`Another setup holds ${lock} for too long.\nNext: End that process, or remove the file.`)
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}

const installStamp = (root) => join(root, 'node_modules/.metis-seq-setup')
const buildStamp = (root) => join(root, 'dist/.metis-seq-build')

function installWanted(root) {
  return fingerprint([readFileSync(join(root, 'package-lock.json')), process.platform, process.arch])
}

function installDue(root) {
  return readText(installStamp(root)) !== installWanted(root)
}

function install(root) {
  const wanted = installWanted(root)
  if (!installed(root)) {
    say('Installing the packages (npm ci) ...')
    // Every package ships its binaries, so no install script is needed and none runs.
    npm(root, ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund'])
  }
  writeFileSync(installStamp(root), wanted)
}

/** Whether `node_modules` already holds what the lockfile says, as after an `npm install` by hand. */
function installed(root) {
  const present = readText(join(root, 'node_modules/.package-lock.json'))
  if (!present) return false
  const have = JSON.parse(present).packages
  const want = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  return Object.entries(want).every(([path, { version, optional }]) => {
    return path === '' || have[path]?.version === version || (optional && !have[path])
  })
}

function npm(root, args) {
  const cli = process.env.npm_execpath
  const [command, first] = cli?.endsWith('.js') ? [process.execPath, [cli]] : ['npm', []]
  const shell = process.platform === 'win32' && command === 'npm'
  run(
    root,
    command,
    [...first, ...args],
    'Next: Check the network and the npm registry settings, then try again.',
    shell,
  )
}

function buildWanted(sources) {
  return fingerprint(sources.map(({ path, size, mtime }) => `${path} ${size} ${mtime}\n`))
}

function buildDue(root) {
  const stamp = readText(buildStamp(root))
  return stamp !== buildWanted(sourceFiles(root)) || !existsSync(join(root, 'oclif.manifest.json'))
}

function build(root) {
  const sources = sourceFiles(root)
  say('Building ...')
  rmSync(buildStamp(root), { force: true })
  const info = join(root, 'dist/.tsbuildinfo')
  const outputs = new Set(sources.flatMap(({ path }) => outputsOf(path)))
  // An incremental build does not write again what somebody deleted.
  if ([...outputs].some((path) => path.endsWith('.js') && !existsSync(join(root, path)))) rmSync(info, { force: true })
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const args = [tsc, '-p', 'tsconfig.json', '--incremental', '--tsBuildInfoFile', info]
  run(root, process.execPath, args, 'Next: Mend the errors above.')
  removeStale(root, outputs)
  run(root, process.execPath, [join(project, 'scripts/manifest.mjs'), root], 'Next: Mend the command named above.')
  writeFileSync(buildStamp(root), buildWanted(sources))
}

function sourceFiles(root) {
  const config = ['package.json', 'tsconfig.json', 'package-lock.json'].map((name) => join(root, name))
  const files = [...config, ...filesUnder(join(root, 'src'))]
  return files.map((file) => {
    const { size, mtimeMs } = statSync(file)
    return { path: relative(root, file).replaceAll('\\', '/'), size, mtime: mtimeMs }
  })
}

function outputsOf(source) {
  const [, stem] = /^src\/(.*)\.ts$/.exec(source) ?? []
  if (stem) return ['.js', '.js.map', '.d.ts'].map((end) => `dist/${stem}${end}`)
  return source.startsWith('src/') ? [source.replace(/^src/, 'dist')] : []
}

/** What no source gives any more must go: a command that was removed would linger. */
function removeStale(root, outputs) {
  const own = ['dist/.tsbuildinfo', 'dist/.metis-seq-build']
  for (const file of filesUnder(join(root, 'dist'))) {
    const path = relative(root, file).replaceAll('\\', '/')
    if (!outputs.has(path) && !own.includes(path)) rmSync(file)
  }
}

function filesUnder(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

function run(root, command, args, next, shell = false) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], shell })
  if (status !== 0)
    throw new Error(`"${[command, ...args].join(' ')}" failed${error ? `: ${error.message}` : ''}.\n${next}`)
}

function fingerprint(parts) {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

function readText(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

function say(text) {
  process.stderr.write(`${text}\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await setUp(process.argv[2] ? resolve(process.argv[2]) : project)
  } catch (error) {
    say(`Error: ${error.message}`)
    process.exit(1)
  }
}
