import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

export const run = promisify(execFile)

/** Most that any one process of the proof may take. */
export const MOST_MS = 240_000

/** The path of a program in PATH. */
export function find(name) {
  const found = process.env.PATH.split(delimiter)
    .map((folder) => join(folder, name))
    .find(existsSync)
  if (found === undefined) throw new Error(`there is no ${name} in PATH`)
  return realpathSync(found)
}

const npmCli = process.env.npm_execpath?.endsWith('.js') ? process.env.npm_execpath : find('npm')

/** Runs npm under the Node at `node`, with the settings of the machine but `path` as the whole PATH. */
export function npm(node, args, { cwd, path = process.env.PATH }) {
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund']
  return run(node, [npmCli, ...args, ...quiet], { cwd, env: { ...process.env, PATH: path }, timeout: MOST_MS })
}

/** Node of the major version `major` from npm, in `folder`; the path of its binary. */
export async function fetchNode(major, folder) {
  const bin = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'
  const name = `${bin}-${process.platform}-${process.arch}`
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{}')
  await npm(process.execPath, ['install', '--no-save', '--ignore-scripts', `${name}@${major}`], { cwd: folder })
  return join(folder, 'node_modules', name, 'bin/node')
}

/** A folder for PATH that has this Node, `sh` and `env`, and nothing else: no compiler, no python. */
export function toolsWith(node, folder) {
  mkdirSync(folder, { recursive: true })
  for (const name of ['sh', 'env']) symlinkSync(find(name), join(folder, name))
  symlinkSync(node, join(folder, 'node'))
  return folder
}
