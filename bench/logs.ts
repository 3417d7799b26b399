import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bigEndian, concatBytes, keccakBytes, rlpEncode, utf8 } from '../src/core/codec/index.js'
import type { Change, Database } from '../src/core/ports/database.js'
import type { LogFilter } from '../src/core/ports/execution.js'
import type { Hash, Hex } from '../src/core/types/hex.js'
import { toHex } from '../src/node/execution/embedded/hex.js'
import { logIndexChanges } from '../src/node/execution/embedded/logs/logIndex.js'
import { searchLogs } from '../src/node/execution/embedded/logs/search.js'
import { key } from '../src/node/execution/embedded/store/keys.js'
import { StoredChain } from '../src/node/execution/embedded/store/stored.js'
import { openDatabase } from '../src/node/storage/level.js'
import { addToBloom, BLOOM_BYTES, bloomTest } from '../test/support/bloom.js'
import { type Result, rounded } from './result.js'

const BLOCKS = 100_000
/** Transfers of a token in each block. */
const TRANSFERS = 5
const ACCOUNTS = 10_000
/** A contract that logs this often: once in so many blocks. */
const SELDOM = 10_000
const LIMIT = 10_000
const TRANSFER = keccakBytes(utf8('Transfer(address,address,uint256)'))
const TOKEN = keccakBytes(utf8('token')).subarray(12)
const RARE = keccakBytes(utf8('rare')).subarray(12)

type Search = [name: string, filter: Omit<LogFilter, 'fromBlock' | 'toBlock'>]

/** How long it takes to find logs in a chain of 100,000 blocks with logs, by the index and by a walk over the blocks' blooms. */
export async function run(): Promise<Result[]> {
  const directory = await mkdtemp(join(tmpdir(), 'metis-bench-'))
  const database = await openDatabase(directory)
  try {
    const results = await fill(database)
    const chain = new StoredChain(database)
    const person = toHex(account(77)) as Hash
    const searches: Search[] = [
      ['a contract that logs seldom', { addresses: [toHex(RARE)] }],
      [
        "one account's transfers of a token",
        { addresses: [toHex(TOKEN)], topics: [[toHex(TRANSFER)], null, [person]] },
      ],
      ['an event that a busy contract never logs', { addresses: [toHex(TOKEN)], topics: [[toHex(keccakBytes(RARE))]] }],
      ['1,000 addresses of which none logs', { addresses: Array.from({ length: 1000 }, (_, i) => nobody(i)) }],
    ]
    for (const [name, filter] of searches) {
      for (const blocks of [10_000, BLOCKS]) {
        const whole = { ...filter, fromBlock: BLOCKS - blocks, toBlock: BLOCKS - 1 }
        const [found, time] = await timed(() => searchLogs(chain, { filter: whole, limit: LIMIT }))
        const [candidates, walk] = await timed(() => bloomWalk(database, whole))
        const logs = JSON.parse(new TextDecoder().decode(found)).length
        const what = `${name}, ${blocks} blocks, ${logs} logs`
        results.push({ case: `${what}: by the index`, value: rounded(time), unit: 'ms', ratio: rounded(walk / time) })
        results.push({
          case: `${what}: walk of blooms, ${candidates} candidates`,
          value: rounded(walk),
          unit: 'ms',
          ratio: 1,
        })
      }
    }
    return results
  } finally {
    await database.close()
    await rm(directory, { recursive: true })
  }
}

/** Writes the chain, and tells what its index took. */
async function fill(database: Database): Promise<Result[]> {
  let making = 0
  let entries = 0
  let bytes = 0
  let changes: Change[] = []
  for (let number = 0; number < BLOCKS; number++) {
    const hash = keccakBytes(bigEndian(number, 8))
    const { receipts, bloom } = logsOf(number)
    const start = performance.now()
    const index = logIndexChanges(number, receipts)
    making += performance.now() - start
    entries += index.length
    bytes += index.reduce((sum, change) => sum + change.key.length, 0)
    changes.push(
      ...index,
      { key: key.receipts(toHex(hash)), value: receipts },
      { key: key.block(toHex(hash)), value: rlpEncode([[], Array.from({ length: TRANSFERS }, () => hash), [], []]) },
      { key: key.canonical(number), value: hash },
      { key: key.bloom(bigEndian(number, 8)), value: bloom },
    )
    if (changes.length < 10_000) continue
    await database.write(changes, { lasting: false })
    changes = []
  }
  await database.write(changes)
  return [
    {
      case: `entries of a block with ${TRANSFERS} transfers`,
      value: rounded(entries / BLOCKS),
      unit: 'entries',
      ratio: null,
    },
    { case: 'bytes of them, before compression', value: rounded(bytes / BLOCKS), unit: 'B', ratio: null },
    { case: 'making them', value: rounded(making / BLOCKS), unit: 'ms', ratio: null },
  ]
}

function account(i: number): Uint8Array {
  return concatBytes(new Uint8Array(12), keccakBytes(bigEndian(i, 4)).subarray(12))
}

function nobody(i: number): Hex {
  return toHex(keccakBytes(concatBytes(utf8('nobody'), bigEndian(i, 4))).subarray(12))
}

function logsOf(number: number): { receipts: Uint8Array; bloom: Uint8Array } {
  const bloom = new Uint8Array(BLOOM_BYTES)
  const receipts = Array.from({ length: TRANSFERS }, (_, i) => {
    const place = number * TRANSFERS + i
    const from = account((place * 7919) % ACCOUNTS)
    const to = account((place * 104_729 + 1) % ACCOUNTS)
    const seldom = number % SELDOM === 0 && i === 0
    const address = seldom ? RARE : TOKEN
    for (const item of [address, TRANSFER, from, to]) addToBloom(bloom, item)
    const logs = [[address, [TRANSFER, from, to], bigEndian(place, 32)]]
    return [2, 1, from.subarray(12), TOKEN, new Uint8Array(0), 50_000, 50_000, 7, logs, new Uint8Array(BLOOM_BYTES)]
  })
  return { receipts: rlpEncode(receipts), bloom }
}

/** How logs were found before there was an index: every bloom is looked at. Counts the blocks that it would look into. */
async function bloomWalk(database: Database, { fromBlock, toBlock, addresses = [], topics = [] }: LogFilter) {
  const lists = [addresses, ...topics.map((topic) => topic ?? [])].filter((list) => list.length > 0)
  const tests = lists.map((list) => list.map((item) => bloomTest(Buffer.from(item.slice(2), 'hex'))))
  let candidates = 0
  for await (const [, bloom] of database.entries(
    key.bloom(bigEndian(fromBlock, 8)),
    key.bloom(bigEndian(toBlock + 1, 8)),
  )) {
    if (tests.every((anyOf) => anyOf.some((test) => test(bloom)))) candidates++
  }
  return candidates
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now()
  const value = await work()
  return [value, performance.now() - start]
}
