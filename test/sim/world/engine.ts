import { createHash } from 'node:crypto'
import { appHash } from '../../../src/core/consensus/digest.js'
import { genesisState } from '../../../src/core/consensus/genesis.js'
import type { ConsensusState, Context } from '../../../src/core/consensus/types.js'
import type { ConsensusEngine, DecidedBlock } from '../../../src/core/ports/engine.js'
import type { Address, Hash } from '../../../src/core/types/hex.js'
import { type Replay, type Replayed, type replayBlock, SNAPSHOT_EVERY } from '../../../src/node/consensus/driver.js'
import type { Clock } from './clock.js'
import type { Dice } from './dice.js'
import type { Life } from './life.js'

export interface EngineOptions {
  context: Omit<Context, 'time'>
  replay: Replay
  /** ms between two blocks of the record. */
  interval: number
  /** ms until a block of the record is at a node, at least and at most. */
  lag: [number, number]
  /** Members that can order together now; undefined where there is no quorum. */
  quorum: () => ((member: Address) => boolean) | undefined
  onDecided: (block: DecidedBlock, replayed: Replayed) => void
  onWrongHash: (height: number, member: Address) => void
}

interface Sent {
  message: Uint8Array
  from: Address
  life: Life
  done: () => void
}

/**
 * One total order, as CometBFT gives it: messages of whoever is connected to a quorum, in blocks with a time, seen by each
 * node as a prefix that grows with some lag. Without a quorum it orders nothing. It is honest; those who use it need not be.
 */
export class Order {
  readonly blocks: DecidedBlock[] = []
  readonly hashes: Hash[] = []
  state: ConsensusState
  readonly #options: EngineOptions
  readonly #clock: Clock
  readonly #dice: Dice
  readonly #waiting: Sent[] = []
  /** Blocks of the record that a node has stored, by address. */
  readonly #stored = new Map<Address, number>()
  readonly #woken = new Map<Address, () => void>()
  #appHash: Hash
  #time: number

  constructor(clock: Clock, dice: Dice, options: EngineOptions) {
    const { genesis, networkId } = options.context
    this.#clock = clock
    this.#dice = dice
    this.#options = options
    this.state = genesisState(genesis, networkId)
    this.#appHash = appHash(this.state)
    this.#time = clock.now
    this.#schedule()
  }

  get height(): number {
    return this.blocks.length
  }

  /** For one run of a node. */
  open(address: Address, life: Life): ConsensusEngine {
    if (!this.#stored.has(address)) this.#stored.set(address, 0)
    return {
      submit: (message) =>
        life.within(
          () =>
            new Promise<void>((done) => {
              this.#clock.after(this.#dice.between(...this.#options.lag), () => {
                this.#waiting.push({ message, from: address, life, done })
              })
            }),
        ),
      decided: (from, apply) => {
        void this.#follow(address, life, from, apply)
        return async () => undefined
      },
      status: () => ({ height: this.#storedBy(address), time: this.blocks[this.#storedBy(address) - 1]?.time ?? 0 }),
      reportAppHash: (height, hash) => {
        if (this.hashes[height - 1] !== hash) this.#options.onWrongHash(height, address)
      },
      close: async () => undefined,
    }
  }

  /** Puts a message in the record for somebody who runs no node of his own. */
  inject(message: Uint8Array, from: Address, life: Life): void {
    this.#waiting.push({ message, from, life, done: () => undefined })
  }

  #storedBy(address: Address): number {
    return this.#stored.get(address) ?? 0
  }

  async #follow(
    address: Address,
    life: Life,
    from: number,
    apply: (block: DecidedBlock) => Promise<void>,
  ): Promise<void> {
    for (let height = from; life.alive; height++) {
      while (height > this.#storedBy(address)) {
        await new Promise<void>((resolve) => this.#woken.set(address, resolve))
      }
      const block = this.blocks[height - 1]
      if (block === undefined || !life.alive) return
      await apply(block).catch(() => undefined) // the node heard of it and stops itself
    }
  }

  #schedule(): void {
    const { interval } = this.#options
    this.#clock.after(interval / 2 + this.#dice.below(interval), () => {
      this.#decide()
      this.#schedule()
    })
  }

  #decide(): void {
    const inQuorum = this.#options.quorum()
    if (inQuorum === undefined) return
    // A message of a node that died may have been passed on before.
    const here = this.#waiting.filter(({ from, life }) => inQuorum(from) && (life.alive || this.#dice.chance(500)))
    const left = this.#waiting.filter((each) => !here.includes(each) && each.life.alive)
    this.#waiting.splice(0, this.#waiting.length, ...left)
    if (here.length > 0) this.#append(this.#dice.shuffled(here))
    for (const address of this.#stored.keys()) this.tell(address)
  }

  #append(lot: readonly Sent[]): void {
    this.#time = Math.max(this.#clock.now, this.#time + 1)
    const block = { height: this.height + 1, time: this.#time, messages: lot.map(({ message }) => message) }
    const { context, replay, onDecided } = this.#options
    const replayed = replay({ state: this.state, appHash: this.#appHash }, block, context)
    this.blocks.push(block)
    this.hashes.push(replayed.appHash)
    this.state = replayed.state
    this.#appHash = replayed.appHash
    for (const { done } of lot) done()
    onDecided(block, replayed)
  }

  /** A node is told of what it has not got yet, when it is connected to a quorum. */
  tell(address: Address): void {
    const { lag, quorum } = this.#options
    const height = this.height
    if (this.#storedBy(address) >= height || quorum()?.(address) !== true) return
    this.#clock.after(this.#dice.between(...lag), () => {
      if (quorum()?.(address) !== true) return
      this.#stored.set(address, Math.max(this.#storedBy(address), height))
      this.#woken.get(address)?.()
    })
  }
}

/** Applies a block; as the driver does, or with an error that is planted. */
export type ApplyBlock = (...input: Parameters<typeof replayBlock>) => Omit<Replayed, 'appHash'>

/** Of so many answers from memory one is computed again. */
const SAMPLE = 512

/**
 * Applies each block once for all nodes, as those at the same place of the record have the same state; now and then again, to
 * see that it is so. A state is hashed as it should be where nodes store and check it; elsewhere its place and its messages name it.
 */
export function rememberingReplay(applyBlock: ApplyBlock): Replay {
  const known = new Map<string, Replayed>()
  let asked = 0
  return (before, block, context) => {
    const place = `${block.height} ${before.appHash}`
    const remembered = known.get(place)
    if (remembered !== undefined) {
      if (++asked % SAMPLE === 0) compare(remembered, applyBlock(before, block, context), block.height)
      return remembered
    }
    const replayed = applyBlock(before, block, context)
    const isStored = block.height % SNAPSHOT_EVERY === 0
    const hash = isStored ? appHash(replayed.state) : nameOf(place, block)
    const whole = { ...replayed, appHash: hash }
    known.set(place, whole)
    return whole
  }
}

function nameOf(place: string, { messages, time }: DecidedBlock): Hash {
  const hash = createHash('sha256').update(`${place} ${time}`)
  for (const message of messages) hash.update(message)
  return `0x${hash.digest('hex')}`
}

function compare(remembered: Replayed, again: Omit<Replayed, 'appHash'>, height: number): void {
  if (appHash(remembered.state) !== appHash(again.state)) throw new Error(`block ${height} gives two states`)
}
