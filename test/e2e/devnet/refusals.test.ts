import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cli } from '../cli/support.js'
import { freePortBase, placeIn } from './support.js'

describe('run --devnet', () => {
  let root: string
  let ports: string[]
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'metis-seq-refused-'))
    ports = ['--port-base', String(await freePortBase())]
  })
  afterAll(() => rm(root, { recursive: true, force: true }))

  it.each([
    ['a damaged genesis', { version: '2\n', 'genesis.json': '{"version":1' }, 'DATA_FOLDER_CORRUPT'],
    ['a version whose group has a single key', { version: '1\n' }, 'DATA_FOLDER_TOO_OLD'],
    ['a newer version', { version: '99\n' }, 'DATA_FOLDER_TOO_NEW'],
    ['a foreign folder', { 'letter.txt': 'dear' }, 'DATA_FOLDER_FOREIGN'],
  ])('refuses %s with exit 9 and the way out', async (name, files, code) => {
    const dataDir = join(root, name.replaceAll(' ', '-'))
    await mkdir(dataDir)
    for (const [file, text] of Object.entries(files)) await writeFile(join(dataDir, file), text)
    const outcome = await cli(['run', '--devnet', '--data-dir', dataDir, ...ports])
    expect(outcome.code).toBe(9)
    expect(outcome.stderr).toContain('--data-dir')
    const json = await cli(['run', '--devnet', '--json', '--data-dir', dataDir, ...ports])
    expect(JSON.parse(json.stdout)).toMatchObject({ error: { code, exit: 9 } })
  })

  it.each([
    [['run'], 'RUN_WHAT'],
    [['run', '--devnet', '--port-base', '80'], 'PORT_BASE_INVALID'],
    [['run', '--devnet', '--epoch-length', '1'], 'USAGE'],
  ])('%j is a usage error', async (args, code) => {
    const outcome = await cli([...args, '--json'], { env: { HOME: root } })
    expect(outcome.code).toBe(2)
    expect(JSON.parse(outcome.stdout)).toMatchObject({ error: { code, exit: 2 } })
  })

  it('is told where there is no devnet', async () => {
    for (const args of [['devnet', 'info'], ['devnet', 'tx'], ['rotation']]) {
      const { env } = placeIn(root, 0)
      const outcome = await cli([...args, '--json'], { env })
      expect([outcome.code, JSON.parse(outcome.stdout).error.next]).toEqual([6, expect.stringContaining('npm start')])
    }
  })
})
