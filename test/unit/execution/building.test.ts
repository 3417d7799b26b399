import { rm } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Exit, MetisSeqError } from '../../../src/core/errors/index.js'
import type { Database } from '../../../src/core/ports/database.js'
import type { ExecutionEngine } from '../../../src/core/ports/execution.js'
import type { Address } from '../../../src/core/types/hex.js'
import { engineModule } from '../../../src/engines/module.js'
import { type Host, Instance } from '../../../src/node/execution/embedded/evm/instance.js'
import { createEmbeddedEngine, type EmbeddedEngineOptions } from '../../../src/node/execution/embedded/index.js'
import { openDatabase } from '../../../src/node/storage/level.js'
import { newDirectory, next, openRig, type Rig, sign, testGenesis, wallet, wallets } from './support.js'

/** Runs until its gas is over: JUMPDEST, PUSH0, JUMP. */
const LOOP: Address = `0x${'70'.repeat(20)}`
const to = wallet(5).address

let importer: Rig
const opened: ExecutionEngine[] = []
const directories: string[] = []
beforeEach(async () => {
  importer = await openRig(await testGenesis({ [LOOP]: { balance: '0', code: '0x5b5f56' } }))
})
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close()
  for (const each of directories.splice(0)) await rm(each, { recursive: true })
  await importer.remove()
})

/** An engine of the importer's chain. */
async function open(options: Partial<EmbeddedEngineOptions>): Promise<ExecutionEngine> {
  const database = options.database ?? (await newDatabase())
  const engine = await createEmbeddedEngine({ genesis: importer.genesis, ...options, database })
  opened.push(engine)
  return engine
}

/** A new LevelDB. */
async function newDatabase(): Promise<Database> {
  const directory = await newDirectory()
  directories.push(directory)
  return openDatabase(directory)
}

const transfers = (count: number, from = 0) =>
  Promise.all(Array.from({ length: count }, (_, i) => sign(wallet(from), i, { to })))

/** Transactions that take some milliseconds each. */
const loops = (count: number) =>
  Promise.all(Array.from({ length: count }, (_, i) => sign(wallet(0), i, { to: LOOP, gasLimit: 1_200_000 })))

describe('the time to build a block', () => {
  it('is bounded: what was not begun waits for the next block, but for what is required', async () => {
    const engine = await open({ buildBudget: 0 })
    const raws = await transfers(70)
    const { block, rejected } = await engine.execute(raws, next(engine), 2)
    expect(block.transactions).toEqual(raws.slice(0, 2))
    expect(rejected).toHaveLength(68)
    for (const each of rejected) expect(each).toMatchObject({ reason: expect.stringContaining('time'), stale: false })
    expect(await importer.engine.import(block.encoded)).toEqual(block)
  })

  it('without anything required may leave the block empty', async () => {
    const engine = await open({ buildBudget: 0 })
    const { block, rejected } = await engine.execute(await transfers(3), next(engine))
    expect([block.transactions.length, rejected.length]).toEqual([0, 3])
    expect(await importer.engine.import(block.encoded)).toEqual(block)
  })

  it('that is over in the middle ends the block after the transaction in execution', async () => {
    const engine = await open({ buildBudget: 15 })
    const raws = await loops(24)
    const { block, rejected } = await engine.execute(raws, next(engine), 1)
    expect(block.transactions).toEqual(raws.slice(0, block.transactions.length))
    expect(block.transactions.length).toBeLessThan(24)
    expect(rejected.length).toBe(24 - block.transactions.length)
    expect(await importer.engine.import(block.encoded)).toEqual(block)
  })

  it('is not for blocks of others', async () => {
    const builder = await open({})
    const { block } = await builder.execute(await transfers(70), next(builder))
    const engine = await open({ buildBudget: 0 })
    expect(await engine.import(block.encoded)).toEqual(block)
  })
})

describe('a long block', () => {
  it('lets others have their turns', async () => {
    const calls: string[] = []
    const engine = await open(await watched((name) => void calls.push(name)))
    const raws = await loops(20)
    let building = true
    const turn = () => {
      calls.push('turn')
      if (building) setImmediate(turn)
    }
    const executing = engine.execute(raws, next(engine))
    setImmediate(turn)
    const { block } = await executing
    building = false
    expect(block.transactions).toHaveLength(20)
    const first = calls.indexOf('apply')
    const during = calls.slice(first, calls.lastIndexOf('apply'))
    expect(calls.filter((name) => name === 'apply').length).toBeGreaterThan(1)
    // Between any two slices.
    for (const [i, name] of during.entries())
      if (name === 'apply' && i > 0) expect(during.slice(during.lastIndexOf('apply', i - 1), i)).toContain('turn')
  })
})

/** Options under which `seen` hears of each call before it is done, and may throw. */
async function watched(seen: (name: string, request: Uint8Array) => void) {
  const module = await engineModule('evm')
  const instantiate = (host: Host) => {
    const instance = new Instance(module, host)
    return {
      invoke(...call: Parameters<Instance['invoke']>) {
        seen(...call)
        return instance.invoke(...call)
      },
      get size() {
        return instance.size
      },
    }
  }
  return { instantiate }
}

describe('a transaction on which the engine breaks off', () => {
  const trap = new MetisSeqError('EVM_TRAPPED', 'It broke off.')
  const holds = (request: Uint8Array, raw: Uint8Array) => Buffer.from(request).includes(Buffer.from(raw))

  it('is left out, for ever, and takes no other with it', async () => {
    const [harmful, ...others] = await Promise.all(wallets.map((each) => sign(each, 0, { to })))
    const another = await sign(wallet(1), 1, { to })
    if (harmful === undefined) throw new Error('there are wallets')
    const breaking = await watched((name, request) => {
      if (name === 'apply' && (holds(request, harmful) || holds(request, another))) throw trap
    })
    const engine = await open(breaking)
    const { block, rejected } = await engine.execute([...others, harmful, another], next(engine))
    expect(block.transactions).toEqual(others)
    const reason = expect.stringContaining('breaks off')
    expect(rejected).toEqual([
      { hash: expect.any(String), reason, stale: true },
      { hash: expect.any(String), reason, stale: true },
    ])
    expect(await importer.engine.import(block.encoded)).toEqual(block)
  })

  it('in the block of another is an error, after which the node goes on', async () => {
    const builder = await open({})
    const { block } = await builder.execute(await transfers(2), next(builder))
    let broken = true
    const engine = await open(
      await watched((name) => {
        if (name === 'apply' && broken) throw trap
      }),
    )
    await expect(engine.import(block.encoded)).rejects.toMatchObject({ code: 'EVM_TRAPPED', severity: 'refused' })
    expect(engine.head().number).toBe(0)
    broken = false
    expect(await engine.import(block.encoded)).toEqual(block)
  })

  it('ends in an error where the engine breaks off without one', async () => {
    const engine = await open(
      await watched((name) => {
        if (name === 'finish') throw trap
      }),
    )
    await expect(engine.execute(await transfers(1), next(engine))).rejects.toMatchObject({ code: 'EVM_TRAPPED' })
  })
})

describe('a state of which something is missing', () => {
  it('stops the node, and executes nothing', async () => {
    const inner = await newDatabase()
    let hidden: string | undefined
    const database: Database = {
      get: (key) => (hidden !== undefined && Buffer.from(key).includes(hidden, 'hex') ? undefined : inner.get(key)),
      write: (...changes) => inner.write(...changes),
      entries: (...range) => inner.entries(...range),
      close: () => inner.close(),
    }
    const engine = await open({ database })
    const { block } = await engine.execute(await transfers(1), next(engine))
    await engine.rewind(importer.genesis.hash)
    hidden = importer.genesis.stateRoot.slice(2)
    const failure = { code: 'STATE_INCOMPLETE', exit: Exit.data, severity: 'critical' }
    await expect(engine.import(block.encoded)).rejects.toMatchObject({
      ...failure,
      message: expect.stringContaining(importer.genesis.stateRoot),
    })
    await expect(engine.execute([], next(engine))).rejects.toMatchObject(failure)
    hidden = undefined
    expect(await engine.import(block.encoded)).toEqual(block)
  })
})
