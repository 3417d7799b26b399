import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Genesis, GenesisAccount } from '../../../src/core/genesis/types.js'
import type { Block, ExecutionEngine } from '../../../src/core/ports/execution.js'
import type { Address, Hash } from '../../../src/core/types/hex.js'
import { createEmbeddedEngine } from '../../../src/node/execution/embedded/index.js'
import { key } from '../../../src/node/execution/embedded/store/keys.js'
import { exportSnapshot, importSnapshot, lookAtSnapshot } from '../../../src/node/snapshot.js'
import { openDatabase } from '../../../src/node/storage/level.js'
import { compilePlayground } from './playground.js'
import { addressOf, newDirectory, next, openRig, type Rig, sign, testGenesis, wallet } from './support.js'

const { abi, runtime } = compilePlayground()
const PLAYGROUND: Address = `0x${'9a'.repeat(20)}`
const TWIN: Address = `0x${'9b'.repeat(20)}`
/** Stores the hash of the 256th block before: PUSH2 256, NUMBER, SUB, BLOCKHASH, PUSH0, SSTORE. */
const LOOKBACK: Address = `0x${'9c'.repeat(20)}`
const lookback = '0x6101004303405f5500'
const alloc: Record<Address, GenesisAccount> = {
  [PLAYGROUND]: { balance: '0', code: runtime },
  [TWIN]: { balance: '5', code: runtime },
  [LOOKBACK]: { balance: '0', code: lookback },
}
const AT = 262
const HEAD = 266

let root: string
let rig: Rig
let genesis: Genesis
let blocks: Block[]
let whole: Buffer

/** A chain on whose every block something happens, exported at one below its head. */
beforeAll(async () => {
  root = await newDirectory()
  const l2 = await testGenesis(alloc)
  genesis = { l2 } as Genesis
  await mkdir(join(root, 'source'))
  rig = await openRig(l2, join(root, 'source', 'chain'))
  blocks = []
  for (let number = 1; number <= HEAD; number++) {
    const data = abi.encodeFunctionData('set', [number % 40, number])
    const raws = [
      await sign(wallet(0), 2 * (number - 1), { to: number % 3 === 0 ? TWIN : PLAYGROUND, data, gasLimit: 200_000 }),
      await sign(wallet(0), 2 * (number - 1) + 1, { to: LOOKBACK, gasLimit: 100_000 }),
    ]
    if (number % 50 === 0) {
      const log = abi.encodeFunctionData('log', [1])
      raws.push(await sign(wallet(1), number / 50 - 1, { to: PLAYGROUND, data: log, gasLimit: 200_000 }))
    }
    blocks.push((await rig.engine.execute(raws, next(rig.engine))).block)
  }
  await rig.engine.close()
  await exportSnapshot({ genesis, directory: join(root, 'source'), path: join(root, 'whole'), block: AT })
  whole = await readFile(join(root, 'whole'))
})
afterAll(() => rm(root, { recursive: true }))

const blockAt = (number: number) => blocks[number - 1] as Block
let target: string
let file: string
beforeEach(() => {
  target = join(root, `target-${Math.random()}`)
  file = join(root, `file-${Math.random()}`)
})
afterEach(() => rm(target, { recursive: true, force: true }))

const importing = (more: { expect?: Hash; signal?: AbortSignal; path?: string; genesis?: Genesis } = {}) =>
  importSnapshot({ genesis, directory: target, path: join(root, 'whole'), ...more })

async function opened<T>(use: (engine: ExecutionEngine) => Promise<T>): Promise<T> {
  const database = await openDatabase(join(target, 'chain'), { shared: true })
  const engine = await createEmbeddedEngine({ database, genesis: genesis.l2 })
  return use(engine).finally(() => engine.close())
}

describe('a snapshot', () => {
  it('says what it holds', async () => {
    const { hash } = blockAt(AT)
    const content = await lookAtSnapshot(join(root, 'whole'))
    expect(content).toMatchObject({
      chainId: genesis.l2.chainId,
      genesis: genesis.l2.hash,
      number: AT,
      hash,
      blocks: 257,
    })
    expect(content.bytes).toBe(whole.length)
    // Four system contracts, the playground once though two accounts have it, and the one that looks back.
    expect(content.codes).toBe(6)
  })

  it('makes a chain that goes on as the one it is from', async () => {
    await importing({ expect: blockAt(AT).hash })
    await opened(async (engine) => {
      expect(engine.head()).toEqual(blockAt(AT))
      for (const block of blocks.slice(AT)) expect(await engine.import(block.encoded)).toEqual(block)
      const head = engine.head()
      expect(head).toEqual(blockAt(HEAD))
      expect(await engine.storageAt(LOOKBACK, `0x${'00'.repeat(32)}`, head.hash)).toBe(blockAt(HEAD - 256).hash)
      expect(await engine.code(TWIN, head.hash)).toBe(runtime)
      expect(await engine.nonce(addressOf(wallet(0)), head.hash)).toBe(2 * HEAD)
    })
  })

  it('has nothing of what was before, but the blocks that execution may ask for', async () => {
    await importing()
    await opened(async (engine) => {
      expect(await engine.blockByNumber(0)).toBeUndefined()
      expect(await engine.blockByNumber(AT - 257)).toBeUndefined()
      expect(await engine.blockByNumber(AT - 256)).toEqual(blockAt(AT - 256))
      expect(await engine.blockByHash(blockAt(3).hash)).toBeUndefined()
      expect(await engine.logs({ fromBlock: 0, toBlock: AT }, 10)).toEqual({ json: '[]' })
      expect(await engine.receipts(blockAt(AT).hash)).toBeUndefined()
      const [transaction = '0x'] = blockAt(AT).transactionHashes
      expect(await engine.transactionPlace(transaction)).toBeUndefined()
      const below = blockAt(AT - 1).hash
      await expect(engine.balance(TWIN, below)).rejects.toMatchObject({ code: 'STATE_PRUNED', exit: 9 })
      await expect(engine.rewind(below)).rejects.toMatchObject({ code: 'STATE_PRUNED' })
    })
  })

  it('is the same when it is made from a chain that began with one', async () => {
    await importing()
    await exportSnapshot({ genesis, directory: target, path: file, block: AT })
    expect((await readFile(file)).equals(whole)).toBe(true)
  })

  it('is of a block that no longer can be orphaned, unless another one is named', async () => {
    const { number } = await exportSnapshot({ genesis, directory: join(root, 'source'), path: file })
    expect(number).toBe(HEAD - 32)
    const unknown = { genesis, directory: join(root, 'source'), path: `${file}.2`, block: HEAD + 1 }
    await expect(exportSnapshot(unknown)).rejects.toMatchObject({ code: 'BLOCK_UNKNOWN', exit: 9 })
  })

  it('of block 0 is one, too', async () => {
    await exportSnapshot({ genesis, directory: join(root, 'source'), path: file, block: 0 })
    expect(await importing({ path: file })).toMatchObject({ number: 0, hash: genesis.l2.hash, blocks: 1 })
    await opened(async (engine) => {
      expect(await engine.import(blockAt(1).encoded)).toEqual(blockAt(1))
    })
  })
})

describe('an export', () => {
  it('never replaces a file, and leaves nothing where it is stopped', async () => {
    const source = { genesis, directory: join(root, 'source') }
    await expect(exportSnapshot({ ...source, path: join(root, 'whole') })).rejects.toMatchObject({
      code: 'OUTPUT_FAILED',
    })
    expect((await readFile(join(root, 'whole'))).equals(whole)).toBe(true)
    const names = await readdir(root)
    const stopped = exportSnapshot({ ...source, path: file, signal: AbortSignal.abort() })
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' })
    expect(await readdir(root)).toEqual(names)
  })

  it('refuses a folder without a chain, one in use, and one of another chain', async () => {
    await expect(exportSnapshot({ genesis, directory: target, path: file })).rejects.toMatchObject({
      code: 'SNAPSHOT_NO_CHAIN',
      exit: 9,
    })
    await expect(stat(target)).rejects.toMatchObject({ code: 'ENOENT' })
    const source = join(root, 'source')
    const other = { l2: await testGenesis() } as Genesis
    await expect(exportSnapshot({ genesis: other, directory: source, path: file })).rejects.toMatchObject({
      code: 'GENESIS_MISMATCH',
    })
    const held = await openDatabase(join(source, 'chain'))
    const inUse = exportSnapshot({ genesis, directory: source, path: file })
    await expect(inUse).rejects.toMatchObject({ code: 'DATABASE_IN_USE', exit: 9 })
    await held.close()
  })
})

describe('an import', () => {
  it('refuses another chain, another block than expected, and a node that has a chain', async () => {
    const other = { l2: await testGenesis() } as Genesis
    await expect(importing({ genesis: other })).rejects.toMatchObject({ code: 'GENESIS_MISMATCH', exit: 9 })
    const unexpected = importing({ expect: blockAt(AT + 1).hash })
    await expect(unexpected).rejects.toMatchObject({ code: 'SNAPSHOT_UNEXPECTED', exit: 10 })
    await expect(stat(join(target, 'chain'))).rejects.toMatchObject({ code: 'ENOENT' })
    await importing()
    await expect(importing()).rejects.toMatchObject({ code: 'SNAPSHOT_TARGET_USED', exit: 9 })
    await opened(async (engine) => expect(engine.head().number).toBe(AT))
  })

  it('leaves what is no database alone', async () => {
    await mkdir(join(target, 'chain'), { recursive: true })
    await writeFile(join(target, 'chain', 'notes.txt'), 'mine')
    await expect(importing()).rejects.toMatchObject({ code: 'SNAPSHOT_TARGET_USED', exit: 9 })
    expect(await readdir(join(target, 'chain'))).toEqual(['notes.txt'])
  })

  it('that was killed says so, and can be done again', async () => {
    const database = await openDatabase(join(target, 'chain'))
    await database.write([
      { key: key.importing, value: Uint8Array.of(1) },
      { key: key.node(new Uint8Array(32)), value: new Uint8Array(40) },
    ])
    await expect(createEmbeddedEngine({ database, genesis: genesis.l2 })).rejects.toMatchObject({
      code: 'SNAPSHOT_UNFINISHED',
      exit: 9,
    })
    await database.close()
    await importing()
    await opened(async (engine) => expect(await engine.import(blockAt(AT + 1).encoded)).toEqual(blockAt(AT + 1)))
  })

  it('that is stopped leaves nothing', async () => {
    await expect(importing({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' })
    expect(await readdir(target)).toEqual([])
  })

  it('refuses a file that is damaged, cut off or goes on, wherever that is, and leaves nothing', async () => {
    const damage = fc.oneof(
      fc.record({ how: fc.constant('flipped'), at: fc.nat(whole.length - 1), by: fc.integer({ min: 1, max: 255 }) }),
      fc.record({ how: fc.constant('cut off'), at: fc.nat(whole.length - 1), by: fc.constant(0) }),
      fc.record({ how: fc.constant('longer'), at: fc.constant(whole.length), by: fc.integer({ min: 0, max: 255 }) }),
    )
    await fc.assert(
      fc.asyncProperty(damage, async ({ how, at, by }) => {
        const bytes = Buffer.from(whole)
        if (how === 'flipped') bytes[at] = (bytes[at] ?? 0) ^ by
        const content = how === 'cut off' ? bytes.subarray(0, at) : bytes
        await writeFile(file, how === 'longer' ? Buffer.concat([content, Buffer.of(by)]) : content)
        // In its header a flipped byte may look like another chain.
        const code = expect.stringMatching(/^(SNAPSHOT_DAMAGED|SNAPSHOT_TOO_NEW|GENESIS_MISMATCH)$/)
        await expect(importing({ path: file })).rejects.toMatchObject({ code, exit: 9 })
        await expect(stat(join(target, 'chain'))).rejects.toMatchObject({ code: 'ENOENT' })
      }),
      { numRuns: 60 },
    )
  })

  it('names a file that is not there', async () => {
    await expect(importing({ path: `${file}.no` })).rejects.toMatchObject({ code: 'SNAPSHOT_UNREADABLE', exit: 2 })
  })
})
