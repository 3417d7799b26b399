import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openFolder } from '../../../src/devnet/folder.js'
import { readGenesis } from '../../../src/devnet/genesisFile.js'
import { awaitFreePorts, devnetPorts } from '../../../src/devnet/ports.js'

const made: string[] = []
async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'metis-seq-folder-'))
  made.push(folder)
  return folder
}

afterAll(async () => {
  for (const folder of made) await rm(folder, { recursive: true, force: true })
})

describe('the data folder', () => {
  it('is held by one process at a time, and free after its release', async () => {
    const root = await temporary()
    const held = await openFolder(root, false)
    await expect(openFolder(root, false)).rejects.toMatchObject({ code: 'DEVNET_IN_USE', exit: 9 })
    await expect(openFolder(root, true)).rejects.toMatchObject({ code: 'DEVNET_IN_USE', exit: 9 })
    await held.release()
    await (await openFolder(root, false)).release()
  })

  it('keeps what is in it, and with reset loses it', async () => {
    const root = await temporary()
    const first = await openFolder(root, false)
    await writeFile(first.genesis, '{}')
    await first.release()
    await (await openFolder(root, false)).release()
    expect(await readFile(first.genesis, 'utf8')).toBe('{}')
    await (await openFolder(root, true)).release()
    expect((await readdir(root)).sort()).toEqual(['lock', 'version'])
  })

  it.each([
    ['3\n', 'DATA_FOLDER_TOO_NEW'],
    ['1\n', 'DATA_FOLDER_TOO_OLD'],
    ['one', 'DATA_FOLDER_CORRUPT'],
    ['', 'DATA_FOLDER_CORRUPT'],
  ])('of version "%s" is refused and left alone', async (version, code) => {
    const root = await temporary()
    await writeFile(join(root, 'version'), version)
    await expect(openFolder(root, false)).rejects.toMatchObject({ code, exit: 9 })
    expect(await readFile(join(root, 'version'), 'utf8')).toBe(version)
    await (await openFolder(root, true)).release()
  })

  it('with things of somebody else in it is refused, with reset too', async () => {
    const root = await temporary()
    await writeFile(join(root, 'thesis.txt'), 'dear')
    await expect(openFolder(root, true)).rejects.toMatchObject({ code: 'DATA_FOLDER_FOREIGN', exit: 9 })
    expect(await readdir(root)).toEqual(['thesis.txt'])
  })
})

it.skipIf(process.getuid?.() === undefined)('a data folder that others can write to is refused', async () => {
  const root = await temporary()
  await chmod(root, 0o777)
  await expect(openFolder(root, false)).rejects.toMatchObject({ code: 'DATA_FOLDER_UNSAFE', exit: 9 })
  await expect(openFolder(root, true)).rejects.toMatchObject({ code: 'DATA_FOLDER_UNSAFE', exit: 9 })
  expect(await readdir(root)).toEqual([])
})

describe('the genesis document', () => {
  it.each(['', '{', 'null', '{"version":1}', '[1]'])('"%s" is refused as corrupt', async (text) => {
    const path = join(await temporary(), 'genesis.json')
    await writeFile(path, text)
    await expect(readGenesis(path)).rejects.toMatchObject({ code: 'DATA_FOLDER_CORRUPT', exit: 9 })
  })

  it('may be missing', async () => {
    expect(await readGenesis(join(await temporary(), 'genesis.json'))).toBeUndefined()
  })
})

describe('ports', () => {
  it.each([80, 1023, 65_530, 1.5, Number.NaN])('cannot start at %s', (base) => {
    expect(() => devnetPorts(base, 5)).toThrowError(expect.objectContaining({ code: 'PORT_BASE_INVALID', exit: 2 }))
  })

  it('in use are named', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    const ports = { l1: port, nodes: [], control: port }
    await expect(awaitFreePorts(ports, 0)).rejects.toMatchObject({ code: 'PORT_IN_USE', exit: 6, details: { port } })
    const waiting = awaitFreePorts(ports, 5000)
    server.close()
    await waiting
  })
})
