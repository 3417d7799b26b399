import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Hex } from '../../../src/core/types/hex.js'
import { startThread } from '../../../src/engines/thread.js'
import { callBody, traceBody } from '../../../src/node/execution/embedded/reads/calls.js'
import { ReadPool, type ReadPoolOptions } from '../../../src/node/execution/embedded/reads/pool.js'
import { Reads } from '../../../src/node/execution/embedded/reads/reads.js'
import { openDatabase } from '../../../src/node/storage/level.js'
import { compilePlayground } from './playground.js'
import { CHAIN_ID, newDirectory, next, openRig, testGenesis } from './support.js'

const { abi, runtime } = compilePlayground()
const PLAYGROUND: Hex = `0x${'1a'.repeat(20)}`
/** Some 200 ms of work. */
const SPIN = callBody({ to: PLAYGROUND, data: abi.encodeFunctionData('spin', [10 ** 9]) as Hex })
const COUNTER = callBody({ to: PLAYGROUND, data: abi.encodeFunctionData('counter') as Hex })

/** Of a block without transactions. */
const TRACE = traceBody({})

/** A module in the place of the database's, which runs `code` when a thread opens the chain. */
const opens = (code: string) => ({
  module: `data:text/javascript,export function openReader() { ${code} }`,
  directory: '',
})

let directory: string
let hash: Hex
/** A chain with one block that threads open, as its owner has it open. */
let owner: Awaited<ReturnType<typeof openDatabase>>
beforeAll(async () => {
  directory = await newDirectory()
  const rig = await openRig(await testGenesis({ [PLAYGROUND]: { balance: '0', code: runtime } }), directory)
  hash = (await rig.engine.execute([], next(rig.engine))).block.hash
  await rig.engine.close()
  owner = await openDatabase(directory, { shared: true })
})
afterAll(() => owner.close())

let pool: ReadPool
let opened: Reads[]
const usePool = (options: Partial<ReadPoolOptions> = {}) => {
  const start = () =>
    startThread('node/execution/embedded/reads/worker', { resourceLimits: { maxOldGenerationSizeMb: 64 } })
  pool = new ReadPool({ size: 1, start, ...options })
}
const chain = (database = owner.address): Reads => {
  const reads = new Reads({ chainId: CHAIN_ID, database, pool })
  opened.push(reads)
  return reads
}
beforeEach(() => {
  opened = []
  usePool()
})
afterEach(() => Promise.all(opened.map((reads) => reads.close())))

const counter = async (reads: Reads) => JSON.parse(new TextDecoder().decode(await reads.run('call', COUNTER, hash)))
const works = { success: true, data: `0x${'00'.repeat(32)}` }

describe('a read', () => {
  it('is answered by a thread', async () => {
    expect(await counter(chain())).toMatchObject(works)
  })

  it('that takes too long is broken off, and the next one finds a new thread', async () => {
    const reads = chain()
    await counter(reads)
    const [slow, behind] = await Promise.allSettled([reads.run('call', SPIN, hash, 20), counter(reads)])
    expect(slow).toMatchObject({
      reason: { code: 'EXECUTION_TIMEOUT', details: { reason: 'execution aborted (timeout = 20ms)' } },
    })
    expect(behind).toMatchObject({ value: works })
  })

  it('of an unknown block is refused', async () => {
    await expect(chain().run('call', COUNTER, `0x${'77'.repeat(32)}`)).rejects.toMatchObject({ code: 'BLOCK_UNKNOWN' })
  })

  it('that the engine cannot parse is refused, and the thread goes on', async () => {
    const reads = chain()
    const bad = reads.run('call', { request: { to: '0x12' }, gasCap: '0x1' }, hash)
    await expect(bad).rejects.toMatchObject({ code: 'CALL_INVALID' })
    expect(await counter(reads)).toMatchObject(works)
  })
})

describe('a thread that ends', () => {
  it.each([
    ['by itself', 'process.exit(3)', /ended with code 3/],
    [
      'by an error that nobody catches',
      'setImmediate(() => { throw new Error("boom") }); return new Promise(() => {})',
      /boom/,
    ],
    ['for want of memory', 'const all = []; for (;;) all.push(new Array(1e5).fill(all.length))', /memory/],
    ['because the chain cannot be opened', 'throw new Error("no such directory")', /no such directory/],
  ])('%s fails its read alone', async (_, code, reason) => {
    const [broken, good] = [chain(opens(code)), chain()]
    const [failed, other] = await Promise.allSettled([broken.run('call', COUNTER, hash), counter(good)])
    expect(failed).toMatchObject({
      reason: { code: 'READ_FAILED', details: { reason: expect.stringMatching(reason) } },
    })
    expect(other).toMatchObject({ value: works })
  })

  it('before it could begin is told to whoever waits', async () => {
    usePool({ start: () => startThread('nothingOfThatName', {}) })
    await expect(counter(chain())).rejects.toMatchObject({ code: 'READ_FAILED' })
  })
})

describe('waiting', () => {
  it('is bounded in number, for heavy reads more narrowly', async () => {
    usePool({ waiting: { light: 2, heavy: 1 } })
    const reads = chain()
    const light = [1, 2, 3].map(() => counter(reads))
    const heavy = [1, 2].map(() => reads.run('trace_block', TRACE, hash))
    const outcomes = await Promise.allSettled([...light, ...heavy])
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
    ])
    expect(outcomes[2]).toMatchObject({ reason: { code: 'READS_BUSY', severity: 'temporary' } })
  })

  it('is bounded in time', async () => {
    usePool({ patience: 30 })
    const reads = chain()
    const stuck = chain(opens('return new Promise(() => {})'))
    const [first, second] = await Promise.allSettled([stuck.run('call', COUNTER, hash, 200), counter(reads)])
    expect([first, second]).toMatchObject([
      { reason: { code: expect.stringMatching(/^(READS_BUSY|EXECUTION_TIMEOUT)$/) } },
      { reason: { code: 'READS_BUSY' } },
    ])
  })

  it('has an order: light reads first, with a heavy one in between', async () => {
    const reads = chain()
    const order: string[] = []
    const note = (name: string) => () => void order.push(name)
    const heavy = () => reads.run('trace_block', TRACE, hash).then(note('heavy'))
    const light = () => counter(reads).then(note('light'))
    await Promise.all([heavy(), heavy(), ...Array.from({ length: 10 }, light)])
    expect(order).toEqual([...Array(8).fill('light'), 'heavy', 'light', 'light', 'heavy'])
  })
})

describe('closing', () => {
  it("ends the chain's reads, those of others go on, and its database is free", async () => {
    const [closing, other] = [chain(), chain()]
    await counter(closing)
    const under = closing.run('call', SPIN, hash)
    const outcomes = Promise.allSettled([under, counter(closing), counter(other)])
    await closing.close()
    const closed = { reason: { code: 'READS_CLOSED' } }
    expect(await outcomes).toMatchObject([closed, closed, { value: works }])
    await expect(counter(closing)).rejects.toMatchObject({ code: 'READS_CLOSED' })
  })

  it('waits until no thread has the database open', async () => {
    const folder = await newDirectory()
    const rig = await openRig(await testGenesis(), folder)
    await rig.engine.call({ to: PLAYGROUND }, rig.genesis.hash)
    await rig.engine.close()
    const alone = await openDatabase(folder)
    await alone.close()
  })
})

it('does not keep the process alive', async () => {
  const script = fileURLToPath(new URL('reader.mjs', import.meta.url))
  const child = spawn(process.execPath, [script, await newDirectory()], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  expect([output.trim(), code]).toEqual(['21000', 0])
})
