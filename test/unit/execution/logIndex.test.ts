import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logJson } from '../../../src/core/chain/logJson.js'
import { bigEndian, concatBytes, hexToBytes, keccakBytes, rlpEncode, utf8 } from '../../../src/core/codec/index.js'
import type { JsonText } from '../../../src/core/ports/calls.js'
import type { Change, Database } from '../../../src/core/ports/database.js'
import type { Log, LogFilter } from '../../../src/core/ports/execution.js'
import type { Address, Hash, Hex } from '../../../src/core/types/hex.js'
import { toHex } from '../../../src/node/execution/embedded/hex.js'
import { logIndexChanges } from '../../../src/node/execution/embedded/logs/logIndex.js'
import { searchLogs } from '../../../src/node/execution/embedded/logs/search.js'
import { key, rangeOf } from '../../../src/node/execution/embedded/store/keys.js'
import { StoredChain } from '../../../src/node/execution/embedded/store/stored.js'
import { openDatabase } from '../../../src/node/storage/level.js'
import { Dice } from './differential/dice.js'
import { compilePlayground } from './playground.js'
import { addressOf, newDirectory, next, openRig, type Rig, sign, testGenesis, wallet } from './support.js'

const hashOf = (text: string): Hash => toHex(keccakBytes(utf8(text)))
const matches = (log: Log, { fromBlock, toBlock, addresses = [], topics = [] }: LogFilter) =>
  log.blockNumber >= fromBlock &&
  log.blockNumber <= toBlock &&
  (addresses.length === 0 || addresses.includes(log.address)) &&
  topics.length <= log.topics.length &&
  topics.every((anyOf, i) => anyOf === null || anyOf.length === 0 || anyOf.includes(log.topics[i] ?? '0x'))

describe('a search in a long chain', () => {
  const BLOCKS = 1_500
  const dice = new Dice(11)
  /** The first of each are everywhere, so that their lists are long. */
  const addresses: Address[] = Array.from({ length: 40 }, (_, i): Address => `0x${hashOf(`contract ${i}`).slice(26)}`)
  const topics: Hash[] = Array.from(
    { length: 60 },
    (_, i): Hash => (i % 2 === 0 ? hashOf(`event ${i}`) : `0x${i.toString(16).padStart(64, '0')}`),
  )
  const busy = <T>(list: readonly T[]): T => (dice.once(2) ? dice.pick(list.slice(0, 2)) : dice.pick(list))
  const all: Log[] = []
  let database: Database
  let chain: StoredChain
  let directory: string

  /** The changes that store a block with random logs of two transactions, one of them legacy. */
  function block(number: number): Change[] {
    const blockHash = hashOf(`block ${number}`)
    const legacy = [number, utf8('legacy')]
    const typed = concatBytes(Uint8Array.of(2), rlpEncode([number, utf8('typed')]))
    let logIndex = 0
    const receipts = [rlpEncode(legacy), typed].map((envelope, transactionIndex) => {
      const transactionHash = toHex(keccakBytes(envelope))
      const logs = Array.from(
        { length: dice.below(3) },
        (): Log => ({
          address: busy(addresses),
          topics: Array.from({ length: dice.below(5) }, () => busy(topics)),
          data: toHex(new Uint8Array(dice.below(100)).fill(7)),
          ...{ logIndex: logIndex++, transactionIndex, transactionHash, blockNumber: number, blockHash },
        }),
      )
      all.push(...logs)
      const fields = logs.map(({ address, topics, data }) => [
        hexToBytes(address),
        topics.map((each) => hexToBytes(each)),
        hexToBytes(data),
      ])
      return [0, 1, new Uint8Array(20), new Uint8Array(20), new Uint8Array(0), 5, 5, 5, fields, new Uint8Array(0)]
    })
    const encoded = rlpEncode(receipts)
    return [
      ...logIndexChanges(number, encoded),
      { key: key.receipts(blockHash), value: encoded },
      { key: key.canonical(number), value: hexToBytes(blockHash) },
      { key: key.block(blockHash), value: rlpEncode([[], [legacy, typed], [], []]) },
    ]
  }

  beforeAll(async () => {
    directory = await newDirectory()
    database = await openDatabase(directory)
    chain = new StoredChain(database)
    const changes: Change[] = []
    for (let number = 0; number < BLOCKS; number++) changes.push(...block(number))
    await database.write(changes)
  })
  afterAll(async () => {
    await database.close()
    await rm(directory, { recursive: true })
  })

  const search = async (filter: LogFilter) =>
    JSON.parse(new TextDecoder().decode(await searchLogs(chain, { filter, limit: 100_000 })))
  const expected = (filter: LogFilter) =>
    JSON.parse(JSON.stringify(all.filter((log) => matches(log, filter)).map((log) => logJson(log))))

  it('finds exactly what a look at every log finds, whatever is asked', async () => {
    const some = <T>(list: readonly T[]): T[] => Array.from({ length: dice.below(3) }, () => busy(list))
    let found = 0
    for (let i = 0; i < 150; i++) {
      const [a, b] = [dice.below(BLOCKS), dice.below(BLOCKS)]
      const filter: LogFilter = {
        fromBlock: dice.once(2) ? 0 : Math.min(a, b),
        toBlock: dice.once(2) ? BLOCKS + 5 : Math.max(a, b),
        addresses: some(addresses),
        topics: Array.from({ length: dice.below(5) }, () => (dice.once(2) ? null : some(topics))),
      }
      const logs = expected(filter)
      expect({ filter, logs: await search(filter) }).toEqual({ filter, logs })
      found += logs.length
    }
    expect(found).toBeGreaterThan(1000)
  })

  it('reads all lists where all are long, and asks for the rare one where one is', async () => {
    const [token = '0x', other = '0x'] = addresses
    const [event = '0x', second = '0x'] = topics
    const rare = all.find((log) => log.topics.length === 4)?.topics[3] ?? '0x'
    for (const filter of [
      { addresses: [token], topics: [null, [event]] },
      { addresses: [token, other], topics: [[event, second], [event], [second]] },
      { addresses: [token], topics: [null, null, null, [rare]] },
      { topics: [[event], [second]] },
    ]) {
      const whole = { ...filter, fromBlock: 0, toBlock: BLOCKS }
      expect(expected(whole).length).toBeGreaterThan(0)
      expect(await search(whole)).toEqual(expected(whole))
    }
  })
})

describe('the index of a chain', () => {
  const { abi, runtime } = compilePlayground()
  const [ONE, TWO]: Address[] = [`0x${'1a'.repeat(20)}`, `0x${'2b'.repeat(20)}`]
  const log = abi.encodeFunctionData('log', [1]) as Hex
  let rig: Rig
  beforeAll(async () => {
    const account = { balance: '0', code: runtime }
    rig = await openRig(await testGenesis({ [ONE as Address]: account, [TWO as Address]: account }))
  })
  afterAll(() => rig.remove())

  const seal = async (to: Hex | undefined) => {
    const { engine } = rig
    const nonce = await engine.nonce(addressOf(wallet(0)), engine.head().hash)
    const raw = await sign(wallet(0), nonce, { to: to ?? null, data: log, gasLimit: 300_000 })
    return (await engine.execute([raw], next(engine))).block
  }
  const logsIn = ({ json }: JsonText): { address: string; blockHash: string }[] => JSON.parse(json)
  const find = async (address: Hex | undefined) =>
    logsIn(await rig.engine.logs({ fromBlock: 0, toBlock: 9, addresses: address === undefined ? [] : [address] }, 10))

  it('does not tell of orphans after a rewind', async () => {
    const first = await seal(ONE)
    const orphan = await seal(ONE)
    await rig.engine.rewind(first.hash)
    expect(await find(ONE)).toHaveLength(2)
    const instead = await seal(TWO)
    expect(instead.number).toBe(orphan.number)
    expect((await find(ONE)).map(({ blockHash }) => blockHash)).toEqual([first.hash, first.hash])
    expect((await find(TWO)).map(({ blockHash }) => blockHash)).toEqual([instead.hash, instead.hash])
  })

  it('is made for a chain that an older program stored with blooms', async () => {
    const before = await find(undefined)
    expect(before).toHaveLength(4)
    await rig.engine.close()
    const database = await openDatabase(rig.directory)
    const changes: Change[] = [{ key: key.version, value: Uint8Array.of(1) }]
    for await (const [at] of database.entries(
      key.logs,
      key.logs.map((byte) => byte + 1),
    ))
      changes.push({ key: at, value: undefined })
    for (const number of [1, 2]) changes.push({ key: key.bloom(bigEndian(number, 8)), value: new Uint8Array(256) })
    await database.write(changes)
    await database.close()
    await rig.reopen()
    expect(await find(undefined)).toEqual(before)
    await rig.engine.close()
    const after = await openDatabase(rig.directory)
    for await (const [at] of after.entries(...rangeOf(key.bloom))) throw new Error(`a bloom is left at ${toHex(at)}`)
    await after.close()
    await rig.reopen()
  })
})
