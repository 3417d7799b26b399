import { hash as digest } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { keccak256, rlpEncode } from '../../../../core/codec/index.js'
import { Serial } from '../../../../core/serial.js'
import type { Address, Hash } from '../../../../core/types/hex.js'
import { engineModule } from '../../../../engines/module.js'
import { startThread } from '../../../../engines/thread.js'
import { Cache } from '../cache.js'
import { toHex } from '../hex.js'
import { Turns } from '../turns.js'
import { EnvelopeReader, type Recovered } from './envelopes.js'
import { SenderThreads } from './threads.js'

/** Who signed an envelope: its hash, and the account in both shapes. */
export interface Sender {
  hash: Hash
  from: Address
  /** 20 bytes */
  address: Uint8Array
}

/** Why an envelope has no sender on this chain. */
export interface Unsigned {
  reason: string
}

export type Recovery = Sender | Unsigned

/** As geth's pool: nothing larger is read. */
export const MAX_TRANSACTION_BYTES = 128 * 1024
const REMEMBERED = 50_000
/** Envelopes and bytes that go to a thread in one message: some 3 ms of work. */
const TASK = 64
const TASK_BYTES = 1024 * 1024
/** So few are done here: a message to a thread and back takes as long as recovering them. */
const FEW = 4
/** Done here in one go, where no thread is there: less than a millisecond. */
const GROUP = 16

interface Wanted {
  key: string
  chainId: number
  raw: Uint8Array
  resolve: (recovery: Recovery) => void
  reject: (error: unknown) => void
}

/**
 * Recovers who sent transactions: each once, on other threads, with what is asked in one tick going out together. It remembers as many
 * as a pool and some blocks hold.
 */
export class Senders {
  readonly reader: EnvelopeReader
  readonly #threads: SenderThreads
  readonly #known = new Cache<string, Recovery>(REMEMBERED)
  readonly #underWay = new Map<string, Promise<Recovery>>()
  /** For what is done in this thread. */
  readonly #serial = new Serial()
  readonly #turns = new Turns()
  #wanted: Wanted[] = []
  #bytes = 0
  #timer: NodeJS.Immediate | undefined

  constructor(reader: EnvelopeReader, threads: SenderThreads) {
    this.reader = reader
    this.#threads = threads
  }

  /** The senders of `raws`, in their order. */
  async recover(chainId: number, raws: readonly Uint8Array[]): Promise<readonly Recovery[]> {
    return Promise.all(raws.map((raw) => this.#find(chainId, raw)))
  }

  /** The sender of one, at once: remembered, or recovered in this thread. */
  recoverNow(chainId: number, raw: Uint8Array): Recovery {
    const key = keyOf(chainId, raw)
    const known = this.#known.get(key) ?? tooLarge(raw)
    if (known !== undefined) return known
    const [recovery = LOST] = recoveriesOf(this.reader.recover(chainId, rlpEncode([raw])), 1)
    this.#known.set(key, recovery)
    return recovery
  }

  /** Hash of an envelope, remembered or computed. */
  hashOf(chainId: number, raw: Uint8Array): Hash {
    const known = this.#known.get(keyOf(chainId, raw))
    return known !== undefined && 'hash' in known ? known.hash : keccak256(raw)
  }

  #find(chainId: number, raw: Uint8Array): Recovery | Promise<Recovery> {
    const key = keyOf(chainId, raw)
    const found = this.#known.get(key) ?? tooLarge(raw) ?? this.#underWay.get(key)
    if (found !== undefined) return found
    const recovery = new Promise<Recovery>((resolve, reject) => {
      this.#wanted.push({ key, chainId, raw, resolve, reject })
    })
    this.#underWay.set(key, recovery)
    this.#bytes += raw.length
    const full = this.#wanted.length >= TASK || this.#bytes >= TASK_BYTES
    if (full && this.#threads.prepare()) this.#flush()
    else this.#timer ??= setImmediate(() => this.#flush())
    return recovery
  }

  #flush(): void {
    const wanted = this.#wanted
    clearImmediate(this.#timer)
    this.#wanted = []
    this.#bytes = 0
    this.#timer = undefined
    for (const chainId of new Set(wanted.map((each) => each.chainId))) {
      const some = wanted.filter((each) => each.chainId === chainId)
      for (let at = 0; at < some.length; at += TASK) this.#send(chainId, some.slice(at, at + TASK))
    }
  }

  #send(chainId: number, wanted: readonly Wanted[]): void {
    const here = (wanted.length < FEW && !this.#threads.busy) || !this.#threads.prepare()
    void (here ? this.#here(chainId, wanted) : this.#elsewhere(chainId, wanted))
  }

  /** On a thread; where that fails, in this one. */
  async #elsewhere(chainId: number, wanted: readonly Wanted[]): Promise<void> {
    const envelopes = rlpEncode(wanted.map(({ raw }) => raw))
    const recovered = await this.#threads.run(chainId, envelopes).catch(() => undefined)
    if (recovered === undefined) await this.#here(chainId, wanted)
    else this.#settle(wanted, recovered)
  }

  #here(chainId: number, wanted: readonly Wanted[]): Promise<void> {
    return this.#serial.run(async () => {
      for (let at = 0; at < wanted.length; at += GROUP) {
        this.#recoverHere(chainId, wanted.slice(at, at + GROUP))
        await this.#turns.give()
      }
    })
  }

  #recoverHere(chainId: number, wanted: readonly Wanted[]): void {
    try {
      this.#settle(wanted, this.reader.recover(chainId, rlpEncode(wanted.map(({ raw }) => raw))))
    } catch (error) {
      for (const { key, reject } of wanted) {
        this.#underWay.delete(key)
        reject(error)
      }
    }
  }

  #settle(wanted: readonly Wanted[], recovered: Recovered): void {
    const recoveries = recoveriesOf(recovered, wanted.length)
    for (const [i, { key, resolve }] of wanted.entries()) {
      const recovery = recoveries[i] ?? LOST
      this.#known.set(key, recovery)
      this.#underWay.delete(key)
      resolve(recovery)
    }
  }
}

const LOST: Unsigned = { reason: 'the engine gave no answer' }

function recoveriesOf({ hashes, senders, reasons }: Recovered, count: number): Recovery[] {
  const recoveries: Recovery[] = []
  for (let i = 0; i < count; i++) {
    const address = senders.subarray(20 * i, 20 * i + 20)
    recoveries.push({ hash: toHex(hashes.subarray(32 * i, 32 * i + 32)), from: toHex(address), address })
  }
  for (const [index, reason] of reasons) recoveries[index] = { reason }
  return recoveries
}

/** A strong hash, since a collision would give a transaction another's sender; native, since every transaction of every block pays it. */
function keyOf(chainId: number, raw: Uint8Array): string {
  return `${digest('sha256', raw, 'binary')}${chainId}`
}

function tooLarge(raw: Uint8Array): Unsigned | undefined {
  if (raw.length <= MAX_TRANSACTION_BYTES) return undefined
  return { reason: `it has ${raw.length} bytes, at most ${MAX_TRANSACTION_BYTES} are accepted` }
}

let shared: Promise<Senders> | undefined

/** The senders of this process, which all its engines share. @throws MetisSeqError `ENGINE_UNREADABLE` */
export function sharedSenders(): Promise<Senders> {
  shared ??= engineModule('evm').then((module) => {
    const size = Math.min(4, Math.max(1, availableParallelism() - 1))
    const start = () => startThread('node/execution/embedded/senders/worker', { workerData: module })
    return new Senders(new EnvelopeReader(module), new SenderThreads(size, start))
  })
  shared.catch(() => {
    shared = undefined
  })
  return shared
}
