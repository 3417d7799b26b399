import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Config, Flags } from '@oclif/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BaseCommand } from '../../../src/cli/command.js'
import { configPath } from '../../../src/cli/config.js'
import { wholeFlag } from '../../../src/cli/values.js'

class Tried extends BaseCommand {
  static override flags = {
    rpc: Flags.string({ env: 'METIS_SEQ_TRIED_RPC', default: 'default' }),
    count: wholeFlag({ env: 'METIS_SEQ_TRIED_COUNT' }),
    fast: Flags.boolean({ env: 'METIS_SEQ_TRIED_FAST', allowNo: true }),
    out: Flags.string({ default: 'flag alone' }),
  }
  async run() {
    return (await this.parse(Tried)).flags
  }
}

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metis-seq-config-'))
  file = join(folder, 'config.json')
  vi.stubEnv('METIS_SEQ_CONFIG', file)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

async function run(...argv: string[]) {
  return new Tried(argv, await Config.load(import.meta.url)).run()
}
const configure = (content: unknown) => writeFile(file, JSON.stringify(content))

describe('precedence', () => {
  it('is flag, environment, config file, default', async () => {
    expect((await run()).rpc).toBe('default')
    await configure({ version: 1, rpc: 'file', count: 5, fast: true, out: 'file' })
    expect(await run()).toMatchObject({ rpc: 'file', count: 5n, fast: true, out: 'flag alone' })
    vi.stubEnv('METIS_SEQ_TRIED_RPC', 'environment')
    expect((await run()).rpc).toBe('environment')
    expect(await run('--rpc', 'flag', '--count', '6', '--no-fast')).toMatchObject({
      rpc: 'flag',
      count: 6n,
      fast: false,
    })
  })

  it('checks the values of the file as it checks flags', async () => {
    await configure({ version: 1, count: 'many' })
    await expect(run()).rejects.toThrow(/--count cannot be "many"/)
  })
})

describe('the config file', () => {
  it.each<[string, unknown, string]>([
    ['of a newer version', { version: 2 }, 'CONFIG_TOO_NEW'],
    ['without a version', { rpc: 'x' }, 'CONFIG_INVALID'],
    ['that is a list', [], 'CONFIG_INVALID'],
    ['with a nested value', { version: 1, rpc: {} }, 'CONFIG_INVALID'],
  ])('%s is refused with exit 9', async (_, content, code) => {
    await configure(content)
    await expect(run()).rejects.toThrow(expect.objectContaining({ code, exit: 9 }))
  })

  it('that is no JSON is refused with exit 9', async () => {
    await writeFile(file, '{')
    await expect(run()).rejects.toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', exit: 9 }))
  })

  it('lies where XDG says', () => {
    expect(configPath({ METIS_SEQ_CONFIG: '/a' })).toBe('/a')
    expect(configPath({ XDG_CONFIG_HOME: '/x' })).toBe('/x/metis-seq/config.json')
    expect(configPath({})).toMatch(/\.config\/metis-seq\/config\.json$/)
  })
})
