// Packs the program and installs it globally as a user does, on this Node and on the newer ones, where there is neither compiler
// nor python; then runs the installed program (install/steps.mjs), against an L1 with the real contracts too.
import { lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fetchNode, MOST_MS, npm, run, toolsWith } from './install/nodes.mjs'
import { openStage } from './install/stage.mjs'
import { NATIVE, STEPS } from './install/steps.mjs'

/** Beside the Node that runs this. */
const NEWER = [22, 24]
const project = join(dirname(fileURLToPath(import.meta.url)), '..')
const target = resolve(process.argv[2] ?? '/tmp/metis-seq-install-proof')
rmSync(target, { recursive: true, force: true })
mkdirSync(target, { recursive: true })

const packed = await npm(process.execPath, ['pack', '--ignore-scripts', '--json', '--pack-destination', target], {
  cwd: project,
})
const [{ filename }] = JSON.parse(packed.stdout)

// This Node first and alone, so that the others find every package in the cache.
await prove(process.execPath, join(target, 'this'))
await Promise.all(
  NEWER.map(async (major) => prove(await fetchNode(major, join(target, `node-${major}`)), join(target, `on-${major}`))),
)

/** Installs the package with the Node at `node` below `folder`, and goes through all steps. */
async function prove(node, folder) {
  const started = Date.now()
  const tools = toolsWith(node, join(folder, 'tools'))
  const prefix = join(folder, 'prefix')
  const install = ['install', '--global', '--prefix', prefix, join(target, filename)]
  const { stdout, stderr } = await npm(node, install, { cwd: folder, path: tools })
  if (/EBADENGINE|deprecated/.test(stderr)) throw new Error(`npm has something to say:\n${stderr}`)
  const root = join(prefix, 'lib/node_modules/metis-seq')
  const env = settings(folder, tools)
  await run(node, ['--input-type=module', '-e', NATIVE], { cwd: root, env, timeout: MOST_MS })
  const { version } = await walk(join(prefix, 'bin/metis-seq'), root, folder, env)
  const packages = /added (\d+) packages/.exec(stdout)?.[1] ?? '?'
  const size = `${packages} packages, ${Math.round(sizeOf(prefix) / 1e6)} MB`
  console.log(`${version.trim()}: ${STEPS.length} steps, ${size}, ${Math.round((Date.now() - started) / 1000)} s`)
}

/** All steps; what each printed, by its name. */
async function walk(program, root, folder, env) {
  const stage = await openStage(root, join(folder, 'devnet'))
  const given = {}
  try {
    for (const { name, args, before, check } of STEPS) {
      await before?.(stage, given)
      const { stdout } = await run(program, args, { cwd: folder, env, timeout: MOST_MS, maxBuffer: 2 ** 28 })
      given[name] = args.includes('--json') ? JSON.parse(stdout) : stdout
      check?.(given[name], given)
    }
  } finally {
    await stage.close()
  }
  return given
}

/** The environment of a new user, whose devnet is the stage. */
function settings(folder, tools) {
  writeFileSync(join(folder, 'password'), 'the password of the proof\n')
  return {
    PATH: tools,
    HOME: folder,
    METIS_SEQ_DATA_DIR: join(folder, 'devnet'),
    METIS_SEQ_PASSWORD_FILE: join(folder, 'password'),
  }
}

/** Bytes of all files below `folder`, as they lie on the disk. */
function sizeOf(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => lstatSync(join(folder, name)).blocks * 512)
    .reduce((sum, size) => sum + size, 0)
}
