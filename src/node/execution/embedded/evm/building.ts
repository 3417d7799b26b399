import { nextBaseFee } from '../../../../core/chain/baseFee.js'
import type { Header } from '../../../../core/chain/header.js'
import { malformed } from '../../../../core/codec/index.js'
import type { MetisSeqError } from '../../../../core/errors/index.js'
import type { Block, BlockAttributes, Rejected } from '../../../../core/ports/execution.js'
import type { Recovery, Sender, Senders } from '../senders/senders.js'
import { invalidTransaction } from '../senders/transactions.js'
import type { Lap } from '../stopwatch.js'
import { Turns } from '../turns.js'
import type { Instance } from './instance.js'
import {
  applyRequest,
  type BlockContext,
  beginRequest,
  type Finished,
  finishRequest,
  readFinished,
  readOutcomes,
} from './wire.js'

/** What blocks are executed with. */
export interface Machinery {
  instance: Pick<Instance, 'invoke'>
  senders: Senders
  chainId: number
  lap: Lap
}

export interface BuildOptions {
  /** Hears of each transaction that is left out; `invalid` where it is none of this chain at all. It may throw. */
  reject(rejected: Rejected, invalid?: MetisSeqError): void
  /** `performance.now()` after which no further transaction is begun, and how many are begun all the same. */
  until?: number
  required?: number
  /** Executes them one by one, so that `inHand` names the one on which the engine breaks off. */
  single?: boolean
}

/** A block that was executed, and what it adds to the disk. */
export interface Executed {
  header: Header
  /** Those that are in it. */
  transactions: readonly Uint8Array[]
  finished: Finished
}

/** Envelopes whose senders are asked for together, and executed together if time allows. */
const CHUNK = 64
/** Chunks whose senders are asked for ahead of the one in execution. */
const AHEAD = 8
const fail = malformed('EVM_REPLY_MALFORMED', 'reply of the execution engine')

interface Candidate extends Sender {
  raw: Uint8Array
}

/** Executes one block. The state of the instance is ahead of the disk afterwards. */
export class Building {
  readonly #with: Machinery
  readonly #options: BuildOptions
  readonly #context: BlockContext
  readonly #attributes: BlockAttributes
  readonly #turns = new Turns()
  readonly #included: Uint8Array[] = []
  #begun = 0
  /** The transactions that the engine has been given and not answered for. */
  inHand: readonly Uint8Array[] = []

  constructor(machinery: Machinery, parent: Block, attributes: BlockAttributes, options: BuildOptions) {
    this.#with = machinery
    this.#options = options
    this.#attributes = attributes
    this.#context = {
      parentHash: parent.hash,
      number: parent.number + 1,
      gasLimit: parent.gasLimit,
      baseFee: nextBaseFee(parent),
      timestamp: attributes.timestamp,
      feeRecipient: attributes.feeRecipient,
      prevRandao: attributes.prevRandao,
    }
  }

  /** Executes `raws` in their order: the senders of later ones are recovered while earlier ones are executed. */
  async run(raws: readonly Uint8Array[]): Promise<Executed> {
    const { instance, lap } = this.#with
    instance.invoke('begin', beginRequest(this.#context))
    lap('evm')
    for await (const { chunk, recoveries } of this.#recovered(raws)) {
      lap('recover')
      await this.#apply(this.#candidates(chunk, recoveries))
      lap('evm')
    }
    const finished = readFinished(instance.invoke('finish', finishRequest(this.#attributes.withdrawals)))
    lap('trie')
    return { header: this.#header(finished), transactions: this.#included, finished }
  }

  async *#recovered(raws: readonly Uint8Array[]) {
    const { senders, chainId } = this.#with
    const chunks: Uint8Array[][] = []
    for (let at = 0; at < raws.length; at += CHUNK) chunks.push(raws.slice(at, at + CHUNK))
    const asked: Promise<readonly Recovery[]>[] = []
    for (const [i, chunk] of chunks.entries()) {
      while (asked.length < Math.min(chunks.length, i + AHEAD)) {
        const recoveries = senders.recover(chainId, chunks[asked.length] ?? [])
        // If the block fails meanwhile nobody waits for it any more.
        recoveries.catch(() => undefined)
        asked.push(recoveries)
      }
      yield { chunk, recoveries: (await asked[i]) ?? [] }
    }
  }

  #candidates(raws: readonly Uint8Array[], recoveries: readonly Recovery[]): Candidate[] {
    const candidates: Candidate[] = []
    for (const [i, raw] of raws.entries()) {
      const recovery = recoveries[i]
      if (recovery !== undefined && 'hash' in recovery) candidates.push({ raw, ...recovery })
      else this.#refuse(raw, recovery?.reason ?? 'its sender is not known')
    }
    return candidates
  }

  #refuse(raw: Uint8Array, reason: string): void {
    const invalid = invalidTransaction(raw, reason)
    this.#options.reject(
      { hash: this.#with.senders.hashOf(this.#with.chainId, raw), reason: invalid.message, stale: true },
      invalid,
    )
  }

  async #apply(candidates: readonly Candidate[]): Promise<void> {
    for (let at = 0; at < candidates.length; ) {
      const most = this.#most()
      if (most === 0) return this.#leave(candidates.slice(at))
      at += this.#applySome(candidates.slice(at, at + most))
      await this.#turns.give()
    }
  }

  /** How many may be given to the engine at once. */
  #most(): number {
    const { required = 0, single = false } = this.#options
    const most = this.#left > 0 ? Number.POSITIVE_INFINITY : Math.max(0, required - this.#begun)
    return single ? Math.min(1, most) : most
  }

  /** Milliseconds that are left of the time to build the block. */
  get #left(): number {
    return (this.#options.until ?? Number.POSITIVE_INFINITY) - performance.now()
  }

  /** Executes the first of `candidates`, as many as time allows, and says how many. */
  #applySome(candidates: readonly Candidate[]): number {
    const slice = Math.max(1, Math.min(this.#turns.left, Math.ceil(this.#left)))
    this.inHand = candidates.map(({ raw }) => raw)
    const outcomes = readOutcomes(this.#with.instance.invoke('apply', applyRequest(slice, candidates)))
    this.inHand = []
    if (outcomes.length === 0 || outcomes.length > candidates.length)
      throw fail(`it has ${outcomes.length} outcomes of ${candidates.length} transactions`)
    this.#begun += outcomes.length
    for (const [i, obstacle] of outcomes.entries()) {
      const candidate = candidates[i]
      if (candidate === undefined) continue
      if (obstacle === undefined) this.#included.push(candidate.raw)
      else this.#options.reject({ hash: candidate.hash, ...obstacle })
    }
    return outcomes.length
  }

  #leave(candidates: readonly Candidate[]): void {
    for (const { hash } of candidates)
      this.#options.reject({ hash, reason: 'the time to build the block is over', stale: false })
  }

  #header({ change, hashes: _, receipts: __, ...results }: Finished): Header {
    return { ...this.#context, extraData: this.#attributes.extraData, stateRoot: change.root, ...results }
  }
}
