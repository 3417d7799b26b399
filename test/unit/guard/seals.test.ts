import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { concatBytes, hexToBytes } from '../../../src/core/codec/index.js'
import type { Hex } from '../../../src/core/types/hex.js'
import { beginLostGuard, beginNodeGuard, exportGuard, importGuard, lookAtGuard } from '../../../src/node/guard.js'
import { bringGuardForward } from '../../../src/node/sequencer/guard.js'
import { openSealGuard, openSealStore, sealKeyOf } from '../../../src/node/sequencer/seals.js'
import { openDatabase } from '../../../src/node/storage/level.js'
import { keyOf } from '../node/network.js'

const networkId = `0x${'0e'.repeat(32)}` as const
const { address, privateKey } = keyOf('guarded')
const hash = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'metis-seq-guard-'))
})
afterEach(() => rm(root, { recursive: true }))

const at = (name: string) => ({ directory: join(root, name), networkId, address })

/** Seals, as a node that starts and stops for each. Its code where it is refused. */
async function seal(name: string, term: number, number: number, n: number, key = privateKey): Promise<string> {
  const database = await openDatabase(join(root, name, 'guard'))
  try {
    const { signature } = await openSealGuard(database, networkId, sealKeyOf(key))(term, number, hash(n))
    return /^0x[0-9a-f]{130}$/.test(signature) ? 'sealed' : signature
  } catch (error) {
    return (error as { code: string }).code
  } finally {
    await database.close()
  }
}

async function moved(from: string, to: string, file: string, back = false) {
  await exportGuard(at(from), join(root, file))
  return taken(to, file, back)
}

async function taken(to: string, file: string, back = false) {
  return importGuard(at(to), { text: await readFile(join(root, file), 'utf8'), path: file, back })
}

describe('a key', () => {
  it('seals nothing where its guard was never begun, and that makes no guard', async () => {
    expect(await seal('a', 1, 1, 1)).toBe('GUARD_MISSING')
    expect(await seal('a', 1, 1, 1)).toBe('GUARD_MISSING')
    await expect(lookAtGuard(at('a'))).rejects.toMatchObject({ code: 'GUARD_MISSING', exit: 9 })
    await expect(exportGuard(at('b'), join(root, 'f'))).rejects.toMatchObject({ code: 'GUARD_MISSING' })
    expect(await readdir(root)).toEqual(['a'])
  })

  it('seals one hash for each height, the same again as often as asked', async () => {
    await beginNodeGuard(at('a'))
    expect([await seal('a', 1, 1, 1), await seal('a', 1, 1, 1), await seal('a', 1, 1, 2)]).toEqual([
      'sealed',
      'sealed',
      'SEAL_GUARD',
    ])
    expect(await seal('a', 2, 1, 2)).toBe('sealed')
  })

  it("does not seal with another key's guard", async () => {
    await beginNodeGuard(at('a'))
    expect(await seal('a', 1, 1, 1, keyOf('other').privateKey)).toBe('GUARD_FOREIGN')
  })

  it('goes on with a guard of the first version, which was heights alone', async () => {
    const database = await openDatabase(join(root, 'a', 'guard'))
    const height = hexToBytes(`0x${'1'.padStart(16, '0')}${'2'.padStart(16, '0')}`)
    await bringGuardForward(database, networkId, address)
    await database.write([{ key: concatBytes(hexToBytes(networkId), height), value: hexToBytes(hash(7)) }])
    await database.close()
    expect(await seal('a', 1, 2, 7)).toBe('GUARD_MISSING')
    const again = await openDatabase(join(root, 'a', 'guard'))
    await bringGuardForward(again, networkId, address)
    await again.close()
    expect([await seal('a', 1, 2, 7), await seal('a', 1, 2, 8), await seal('a', 1, 3, 8)]).toEqual([
      'sealed',
      'SEAL_GUARD',
      'sealed',
    ])
  })
})

describe('a guard that moves', () => {
  it('seals where it was imported, nothing below what it knew, and no more where it was', async () => {
    await beginNodeGuard(at('a'))
    for (const number of [5, 6, 7]) await seal('a', 2, number, number)
    expect(await moved('a', 'b', 'f')).toMatchObject({ usable: true, last: { term: 2, number: 7, hash: hash(7) } })
    expect(await lookAtGuard(at('a'))).toMatchObject({ usable: false, reason: expect.stringContaining('exported') })
    expect(await seal('a', 2, 8, 8)).toBe('GUARD_MOVED')
    expect([await seal('b', 2, 6, 60), await seal('b', 2, 7, 70), await seal('b', 1, 9, 9)]).toEqual(
      Array(3).fill('SEAL_GUARD'),
    )
    expect([await seal('b', 2, 7, 7), await seal('b', 2, 8, 8), await seal('b', 3, 1, 1)]).toEqual(
      Array(3).fill('sealed'),
    )
  })

  it('comes back with what was signed meanwhile, never with the file that left', async () => {
    await beginNodeGuard(at('a'))
    await seal('a', 1, 1, 1)
    await moved('a', 'b', 'out')
    await seal('b', 4, 4, 4)
    await moved('b', 'a', 'home')
    expect([await seal('a', 4, 4, 5), await seal('a', 4, 5, 5), await seal('b', 4, 5, 6)]).toEqual([
      'SEAL_GUARD',
      'sealed',
      'GUARD_MOVED',
    ])
    await exportGuard(at('a'), join(root, 'again'))
    await expect(taken('a', 'out', true)).rejects.toMatchObject({ code: 'GUARD_STALE' })
    await expect(taken('a', 'again')).rejects.toMatchObject({ code: 'GUARD_NOT_BACK' })
    expect(await taken('a', 'again', true)).toMatchObject({ usable: true })
  })

  it('that has signed another hash for the same height on both sides says so', async () => {
    await beginNodeGuard(at('a'))
    await beginNodeGuard(at('b'))
    await seal('a', 1, 1, 1)
    await seal('b', 1, 1, 2)
    await expect(moved('a', 'b', 'f')).rejects.toMatchObject({ code: 'GUARD_CONFLICT', severity: 'critical' })
  })

  it('stays where it is when no file can be written, and never replaces one', async () => {
    await beginNodeGuard(at('a'))
    await writeFile(join(root, 'taken'), 'dear')
    for (const name of ['taken', 'nowhere/f'])
      await expect(exportGuard(at('a'), join(root, name))).rejects.toMatchObject({ code: 'OUTPUT_FAILED', exit: 2 })
    expect(await readFile(join(root, 'taken'), 'utf8')).toBe('dear')
    expect(await seal('a', 1, 1, 1)).toBe('sealed')
  })

  it('can be written to a file again, the same one', async () => {
    await beginNodeGuard(at('a'))
    await exportGuard(at('a'), join(root, 'one'))
    await exportGuard(at('a'), join(root, 'two'))
    expect(await readFile(join(root, 'one'), 'utf8')).toBe(await readFile(join(root, 'two'), 'utf8'))
  })

  it('refuses the file of another key or network', async () => {
    await beginNodeGuard(at('a'))
    await exportGuard(at('a'), join(root, 'f'))
    const text = await readFile(join(root, 'f'), 'utf8')
    for (const other of [{ address: keyOf('other').address }, { networkId: hash(9) }])
      await expect(importGuard({ ...at('b'), ...other }, { text, path: 'f', back: false })).rejects.toMatchObject({
        code: 'GUARD_FOREIGN',
      })
  })
})

describe('a guard that is lost', () => {
  it('begins after a term, up to whose end nothing is sealed', async () => {
    expect(await beginLostGuard(at('a'), 5)).toMatchObject({ usable: true, last: null })
    expect([await seal('a', 5, 99, 1), await seal('a', 6, 100, 1)]).toEqual(['SEAL_GUARD', 'sealed'])
  })

  it('is not begun over one that can be used', async () => {
    await beginNodeGuard(at('a'))
    await expect(beginLostGuard(at('a'), 5)).rejects.toMatchObject({ code: 'GUARD_EXISTS', exit: 3 })
  })

  it('that was exported and never arrived begins anew and keeps what it knows', async () => {
    await beginNodeGuard(at('a'))
    await seal('a', 9, 1, 1)
    await exportGuard(at('a'), join(root, 'lost'))
    await expect(beginLostGuard(at('a'), 8)).rejects.toMatchObject({ code: 'GUARD_TERM_LOW', exit: 3 })
    await beginLostGuard(at('a'), 9)
    expect([await seal('a', 9, 2, 2), await seal('a', 10, 2, 2)]).toEqual(['SEAL_GUARD', 'sealed'])
  })
})

describe('the seals of stored blocks', () => {
  it('are the ones that were written last, also after they were read, and after a start', async () => {
    const open = () => openDatabase(join(root, 'seals'))
    const seal = { term: 1, number: 2, hash: hash(3), signature: `0x${'4'.repeat(130)}` } as const
    let database = await open()
    const store = openSealStore(database)
    expect(store.get(hash(3))).toBeUndefined()
    await store.put(hash(3), { seal: null, cursor: 5 })
    expect([store.get(hash(3)), store.get(hash(3))]).toEqual(Array(2).fill({ seal: null, cursor: 5 }))
    await store.put(hash(3), { seal, cursor: 6 })
    expect(store.get(hash(3))).toEqual({ seal, cursor: 6 })
    for (let i = 10; i < 300; i++) await store.put(hash(i), { seal: null, cursor: i })
    const cursors = Array.from({ length: 290 }, (_, i) => store.get(hash(10 + i))?.cursor)
    expect(cursors).toEqual(Array.from({ length: 290 }, (_, i) => 10 + i))
    await database.close()
    database = await open()
    expect(openSealStore(database).get(hash(3))).toEqual({ seal, cursor: 6 })
    await database.close()
  })
})
