import {
  bigEndian,
  concatBytes,
  malformed,
  type RlpItem,
  rlpBytes,
  rlpDecode,
  rlpEncode,
  rlpInteger,
  utf8,
} from '../../core/codec/index.js'
import { Exit, MetisSeqError } from '../../core/errors/index.js'
import { reached } from '../../core/faultPoints.js'
import type { Database } from '../../core/ports/database.js'
import type { ConsensusEngine, DecidedBlock } from '../../core/ports/engine.js'
import type { Hash } from '../../core/types/hex.js'

const MAX_MESSAGES = 256
const REMEMBERED_HASHES = 1024
const fail = malformed('LOG_MALFORMED', 'ordered log')
const keyOf = (height: number) => concatBytes(utf8('b'), bigEndian(height, 8))
const HEAD = utf8('head')

interface Waiting {
  message: Uint8Array
  done: () => void
  failed: (error: unknown) => void
}

/**
 * The engine of a devnet: one durable log for all nodes of the process. A message is answered once it is on disk; what
 * comes meanwhile shares the next write. It tolerates no Byzantine fault: whoever owns the file owns the order.
 */
export async function openEmbeddedLog(database: Database, now: () => number): Promise<EmbeddedLog> {
  const stored = database.get(HEAD)
  const height = stored === undefined ? 0 : Number(rlpInteger(rlpDecode(stored, fail), 'height', fail, 6))
  const last = height === 0 ? undefined : readBlock(database, height)
  return new EmbeddedLog(database, now, height, last?.time ?? 0)
}

function readBlock(database: Database, height: number): DecidedBlock {
  const stored = database.get(keyOf(height))
  if (stored === undefined) {
    throw new MetisSeqError('LOG_CORRUPT', `Block ${height} of the ordered log is missing.`, {
      exit: Exit.data,
      severity: 'critical',
      next: 'Restore the data folder from a copy, or begin anew with --reset.',
    })
  }
  const [time, messages] = rlpDecode(stored, fail) as RlpItem[]
  if (!Array.isArray(messages)) throw fail(`block ${height} has no list of messages`)
  return {
    height,
    time: Number(rlpInteger(time, 'time', fail, 6)),
    messages: messages.map((message) => rlpBytes(message, 'message', fail)),
  }
}

class EmbeddedLog implements ConsensusEngine {
  readonly #database: Database
  readonly #now: () => number
  readonly #wakers = new Set<() => void>()
  readonly #hashes = new Map<number, Hash>()
  #height: number
  #time: number
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined
  #closed = false

  constructor(database: Database, now: () => number, height: number, time: number) {
    this.#database = database
    this.#now = now
    this.#height = height
    this.#time = time
  }

  submit(message: Uint8Array): Promise<void> {
    if (this.#closed) return Promise.reject(closed())
    return new Promise((done, failed) => {
      this.#waiting.push({ message, done, failed })
      this.#writing ??= this.#write()
    })
  }

  async #write(): Promise<void> {
    // Ends when nothing waits; one more block for each lot that came during the last write.
    while (this.#waiting.length > 0) {
      const lot = this.#waiting.splice(0, MAX_MESSAGES)
      const height = this.#height + 1
      const time = Math.max(this.#now(), this.#time + 1)
      try {
        await this.#database.write([
          { key: keyOf(height), value: rlpEncode([time, lot.map(({ message }) => message)]) },
          { key: HEAD, value: rlpEncode(height) },
        ])
      } catch (error) {
        for (const { failed } of lot) failed(error)
        continue
      }
      reached('log.written')
      this.#height = height
      this.#time = time
      for (const { done } of lot) done()
      for (const wake of this.#wakers) wake()
    }
    this.#writing = undefined
  }

  decided(from: number, apply: (block: DecidedBlock) => Promise<void>): () => Promise<void> {
    let stopped = false
    let wake = () => {}
    const waker = () => wake()
    this.#wakers.add(waker)
    const run = async () => {
      for (let height = from; !stopped; height++) {
        while (height > this.#height && !stopped) {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
        if (!stopped) await apply(readBlock(this.#database, height))
      }
    }
    const running = run()
    return async () => {
      stopped = true
      wake()
      this.#wakers.delete(waker)
      await running
    }
  }

  status() {
    return { height: this.#height, time: this.#time }
  }

  reportAppHash(height: number, appHash: Hash): void {
    const known = this.#hashes.get(height)
    if (known === undefined) {
      this.#hashes.set(height, appHash)
      this.#hashes.delete(height - REMEMBERED_HASHES)
      return
    }
    if (known === appHash) return
    throw new MetisSeqError(
      'APP_HASH_DIFFERS',
      `After height ${height} the app hash is ${appHash}, others have ${known}.`,
      {
        exit: Exit.data,
        severity: 'critical',
        next: 'Keep the data folder for a bug report; nodes that went apart must not go on.',
      },
    )
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#writing
    await this.#database.close()
  }
}

function closed(): MetisSeqError {
  return new MetisSeqError('ENGINE_CLOSED', 'The consensus engine is closed.', { severity: 'temporary' })
}
