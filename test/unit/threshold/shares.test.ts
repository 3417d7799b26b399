import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { bigEndian, bytesToHex, concatBytes, hexToBytes, utf8 } from '../../../src/core/codec/index.js'
import type { ShareBox } from '../../../src/core/ports/group.js'
import { openShareBox } from '../../../src/node/threshold/box.js'
import { Shares } from '../../../src/node/threshold/shares.js'
import { groupKey, hashOf, keyOf } from '../consensus/network.js'
import { useDatabase } from './folder.js'

const publicKey = hexToBytes(groupKey('group', 4))
const secret = (generation: number) => hexToBytes(`${hashOf(`secret ${generation}`)}${hashOf('more').slice(2)}`)
const { address } = keyOf(0)
/** Where the share of a sharing lies. */
const placeOf = (generation: number) => concatBytes(utf8('s'), bigEndian(generation, 8))

describe('the shares of a node', () => {
  const used = useDatabase()
  let box: ShareBox
  beforeEach(async () => {
    box = await openShareBox('a password', used.database)
  })
  const open = (database = used.database, owner = address) => new Shares(database, box, owner)
  const put = (shares: Shares, generation: number) => shares.put(generation, { publicKey, share: secret(generation) })

  it('are there by the number of their sharing, after a restart too', async () => {
    const shares = open()
    await put(shares, 0)
    await put(shares, 7)
    for (const again of [false, true]) {
      const each = again ? open(await used.again()) : shares
      expect(each.get(0)).toEqual({ publicKey: bytesToHex(publicKey), share: secret(0) })
      expect(each.get(7)?.share).toEqual(secret(7))
      expect(each.get(1)).toBeUndefined()
      await each.check()
    }
  })

  it('rule G6: are encrypted on the disk: no part of a secret is found there, in no value and in no file', async () => {
    const shares = open()
    for (const generation of [0, 1, 2]) await put(shares, generation)
    const stored: Uint8Array[] = []
    for await (const [, value] of used.database.entries(new Uint8Array(), new Uint8Array(16).fill(255)))
      stored.push(value)
    await used.again()
    for (const name of await readdir(used.folder)) stored.push(await readFile(join(used.folder, name)))
    expect(stored.length).toBeGreaterThan(6)
    for (const generation of [0, 1, 2]) {
      const bytes = Buffer.from(secret(generation))
      for (const each of stored)
        for (let at = 0; at + 8 <= bytes.length; at += 8)
          expect(Buffer.from(each).includes(bytes.subarray(at, at + 8))).toBe(false)
    }
  })

  it('cannot be read as those of another sharing, nor of another node', async () => {
    await put(open(), 1)
    const value = used.database.get(placeOf(1))
    if (value === undefined) throw new Error('it lies elsewhere')
    await used.database.write([{ key: placeOf(2), value }])
    const unreadable = expect.objectContaining({ code: 'SHARE_UNREADABLE' })
    expect(() => open().get(2)).toThrow(unreadable)
    await expect(open().check()).rejects.toThrow(unreadable)
    expect(() => open(used.database, keyOf(1).address).get(1)).toThrow(unreadable)
  })

  it('are refused where what was encrypted is no share', async () => {
    const place = `share of ${address} in the key of the group, sharing 3`
    await used.database.write([{ key: placeOf(3), value: box.lock(utf8('no list'), place) }])
    expect(() => open().get(3)).toThrow(expect.objectContaining({ code: 'SHARE_MALFORMED' }))
  })

  it('rule G5: come of a sharing that is taken part in once, whatever happens in between', async () => {
    const shares = open()
    expect([await shares.begin(1), await shares.begin(1), await shares.begin(2)]).toEqual([true, false, true])
    const later = open(await used.again())
    expect([await later.begin(1), await later.begin(2), await later.begin(3)]).toEqual([false, false, true])
    await later.keepOnly(new Set())
    expect(await later.begin(1)).toBe(false)
  })

  it('rule P1: are destroyed but for those that are kept', async () => {
    const shares = open()
    for (const generation of [0, 1, 2, 300, 70_000]) await put(shares, generation)
    expect(shares.get(1)?.share).toEqual(secret(1)) // it is known, and forgotten all the same
    await shares.keepOnly(new Set([2, 70_000]))
    for (const again of [false, true]) {
      const each = again ? open(await used.again()) : shares
      expect([0, 1, 2, 300, 70_000].map((generation) => each.get(generation) !== undefined)).toEqual([
        false,
        false,
        true,
        false,
        true,
      ])
    }
  })

  it('leave alone what else is in the database', async () => {
    const others = ['k', 'r', 'n', 't'].map((name) => ({ key: utf8(`${name}0123456789`), value: utf8(name) }))
    await used.database.write(others)
    const shares = open()
    await put(shares, 1)
    await shares.begin(1)
    await shares.keepOnly(new Set())
    for (const { key, value } of others) expect(used.database.get(key)).toEqual(value)
  })
})
