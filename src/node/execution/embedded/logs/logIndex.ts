import { bigEndian, concatBytes } from '../../../../core/codec/index.js'
import type { Change, DatabaseReader } from '../../../../core/ports/database.js'
import { key } from '../store/keys.js'
import { LogWalk } from './encodedLogs.js'

/**
 * What logs are found by: an address, a topic in its position, an address together with the first topic, or that there is a log at all.
 * It begins the keys of the blocks in question: a letter, the kind, and what it is about, folded to 16 bytes. Two that fold alike cost a
 * block looked at in vain, no more.
 */
export type Mark = Uint8Array

const ADDRESS = 0
/** And the position after it. */
const TOPIC = 1
const EVENT = 5
const ANY = 6
/** Where the folded bytes begin, and how many they are; the number of the block follows, in 6 bytes. */
const FOLDED = 2
const FOLD = 16
const MARK = FOLDED + FOLD
const NUMBER = 6
const [LETTER = 0] = key.logs
const NOTHING = new Uint8Array(0)

/** The mark of every block with logs. */
export const anyMark: Mark = entry(ANY).subarray(0, MARK)

export function addressMark(address: Uint8Array): Mark {
  return fold(entry(ADDRESS), address, 0, address.length).subarray(0, MARK)
}

/** @param position 0 to 3 */
export function topicMark(position: number, topic: Uint8Array): Mark {
  return fold(entry(TOPIC + position), topic, 0, topic.length).subarray(0, MARK)
}

/** Of an event of a contract: its address and its first topic. */
export function eventMark(address: Uint8Array, topic: Uint8Array): Mark {
  return fold(fold(entry(EVENT), address, 0, address.length), topic, 0, topic.length).subarray(0, MARK)
}

/** A key that is still about nothing. */
function entry(kind: number, number: Uint8Array = NOTHING): Uint8Array {
  const bytes = new Uint8Array(MARK + NUMBER)
  bytes[0] = LETTER
  bytes[1] = kind
  bytes.set(number, MARK)
  return bytes
}

/** Adds what lies from `start` to `end` in `bytes`, its last byte at the end. */
function fold(target: Uint8Array, bytes: Uint8Array, start: number, end: number): Uint8Array {
  for (let i = 1; i <= end - start; i++) {
    const at = MARK - 1 - ((i - 1) % FOLD)
    target[at] = (target[at] ?? 0) ^ (bytes[end - i] ?? 0)
  }
  return target
}

/**
 * What makes the logs of block `number` findable, for the write that stores it. After a rewind the entries of orphans stay: they only
 * name a number in which something may be, and what is there now decides.
 * @throws MetisSeqError `RECEIPT_MALFORMED`
 */
export function logIndexChanges(number: number, receipts: Uint8Array): Change[] {
  const marks = new Marks(receipts, bigEndian(number, NUMBER))
  for (const walk = new LogWalk(receipts); walk.next(); ) {
    const { address, topicCount } = walk
    marks.add(ADDRESS, address, 20)
    if (topicCount > 0) marks.add(EVENT, address, 20, walk.topic(0))
    for (let i = 0; i < topicCount; i++) marks.add(TOPIC + i, walk.topic(i), 32)
  }
  return marks.changes()
}

/** The entries of one block, each once. */
class Marks {
  readonly #bytes: Buffer
  readonly #number: Uint8Array
  readonly #seen = new Set<string>()
  readonly #changes: Change[] = []

  constructor(receipts: Uint8Array, number: Uint8Array) {
    this.#bytes = Buffer.from(receipts.buffer, receipts.byteOffset, receipts.length)
    this.#number = number
  }

  /** What lies at `at`, and a topic at `also`. */
  add(kind: number, at: number, length: number, also?: number): void {
    const second = also === undefined ? '' : this.#bytes.toString('latin1', also, also + 32)
    const name = `${kind}${this.#bytes.toString('latin1', at, at + length)}${second}`
    if (this.#seen.has(name)) return
    this.#seen.add(name)
    const key = fold(entry(kind, this.#number), this.#bytes, at, at + length)
    if (also !== undefined) fold(key, this.#bytes, also, also + 32)
    this.#changes.push({ key, value: NOTHING })
  }

  changes(): Change[] {
    return this.#changes.length === 0 ? [] : [{ key: entry(ANY, this.#number), value: NOTHING }, ...this.#changes]
  }
}

function entryKey(mark: Mark, number: number): Uint8Array {
  return concatBytes(mark, bigEndian(number, NUMBER))
}

/** Entries that are read of a list to see whether it is short. */
const SHORT = 512

/** Reads what `logIndexChanges` wrote. */
export class LogIndex {
  readonly #database: DatabaseReader

  constructor(database: DatabaseReader) {
    this.#database = database
  }

  /**
   * Numbers of the blocks from `from` to `to`, in their order, in which there may be a log with a mark of each list. The shortest
   * list says which blocks to ask the others about; where all are long, they are read and laid over each other.
   */
  async blocks(lists: readonly (readonly Mark[])[], from: number, to: number): Promise<number[]> {
    let shortest: { numbers: number[]; list: readonly Mark[] } | undefined
    for (const list of lists) {
      const numbers = await this.#numbers(list, from, to, shortest?.numbers.length ?? SHORT)
      if (numbers !== undefined) shortest = { numbers, list }
    }
    if (shortest === undefined) return this.#common(lists, from, to)
    const { numbers, list } = shortest
    const others = lists.filter((other) => other !== list)
    return numbers.filter((number) => others.every((other) => other.some((each) => this.#has(each, number))))
  }

  #has(of: Mark, number: number): boolean {
    return this.#database.get(entryKey(of, number)) !== undefined
  }

  /** The numbers of one list, in their order; undefined where there are more than `most`. */
  async #numbers(list: readonly Mark[], from: number, to: number, most: number): Promise<number[] | undefined> {
    const numbers = new Set<number>()
    for (const each of list) {
      for await (const number of this.#entries(each, from, to)) {
        numbers.add(number)
        if (numbers.size > most) return undefined
      }
    }
    return [...numbers].sort((a, b) => a - b)
  }

  async #common(lists: readonly (readonly Mark[])[], from: number, to: number): Promise<number[]> {
    const votes = new Uint8Array(to - from + 1)
    for (const [i, list] of lists.entries()) {
      for (const each of list) {
        for await (const number of this.#entries(each, from, to)) {
          if (votes[number - from] === i) votes[number - from] = i + 1
        }
      }
    }
    const numbers: number[] = []
    for (const [i, count] of votes.entries()) if (count === lists.length) numbers.push(from + i)
    return numbers
  }

  async *#entries(of: Mark, from: number, to: number): AsyncIterable<number> {
    for await (const [at] of this.#database.entries(entryKey(of, from), entryKey(of, to + 1))) {
      yield numberAtEnd(at)
    }
  }
}

function numberAtEnd(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - NUMBER, NUMBER)
  return view.getUint16(0) * 2 ** 32 + view.getUint32(2)
}
