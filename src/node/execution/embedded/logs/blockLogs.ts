import { logJson } from '../../../../core/chain/logJson.js'
import { keccakBytes, malformed } from '../../../../core/codec/index.js'
import type { LogFilter } from '../../../../core/ports/execution.js'
import type { Hash } from '../../../../core/types/hex.js'
import { fromHex, toHex } from '../hex.js'
import { LogWalk, RlpSpan } from './encodedLogs.js'

const fail = malformed('BLOCK_MALFORMED', 'stored block')

/** Whether the log at which a walk stands is one that is wanted. */
export type LogTest = (walk: LogWalk, bytes: Buffer) => boolean

/** The test for `filter`: null and an empty list match anything. */
export function logTest({ addresses = [], topics = [] }: LogFilter): LogTest {
  const wanted = setOf(addresses)
  const positions = topics.map((topic) => setOf(topic ?? []))
  const isOne = (set: ReadonlySet<string>, bytes: Buffer, at: number, length: number) =>
    set.size === 0 || set.has(bytes.toString('latin1', at, at + length))
  return (walk, bytes) => {
    if (walk.topicCount < positions.length || !isOne(wanted, bytes, walk.address, 20)) return false
    return positions.every((set, i) => isOne(set, bytes, walk.topic(i), 32))
  }
}

/** Bytes as texts, since a set knows texts by their content. */
function setOf(hexes: readonly `0x${string}`[]): ReadonlySet<string> {
  return new Set(hexes.map((hex) => Buffer.from(fromHex(hex)).toString('latin1')))
}

/** The logs of one block, of which only those that are wanted are decoded. */
export class BlockLogs {
  readonly #number: number
  readonly #hash: Hash
  readonly #walk: LogWalk
  readonly #bytes: Buffer
  readonly #block: () => Uint8Array | undefined
  /** The transaction of the last log, as a block has many logs of few transactions. */
  #transaction: { index: number; hash: Hash } | undefined

  /** @param block the encoded block, asked for where a log is wanted */
  constructor(number: number, hash: Hash, receipts: Uint8Array, block: () => Uint8Array | undefined) {
    this.#number = number
    this.#hash = hash
    this.#walk = new LogWalk(receipts)
    this.#bytes = Buffer.from(receipts.buffer, receipts.byteOffset, receipts.length)
    this.#block = block
  }

  /** Those that pass, as JSON texts. */
  matching(test: LogTest): string[] {
    const found: string[] = []
    while (this.#walk.next()) if (test(this.#walk, this.#bytes)) found.push(this.#json())
    return found
  }

  #json(): string {
    const { address, topicCount, dataStart, dataEnd, logIndex, transactionIndex } = this.#walk
    const topics = Array.from({ length: topicCount }, (_, i) => this.#hex(this.#walk.topic(i), 32))
    return JSON.stringify(
      logJson({
        address: this.#hex(address, 20),
        topics,
        data: this.#hex(dataStart, dataEnd - dataStart),
        logIndex,
        transactionIndex,
        transactionHash: this.#transactionHash(transactionIndex),
        blockNumber: this.#number,
        blockHash: this.#hash,
      }),
    )
  }

  #hex(at: number, length: number): `0x${string}` {
    return `0x${this.#bytes.toString('hex', at, at + length)}`
  }

  #transactionHash(index: number): Hash {
    if (this.#transaction?.index === index) return this.#transaction.hash
    const block = this.#block()
    if (block === undefined) throw fail('it is not there')
    const hash = toHex(keccakBytes(transactionAt(block, index)))
    this.#transaction = { index, hash }
    return hash
  }
}

/** The envelope (EIP-2718) with that index in an encoded block. */
function transactionAt(block: Uint8Array, index: number): Uint8Array {
  const span = new RlpSpan(block, fail)
  const transactions = span.skip(span.read(0).start, 1)
  const at = span.skip(span.read(transactions).start, index)
  const { start, end } = span.read(at)
  // A legacy transaction is a list in the block, any other one a string that holds it.
  return block.subarray((block[at] ?? 0) >= 0xc0 ? at : start, end)
}
