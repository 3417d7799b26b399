import { rm } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Exit, MetisSeqError } from '../../../src/core/errors/index.js'
import type { Database } from '../../../src/core/ports/database.js'
import { createEmbeddedEngine } from '../../../src/node/execution/embedded/index.js'
import { openDatabase } from '../../../src/node/storage/level.js'
import { Killing } from '../../support/kill/rounds.js'
import { addressOf, newDirectory, next, sign, testGenesis, wallet } from './support.js'

let directory: string
beforeEach(async () => {
  directory = await newDirectory()
})
afterEach(() => rm(directory, { recursive: true }))

describe('after kill -9', () => {
  it.each([1, 7, 23])('no acknowledged block is lost, and the state is right (seed %i)', async (seed) => {
    const killing = await Killing.begin(seed)
    try {
      await killing.round()
      expect(killing.head).toBeGreaterThan(0)
    } finally {
      await killing.end()
    }
  })
})

describe('after kill -9 while old states are removed', () => {
  it('every state that is kept is whole, each time', async () => {
    const killing = await Killing.begin(5, 6)
    try {
      for (let round = 0; round < 2; round++) await killing.round()
      expect(killing.pruned).toBeGreaterThan(0)
    } finally {
      await killing.end()
    }
  }, 120_000)
})

/** A real database that fails when it is told to. */
function breakable(inner: Database) {
  const broken = new MetisSeqError('DATABASE_FAILED', 'No space left.', { exit: Exit.data, severity: 'critical' })
  const fault = { beforeWrite: false, afterWrite: false, onRead: false }
  const database: Database = {
    get: (key) => {
      if (fault.onRead) throw broken
      return inner.get(key)
    },
    write: async (changes) => {
      if (fault.beforeWrite) throw broken
      await inner.write(changes)
      if (fault.afterWrite) throw broken
    },
    entries: (...range) => inner.entries(...range),
    close: () => inner.close(),
  }
  return { database, fault }
}

describe('when the disk fails', () => {
  it.each(['beforeWrite', 'afterWrite', 'onRead'] as const)('%s, memory is not ahead of it', async (kind) => {
    const { database, fault } = breakable(await openDatabase(directory))
    const genesis = await testGenesis()
    const engine = await createEmbeddedEngine({ database, genesis })
    const raw = await sign(wallet(0), 0, { to: wallet(1).address, value: 1n })
    fault[kind] = true
    const failure = { code: 'DATABASE_FAILED', severity: 'critical', exit: 9 }
    await expect(engine.execute([raw], next(engine))).rejects.toMatchObject(failure)
    fault[kind] = false
    const { block } = await engine.execute([await sign(wallet(1), 0, { to: wallet(2).address })], {
      ...next(engine, [], 9),
    })
    expect(block.number).toBe(kind === 'afterWrite' ? 2 : 1)
    expect(await engine.nonce(addressOf(wallet(0)), block.hash)).toBe(kind === 'afterWrite' ? 1 : 0)
    await engine.close()
  })

  it('says so when it is gone', async () => {
    const database = await openDatabase(directory)
    const engine = await createEmbeddedEngine({ database, genesis: await testGenesis() })
    await database.close()
    const failure = { code: 'DATABASE_FAILED', severity: 'critical', exit: 9 }
    await expect(engine.execute([], next(engine))).rejects.toMatchObject(failure)
    await expect(engine.rewind(`0x${'11'.repeat(32)}`)).rejects.toMatchObject(failure)
  })
})

describe('opening', () => {
  it('refuses a document whose hash is not that of its alloc', async () => {
    const database = await openDatabase(directory)
    const genesis = { ...(await testGenesis()), hash: `0x${'ab'.repeat(32)}` as const }
    const refusal = { code: 'GENESIS_MISMATCH', exit: 9 }
    await expect(createEmbeddedEngine({ database, genesis })).rejects.toMatchObject(refusal)
    await database.close()
  })

  it("refuses a stored chain that is not the genesis document's", async () => {
    const database = await openDatabase(directory)
    await createEmbeddedEngine({ database, genesis: await testGenesis() })
    const genesis = await testGenesis({}, 20_000_000)
    const refusal = { code: 'GENESIS_MISMATCH', exit: 9 }
    await expect(createEmbeddedEngine({ database, genesis })).rejects.toMatchObject(refusal)
    await database.close()
  })

  it('refuses a directory that another holds', async () => {
    const database = await openDatabase(directory)
    await expect(openDatabase(directory)).rejects.toMatchObject({ code: 'DATABASE_IN_USE', exit: 9 })
    await database.close()
  })

  it.each([
    ['an empty account', { balance: '0' }],
    ['storage without code', { balance: '1', storage: { [`0x${'01'.repeat(32)}`]: `0x${'02'.repeat(32)}` } }],
    ['a delegation that is cut off', { balance: '1', code: `0xef0100${'aa'.repeat(19)}` }],
    ['a delegation of another version', { balance: '1', code: `0xef0101${'aa'.repeat(20)}` }],
  ] as const)('refuses a genesis with %s', async (_what, account) => {
    await expect(testGenesis({ [`0x${'0f'.repeat(20)}`]: account })).rejects.toMatchObject({ code: 'GENESIS_INVALID' })
  })

  it('refuses a genesis without the system contracts', async () => {
    await expect(testGenesis({ '0x0000f90827f1c53a10cb7a02335b175320002935': { balance: '1' } })).rejects.toMatchObject(
      { code: 'GENESIS_INVALID' },
    )
  })
})
