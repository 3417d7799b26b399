import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/core/codec/index.js'
import { openDatabase } from '../../../src/node/storage/level.js'
import { openShareBox } from '../../../src/node/threshold/box.js'
import { useDatabase } from './folder.js'

const share = utf8('the share of a member, which nobody else may know')
const unreadable = expect.objectContaining({ code: 'SHARE_UNREADABLE', exit: 9, severity: 'critical' })

describe('the box of shares', () => {
  const used = useDatabase()

  it('gives back what was put in, under the same password, after a restart too', async () => {
    const box = await openShareBox('a password', used.database)
    const locked = box.lock(share, 'here')
    expect(box.unlock(locked, 'here')).toEqual(share)
    const empty = box.lock(new Uint8Array(), 'here')
    expect(box.unlock(empty, 'here')).toEqual(new Uint8Array())
    const later = await openShareBox('a password', await used.again())
    expect(later.unlock(locked, 'here')).toEqual(share)
  })

  it('shows nothing of it, and never looks the same', async () => {
    const box = await openShareBox('a password', used.database)
    const all = [1, 2, 3].map(() => Buffer.from(box.lock(share, 'here')))
    for (const each of all) expect(each.includes(Buffer.from(share).subarray(0, 8))).toBe(false)
    expect(new Set(all.map((each) => each.toString('hex'))).size).toBe(3)
    expect(new Set(all.map((each) => each.toString('hex', 0, 12))).size).toBe(3) // the nonces
  })

  it.each([
    ['another', 'another password'],
    ['none', ''],
    ['one in other letters', 'A password'],
    ['one with a space more', 'a password '],
  ])('stays shut under another password: %s', async (_, password) => {
    const locked = (await openShareBox('a password', used.database)).lock(share, 'here')
    const other = await openShareBox(password, used.database)
    expect(() => other.unlock(locked, 'here')).toThrow(unreadable)
  })

  it('takes a password in whatever form of Unicode it is typed', async () => {
    const locked = (await openShareBox('pa\u0301ss', used.database)).lock(share, 'here')
    expect((await openShareBox('p\u00e1ss', used.database)).unlock(locked, 'here')).toEqual(share)
  })

  it('stays shut at another place', async () => {
    const box = await openShareBox('a password', used.database)
    const locked = box.lock(share, 'sharing 1')
    for (const place of ['sharing 2', '', 'sharing 1 ']) expect(() => box.unlock(locked, place)).toThrow(unreadable)
  })

  it('stays shut with any byte of it changed, left out or added', async () => {
    const box = await openShareBox('a password', used.database)
    const locked = box.lock(share, 'here')
    for (let at = 0; at < locked.length; at++) {
      const changed = locked.slice()
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(() => box.unlock(changed, 'here')).toThrow(unreadable)
      expect(() => box.unlock(locked.subarray(0, at), 'here')).toThrow(unreadable)
      expect(() => box.unlock(locked.subarray(at + 1), 'here')).toThrow(unreadable)
    }
    expect(() => box.unlock(Uint8Array.of(...locked, 0), 'here')).toThrow(unreadable)
  })

  it('has a salt of its own in each database, so that two nodes with one password share nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'metis-threshold-'))
    const database = await openDatabase(folder)
    try {
      const locked = (await openShareBox('a password', used.database)).lock(share, 'here')
      const other = await openShareBox('a password', database)
      expect(() => other.unlock(locked, 'here')).toThrow(unreadable)
      expect(used.database.get(utf8('k'))).not.toEqual(database.get(utf8('k')))
    } finally {
      await database.close()
      await rm(folder, { recursive: true })
    }
  })
})
