import { deserialize, serialize } from 'node:v8'
import { bigEndian, concatBytes, utf8 } from '../../core/codec/index.js'
import { appHash } from '../../core/consensus/digest.js'
import { genesisState } from '../../core/consensus/genesis.js'
import { apply } from '../../core/consensus/machine.js'
import type { ConsensusState, Context, Effect, Message } from '../../core/consensus/types.js'
import { decodeMessage, encodeMessage } from '../../core/consensus/wire.js'
import { Exit, MetisSeqError, messageOf } from '../../core/errors/index.js'
import { reached } from '../../core/faultPoints.js'
import type { Database } from '../../core/ports/database.js'
import type { ConsensusEngine, DecidedBlock } from '../../core/ports/engine.js'
import type { Withdrawal } from '../../core/ports/execution.js'
import type { Hash } from '../../core/types/hex.js'

/** Blocks of the log between two stored states: what a restart has to replay at most. */
export const SNAPSHOT_EVERY = 32
const STATE = utf8('state')
const depositKey = (index: number) => concatBytes(utf8('d'), bigEndian(index, 8))

export interface Deposit extends Withdrawal {
  l1Block: number
}

interface Stored {
  height: number
  appHash: Hash
  state: ConsensusState
}

/** State after a block and what it caused, from the state before and its hash. */
export interface Replayed {
  state: ConsensusState
  appHash: Hash
  effects: Effect[]
  refusals: string[]
}

export type Replay = (
  before: { state: ConsensusState; appHash: Hash },
  block: DecidedBlock,
  context: Omit<Context, 'time'>,
) => Replayed

export interface DriverOptions {
  context: Omit<Context, 'time'>
  database: Database
  engine: ConsensusEngine
  replay?: Replay | undefined
  /** After each decided block, with everything it caused. */
  onDecided: (effects: readonly Effect[], refusals: readonly string[]) => Promise<void>
  /** The node can't go on. */
  onFatal: (error: Error) => void
}

/** One node's copy of consensus: applies what the engine orders and keeps the state on disk. */
export class ConsensusDriver {
  readonly #options: DriverOptions
  #state: ConsensusState
  #height: number
  #hash: Hash
  #stop: (() => Promise<void>) | undefined

  constructor(options: DriverOptions) {
    this.#options = options
    const stored = readState(options.database)
    const { genesis, networkId } = options.context
    this.#state = stored?.state ?? genesisState(genesis, networkId)
    this.#height = stored?.height ?? 0
    this.#hash = stored?.appHash ?? appHash(this.#state)
  }

  get state(): ConsensusState {
    return this.#state
  }

  get height(): number {
    return this.#height
  }

  get appHash(): Hash {
    return this.#hash
  }

  /** @throws MetisSeqError `LOG_BEHIND` (exit 9) */
  start(): void {
    const { height } = this.#options.engine.status()
    // Nothing of the log would be applied until it is as long again, and then it would not be the same one.
    if (height < this.#height) throw logBehind(height, this.#height)
    this.#stop = this.#options.engine.decided(this.#height + 1, (block) => this.#apply(block))
  }

  submit(message: Message): Promise<void> {
    return this.#options.engine.submit(encodeMessage(message))
  }

  /** The deposit at this place of the L1 queue, once its range is applied. */
  deposit(index: number): Deposit | undefined {
    if (index >= this.#state.l1.deposits) return undefined
    const stored = this.#options.database.get(depositKey(index))
    return stored === undefined ? undefined : deserialize(stored)
  }

  async #apply(block: DecidedBlock): Promise<void> {
    try {
      const { context, replay = hashedReplay } = this.#options
      const replayed = replay({ state: this.#state, appHash: this.#hash }, block, context)
      const { effects, refusals } = replayed
      const stored: Stored = { height: block.height, appHash: replayed.appHash, state: replayed.state }
      // Before anybody sees the state: a block made on it meanwhile would leave out the deposits that it says are there (rule L2).
      await this.#persist(effects, stored)
      this.#state = stored.state
      this.#height = stored.height
      this.#hash = stored.appHash
      this.#options.engine.reportAppHash(this.#height, this.#hash)
      await this.#options.onDecided(effects, refusals)
    } catch (error) {
      this.#options.onFatal(error instanceof Error ? error : new Error(messageOf(error)))
      throw error
    }
  }

  async #persist(effects: readonly Effect[], stored: Stored): Promise<void> {
    const changes = effects
      .filter((effect) => effect.type === 'deposit')
      .map(({ index, to, amountGwei, l1Block }) => {
        const deposit: Deposit = { index, address: to, amountGwei, l1Block }
        return { key: depositKey(index), value: new Uint8Array(serialize(deposit)) }
      })
    if (stored.height % SNAPSHOT_EVERY === 0) changes.push(snapshot(stored))
    if (changes.length > 0) await this.#options.database.write(changes)
    reached('consensus.persisted')
  }

  async close(): Promise<void> {
    await this.#stop?.()
    await this.#options.database.write([snapshot({ height: this.#height, appHash: this.#hash, state: this.#state })])
  }
}

function snapshot(stored: Stored) {
  return { key: STATE, value: new Uint8Array(serialize(stored)) }
}

/** Applies the messages of a decided block one after the other. */
export const replayBlock = (
  before: { state: ConsensusState },
  { time, messages }: DecidedBlock,
  context: Omit<Context, 'time'>,
): Omit<Replayed, 'appHash'> => {
  const effects: Effect[] = []
  const refusals: string[] = []
  let { state } = before
  for (const bytes of messages) {
    const message = read(bytes)
    if (typeof message === 'string') {
      refusals.push(message)
      continue
    }
    const applied = apply(state, message, { ...context, time })
    state = applied.state
    effects.push(...applied.effects)
    if (applied.refused !== undefined) refusals.push(`${applied.refused.code}: ${applied.refused.reason}`)
  }
  return { state, effects, refusals }
}

const hashedReplay: Replay = (before, block, context) => {
  const replayed = replayBlock(before, block, context)
  return { ...replayed, appHash: appHash(replayed.state) }
}

function read(bytes: Uint8Array): Message | string {
  try {
    return decodeMessage(bytes)
  } catch (error) {
    return messageOf(error) // refused alike everywhere; the record goes on
  }
}

/** The term at which a stopped node's record stands; 0 where there is none. @throws MetisSeqError `STATE_CORRUPT` (exit 9) */
export function recordedTerm(database: Database): number {
  return readState(database)?.state.term.term ?? 0
}

function readState(database: Database): Stored | undefined {
  const bytes = database.get(STATE)
  if (bytes === undefined) return undefined
  const stored: Stored = deserialize(bytes)
  if (appHash(stored.state) === stored.appHash) return stored
  throw new MetisSeqError('STATE_CORRUPT', `The stored consensus state of height ${stored.height} has another hash.`, {
    exit: Exit.data,
    severity: 'critical',
    next: 'Remove the consensus folder of this node: it is rebuilt from the log.',
  })
}

function logBehind(log: number, state: number): MetisSeqError {
  return new MetisSeqError('LOG_BEHIND', `The ordered log ends at height ${log}, this node has applied ${state}.`, {
    exit: Exit.data,
    severity: 'critical',
    next: 'The log has lost what was written last: bring the whole data folder back from a copy, or begin anew with --reset.',
    details: { log, state },
  })
}
