import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesToHex, hexToBytes } from '../../../src/core/codec/index.js'
import type { JsonText } from '../../../src/core/ports/calls.js'
import type { Block } from '../../../src/core/ports/execution.js'
import type { Address, Hash, Hex } from '../../../src/core/types/hex.js'
import { compilePlayground } from './playground.js'
import { addressOf, next, openRig, type Rig, sign, testGenesis, wallet } from './support.js'

const { abi, runtime } = compilePlayground()
const ONE: Address = `0x${'1a'.repeat(20)}`
const TWO: Address = `0x${'2b'.repeat(20)}`
const HISTORY: Address = '0x0000f90827f1c53a10cb7a02335b175320002935'
const encode = (name: string, ...args: unknown[]) => abi.encodeFunctionData(name, args) as Hex
const word = (n: number): Hash => `0x${n.toString(16).padStart(64, '0')}`

let rig: Rig
const blocks: Block[] = []
beforeAll(async () => {
  const account = { balance: '0', code: runtime }
  rig = await openRig(await testGenesis({ [ONE]: account, [TWO]: { ...account, storage: { [word(2)]: word(41) } } }))
  const calls: [Address, Hex][] = [
    [ONE, encode('log', 2)],
    [TWO, encode('set', 1, 2)],
    [TWO, encode('log', 1)],
    [ONE, encode('set', 3, 9)],
    [ONE, encode('log', 1)],
  ]
  for (const [nonce, [to, data]] of calls.entries()) {
    const raw = await sign(wallet(0), nonce, { to, data, gasLimit: 300_000 })
    blocks.push((await rig.engine.execute([raw], next(rig.engine))).block)
  }
})
afterAll(() => rig.remove())

const block = (number: number): Block => {
  const found = blocks[number - 1]
  if (found === undefined) throw new Error(`there is no block ${number}`)
  return found
}
const topic = (name: string): Hash => abi.getEvent(name)?.topicHash as Hash

/** The logs of an answer, as JSON-RPC has them. */
const logsIn = ({ json }: JsonText): Record<string, unknown>[] => JSON.parse(json)

describe('logs', () => {
  const all = { fromBlock: 0, toBlock: 99 }
  it.each([
    ['everything', {}, [1, 1, 1, 1, 3, 3, 5, 5]],
    ['one address', { addresses: [TWO] }, [3, 3]],
    ['two addresses', { addresses: [TWO, ONE] }, [1, 1, 1, 1, 3, 3, 5, 5]],
    ['a topic', { topics: [[topic('Indexed')]] }, [1, 1, 3, 5]],
    ['a topic in the wrong place', { topics: [null, [topic('Indexed')]] }, []],
    ['a later topic', { topics: [null, null, null, [word(1)]] }, [1]],
    ['an empty list, which is anything', { topics: [[], null] }, [1, 1, 3, 5]],
    ['a range', { addresses: [ONE], fromBlock: 2, toBlock: 5 }, [5, 5]],
    ['an empty range', { fromBlock: 4, toBlock: 3 }, []],
    ['nobody', { addresses: [HISTORY] }, []],
  ])('of %s', async (_, filter, numbers) => {
    const found = logsIn(await rig.engine.logs({ ...all, ...filter }, 100))
    expect(found.map(({ blockNumber }) => Number(blockNumber))).toEqual(numbers)
  })

  it('are bounded', async () => {
    await expect(rig.engine.logs(all, 7)).rejects.toMatchObject({ code: 'LOG_LIMIT' })
    const addresses = Array.from({ length: 1001 }, () => ONE)
    await expect(rig.engine.logs({ ...all, addresses }, 100)).rejects.toMatchObject({ code: 'LOG_LIMIT' })
  })

  it('know their place', async () => {
    const [, , last] = logsIn(await rig.engine.logs({ ...all, fromBlock: 1, toBlock: 1 }, 100))
    expect(last).toMatchObject({
      logIndex: '0x2',
      transactionIndex: '0x0',
      blockHash: block(1).hash,
      transactionHash: block(1).transactionHashes[0],
    })
  })
})

describe('state', () => {
  it('is that of the block asked for', async () => {
    const { engine } = rig
    const counter = async (hash: Hash) => BigInt((await engine.call({ to: TWO, data: encode('counter') }, hash)).data)
    expect(await counter(block(1).hash)).toBe(41n)
    expect(await counter(block(2).hash)).toBe(42n)
    expect(await engine.storageAt(TWO, word(2), rig.genesis.hash)).toBe(word(41))
    expect(await engine.storageAt(TWO, word(2), block(5).hash)).toBe(word(42))
    expect(await engine.storageAt(TWO, word(77), block(5).hash)).toBe(word(0))
    expect(await engine.code(ONE, block(1).hash)).toBe(runtime)
    expect(await engine.code(wallet(0).address as Address, block(1).hash)).toBe('0x')
    expect(await engine.nonce(addressOf(wallet(0)), block(3).hash)).toBe(3)
    await expect(engine.balance(ONE, word(5))).rejects.toMatchObject({ code: 'BLOCK_UNKNOWN' })
  })

  it('knows the hashes of old blocks, by BLOCKHASH and by the history contract', async () => {
    const { engine } = rig
    for (const number of [0, 2, 4]) {
      const hash = (await engine.blockByNumber(number))?.hash
      const { data } = await engine.call({ to: ONE, data: encode('hash', number) }, block(5).hash)
      expect(data).toBe(hash)
      const history = await engine.call({ to: HISTORY, data: word(number) }, block(5).hash)
      expect(history).toMatchObject({ success: true, data: hash })
    }
  })

  it('does not mind calls while a block is built', async () => {
    const { engine } = rig
    const at = engine.head()
    const raw = await sign(wallet(0), 5, { to: ONE, data: encode('spin', 2000), gasLimit: 3_000_000 })
    const [{ block }, ...results] = await Promise.all([
      engine.execute([raw], next(engine)),
      ...Array.from({ length: 10 }, (_, i) => engine.call({ to: ONE, data: encode('set', i, 1) }, at.hash)),
    ])
    expect(results.every(({ success }) => success)).toBe(true)
    expect(await engine.storageAt(ONE, word(2), block.hash)).toBe(word(1))
    const copy = await openRig(rig.genesis)
    for (let number = 1; number <= block.number; number++) {
      await copy.engine.import((await engine.blockByNumber(number))?.encoded ?? new Uint8Array(0))
    }
    expect(copy.engine.head()).toEqual(block)
    await copy.remove()
  })

  it('bounds the gas of a call', async () => {
    const result = await rig.engine.call({ to: ONE, data: encode('spin', 10_000_000), gas: 10n ** 15n }, block(1).hash)
    expect(result).toMatchObject({ success: false, error: 'out of gas', gasUsed: 50_000_000n })
  })
})

describe('decodeTransaction', () => {
  it.each([0, 1, 2] as const)('reads type %i', async (type) => {
    const raw = await sign(wallet(4), 9, { type, to: ONE, data: '0x1234', value: 6n, gasLimit: 77_000 })
    const transaction = rig.engine.decodeTransaction(raw)
    expect(transaction).toMatchObject({
      type,
      from: addressOf(wallet(4)),
      to: ONE,
      nonce: 9,
      value: 6n,
      data: '0x1234',
    })
    expect(transaction).toMatchObject({
      gasLimit: 77_000n,
      maxFeePerGas: 100n * 10n ** 9n,
      chainId: rig.genesis.chainId,
    })
    expect(bytesToHex(transaction.raw)).toBe(bytesToHex(raw))
  })

  it('refuses a high s, which would give a second hash to a transaction', async () => {
    const raw = bytesToHex(await sign(wallet(4), 0, { to: ONE }))
    const s = BigInt(`0x${raw.slice(-64)}`)
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
    const high = hexToBytes(`${raw.slice(0, -64)}${(order - s).toString(16).padStart(64, '0')}` as Hex)
    expect(() => rig.engine.decodeTransaction(high)).toThrow(expect.objectContaining({ code: 'TX_INVALID' }))
  })
})
