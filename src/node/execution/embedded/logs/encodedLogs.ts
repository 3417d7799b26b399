import { type Malformed, malformed } from '../../../../core/codec/index.js'

const fail = malformed('RECEIPT_MALFORMED', 'stored receipts')

/** Finds where RLP items begin and end, and leaves them where they are. */
export class RlpSpan {
  readonly #bytes: Uint8Array
  readonly #fail: Malformed
  /** Where the payload of the item read last begins. */
  start = 0
  /** Where it ends, and with it the item. */
  end = 0

  constructor(bytes: Uint8Array, fail: Malformed) {
    this.#bytes = bytes
    this.#fail = fail
  }

  /** Reads the item at `at`. */
  read(at: number): this {
    const first = this.#bytes[at] ?? 0
    const short = first < 0x80 ? 0 : first - (first < 0xc0 ? 0x80 : 0xc0)
    const lengthBytes = Math.max(0, short - 55)
    this.start = first < 0x80 ? at : at + 1 + lengthBytes
    let length = first < 0x80 ? 1 : short
    if (lengthBytes > 0) {
      length = 0
      for (let i = at + 1; i < this.start; i++) length = length * 256 + (this.#bytes[i] ?? 0)
    }
    this.end = this.start + length
    if (at < 0 || this.end > this.#bytes.length) throw this.#fail(`an item at ${at} ends after the last byte`)
    return this
  }

  /** Passes over `count` items from `at` on; where the next one is. */
  skip(at: number, count: number): number {
    let position = at
    for (let i = 0; i < count; i++) position = this.read(position).end
    return position
  }
}

/** Fields of a receipt before its logs, as `core/chain/receipt` encodes it. */
const FIELDS_BEFORE = 8
/** RLP of a topic: a byte of length, and 32. */
const TOPIC = 33

/**
 * Walks the logs of a block's encoded receipts without decoding them: for whoever looks for a few logs in many blocks.
 * @throws MetisSeqError `RECEIPT_MALFORMED`
 */
export class LogWalk {
  readonly bytes: Uint8Array
  readonly #span: RlpSpan
  readonly #listEnd: number
  /** Where the next receipt is. */
  #receipt: number
  /** Where the next log of the present receipt is, and where they end. */
  #log = 0
  #logsEnd = 0
  transactionIndex = -1
  logIndex = -1
  /** Where the address of the log is. */
  address = 0
  /** Where its first topic is. */
  #topics = 0
  topicCount = 0
  dataStart = 0
  dataEnd = 0

  constructor(receipts: Uint8Array) {
    this.bytes = receipts
    this.#span = new RlpSpan(receipts, fail)
    const { start, end } = this.#span.read(0)
    this.#receipt = start
    this.#listEnd = end
  }

  /** Goes to the next log; false after the last one. */
  next(): boolean {
    while (this.#log >= this.#logsEnd) if (!this.#nextReceipt()) return false
    const span = this.#span
    const log = span.read(this.#log)
    const { start, end } = log
    this.#log = end
    this.address = span.read(start).start
    if (span.end - span.start !== 20) throw fail('an address does not have 20 bytes')
    const topics = span.read(span.end)
    this.#topics = topics.start + 1
    const topicBytes = topics.end - topics.start
    if (topicBytes % TOPIC !== 0) throw fail('a topic does not have 32 bytes')
    this.topicCount = topicBytes / TOPIC
    span.read(topics.end)
    this.dataStart = span.start
    this.dataEnd = span.end
    this.logIndex += 1
    return true
  }

  /** Where topic `position` of the log is. */
  topic(position: number): number {
    return this.#topics + position * TOPIC
  }

  #nextReceipt(): boolean {
    if (this.#receipt >= this.#listEnd) return false
    const { start, end } = this.#span.read(this.#receipt)
    this.#receipt = end
    this.#span.read(this.#span.skip(start, FIELDS_BEFORE))
    this.#log = this.#span.start
    this.#logsEnd = this.#span.end
    this.transactionIndex += 1
    return true
  }
}
