import { rm } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { concatBytes, utf8 } from '../../../src/core/codec/index.js'
import type { Change, Database } from '../../../src/core/ports/database.js'
import { bringForward } from '../../../src/node/execution/embedded/store/layout.js'
import { nodeOf, writtenAt } from '../../../src/node/execution/embedded/store/nodeEntry.js'
import { openDatabase } from '../../../src/node/storage/level.js'
import { TestChain } from './chain.js'
import { newDirectory } from './support.js'

const VERSION = utf8('mversion')
let directory: string
beforeEach(async () => {
  directory = await newDirectory()
})
afterEach(() => rm(directory, { recursive: true, force: true }))

/** Makes of the nodes of version 2 what version 1 had: nodes by themselves, under another letter. */
async function asVersion1(database: Database): Promise<number> {
  const changes: Change[] = [{ key: VERSION, value: Uint8Array.of(1) }]
  for await (const [at, value] of database.entries(utf8('s'), utf8('t')))
    changes.push({ key: at, value: undefined }, { key: concatBytes(utf8('n'), at.subarray(1)), value: nodeOf(value) })
  await database.write(changes)
  return changes.length / 2
}

describe('data of version 1', () => {
  it('are brought forward, also when that was interrupted, and no state that may be kept is pruned', async () => {
    const chain = await TestChain.open({ keep: 3 }, [{ account: 1, slot: 1, value: 1 }])
    const many = Array.from({ length: 2500 }, (_, account) => ({ account, slot: 1, value: 7 }))
    await chain.append(many)
    for (let value = 2; value < 8; value++) await chain.append([{ account: 1, slot: 1, value }])
    const before = await asVersion1(chain.database)
    expect(await chain.nodes()).toBe(0)

    let writes = 0
    const failing: Database = {
      ...wrapped(chain.database),
      write: async (changes) => {
        writes += 1
        if (writes === 3) throw new Error('power cut')
        await chain.database.write(changes)
      },
    }
    await expect(bringForward(failing)).rejects.toThrow('power cut')
    await chain.reopen()
    expect(await chain.nodes()).toBe(Math.floor(before))
    for await (const [, value] of chain.database.entries(utf8('s'), utf8('t'))) expect(writtenAt(value)).toBe(7)

    expect(await chain.prune()).toMatchObject({ oldest: 5, removed: 0 })
    await chain.checkKept()
    for (const value of [1, 2, 3]) await chain.append([{ account: 1, slot: 1, value }])
    expect(await chain.prune()).toMatchObject({ oldest: 8 })
    expect(await chain.nodes()).toBe(await chain.nodesOf([8, 9, 10].map((number) => chain.at(number))))
    await chain.checkKept()
    await chain.remove()
  })

  it('of a newer program are refused', async () => {
    const database = await openDatabase(directory)
    await database.write([{ key: VERSION, value: Uint8Array.of(3) }])
    await expect(bringForward(database)).rejects.toMatchObject({ code: 'DATA_TOO_NEW', exit: 9 })
    await database.close()
  })
})

function wrapped(inner: Database): Database {
  return {
    get: (key) => inner.get(key),
    entries: (...range) => inner.entries(...range),
    write: (...change) => inner.write(...change),
    close: () => inner.close(),
  }
}
