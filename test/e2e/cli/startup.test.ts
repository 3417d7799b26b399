import { mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { cli } from './support.js'

/** Packages that take longer to load than all the rest of a command that only looks at files. */
const HEAVY =
  /node_modules\/(ethers|@noble\/\w+|@ethereumjs\/\w+|conf|ajv|@ledgerhq\/[\w-]+|@inquirer\/\w+|semver|typescript)\//

let root: string
let env: Record<string, string>
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'startup-'))
  // Says of each module that it was loaded, whichever of Node's two loaders it came by.
  await writeFile(
    join(root, 'hooks.mjs'),
    `export const load = (url, _, next) => (process._rawDebug(url), next(url))\n`,
  )
  await writeFile(
    join(root, 'watch.mjs'),
    `import Module, { register } from 'node:module'
register(${JSON.stringify(pathToFileURL(join(root, 'hooks.mjs')).href)})
const load = Module._extensions['.js']
Module._extensions['.js'] = (module, file) => (process._rawDebug(file), load(module, file))\n`,
  )
  await writeFile(join(root, 'password'), 'a password of the test')
  env = { XDG_DATA_HOME: root, XDG_CACHE_HOME: join(root, 'cache'), METIS_SEQ_PASSWORD_FILE: join(root, 'password') }
  await cli(['keys', 'new', 'one'], { env })
})

describe('a command that only looks at files loads nothing heavy', () => {
  it.each([['--help'], ['--version'], ['keys list'], ['keys --help'], ['networks list']])('%s', async (line) => {
    // oclif would compile sources that it finds beside the program in this mode
    const watched = {
      ...env,
      NODE_ENV: 'development',
      NODE_OPTIONS: `--import ${pathToFileURL(join(root, 'watch.mjs')).href}`,
    }
    const { code, stderr } = await cli(line.split(' '), { env: watched })
    expect(code).toBe(0)
    const loaded = stderr.split('\n').filter((each) => /^(file:|\/)/.test(each))
    expect(loaded.some((each) => each.includes('@oclif/core'))).toBe(true)
    expect(loaded.filter((each) => HEAVY.test(each))).toEqual([])
  })
})

const [major = 0] = process.versions.node.split('.').map(Number)
it.runIf(major >= 22)("compiled code is kept in the user's own cache folder", async () => {
  expect(await readdir(join(root, 'cache', 'metis-seq', 'compiled'))).not.toEqual([])
})
