import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { setTimeout as elapse } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { MetisSeqError } from '../../../src/core/errors/index.js'
import type { Block, ExecutionEngine } from '../../../src/core/ports/execution.js'
import { addressOf, newDirectory, openRig, type Rig, wallets } from '../../unit/execution/support.js'
import { seededRandom } from '../random.js'
import { killGenesis, PLAYGROUND } from './sealer.js'

const sealer = fileURLToPath(new URL('sealer.mjs', import.meta.url))
/** The block in which the process is killed, at most. */
const MOST_BLOCKS = 12
/** As many at least, and at most, where it prunes: its thread has to start first. */
const PRUNING_BLOCKS = [40, 90] as const
/** Milliseconds after its beginning: executing and writing a block takes about as long. */
const MOST_DELAY = 12
const SLOTS = 40
/** Old states that are looked at. */
const MOST_OLD = 40

/** A process that seals blocks on one directory and is killed again and again, and what is looked at after each kill. */
export class Killing {
  readonly #random: (below: number) => number
  readonly #seed: number
  readonly #directory: string
  /** Of how many blocks the process keeps the state; of all where it is undefined. */
  readonly #keep: number | undefined
  /** Re-executes every block that survived, on a database of its own. */
  readonly #witness: Rig
  /** Blocks that were on disk and whose process died before it could say so. */
  silent = 0
  /** The last block whose state was seen to be pruned. */
  pruned = 0

  private constructor(seed: number, directory: string, witness: Rig, keep: number | undefined) {
    this.#seed = seed
    this.#keep = keep
    this.#random = seededRandom(seed)
    this.#directory = directory
    this.#witness = witness
  }

  static async begin(seed: number, keep?: number): Promise<Killing> {
    return new Killing(seed, await newDirectory(), await openRig(await killGenesis()), keep)
  }

  /** Number of the last block. */
  get head(): number {
    return this.#witness.engine.head().number
  }

  /** @throws Error where a block that was acknowledged is lost, or anything that is left is wrong */
  async round(): Promise<void> {
    const announced = await this.#killed()
    const survivor = await openRig(this.#witness.genesis, this.#directory)
    try {
      await this.#examine(survivor, announced)
    } finally {
      await survivor.engine.close()
    }
  }

  async end(): Promise<void> {
    await this.#witness.remove()
    await rm(this.#directory, { recursive: true, force: true })
  }

  /** @returns the hashes of the blocks that the process acknowledged, by their number */
  async #killed(): Promise<Map<number, string>> {
    const keep = this.#keep === undefined ? [] : [String(this.#keep)]
    const child = spawn(process.execPath, [sealer, this.#directory, String(this.#seed), ...keep], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = once(child, 'exit')
    const [least, most] = this.#keep === undefined ? [1, MOST_BLOCKS] : PRUNING_BLOCKS
    const wanted = least + this.#random(most - least + 1)
    const delay = this.#random(MOST_DELAY)
    const announced = new Map<number, string>()
    let begun = 0
    for await (const line of createInterface({ input: child.stdout })) {
      const [word, rest = ''] = line.split(' ')
      if (word !== 'sealing') announced.set(Number(word), rest)
      else if (++begun === wanted) {
        // Not a wait for something: the moment itself is what is tried.
        void elapse(delay).then(() => child.kill('SIGKILL'))
      }
    }
    const [, signal] = await exited
    if (signal !== 'SIGKILL') throw new Error(`the process ended by itself after ${announced.size} blocks`)
    return announced
  }

  async #examine({ engine }: Rig, announced: ReadonlyMap<number, string>): Promise<void> {
    const head = engine.head()
    for (const [number, hash] of announced) {
      const found = (await engine.blockByNumber(number))?.hash
      if (found !== hash) throw new Error(`block ${number} was acknowledged as ${hash}, and there is ${found}`)
    }
    const last = Math.max(this.head, ...announced.keys())
    this.silent += head.number - last
    const witness = this.#witness.engine
    for (let number = witness.head().number + 1; number <= head.number; number++) {
      const block = await engine.blockByNumber(number)
      if (block === undefined) throw new Error(`block ${number} of ${head.number} is not there`)
      await witness.import(block.encoded)
      const [ours, theirs] = [await engine.receipts(block.hash), await witness.receipts(block.hash)]
      if (!isDeepStrictEqual(ours, theirs)) throw new Error(`receipts of ${number} differ`)
    }
    await this.#compareStates(engine, head)
    for (let number = Math.max(0, head.number - MOST_OLD); number < head.number; number++) {
      const block = await engine.blockByNumber(number)
      if (block === undefined) continue
      try {
        await this.#compareStates(engine, block)
      } catch (error) {
        const pruned = error instanceof MetisSeqError && error.code === 'STATE_PRUNED'
        if (!pruned || this.#keep === undefined || number > head.number - this.#keep) throw error
        this.pruned = Math.max(this.pruned, number)
      }
    }
  }

  async #compareStates(engine: ExecutionEngine, { number, hash }: Block): Promise<void> {
    const witness = this.#witness.engine
    for (const address of [...wallets.map(addressOf), PLAYGROUND]) {
      const [ours, theirs] = [await engine.balance(address, hash), await witness.balance(address, hash)]
      if (ours !== theirs) throw new Error(`in block ${number} ${address} has ${ours} wei instead of ${theirs}`)
    }
    for (let slot = 0; slot < SLOTS; slot++) {
      const at = `0x${slot.toString(16).padStart(64, '0')}` as const
      const [ours, theirs] = [
        await engine.storageAt(PLAYGROUND, at, hash),
        await witness.storageAt(PLAYGROUND, at, hash),
      ]
      if (ours !== theirs) throw new Error(`in block ${number} slot ${slot} is ${ours} instead of ${theirs}`)
    }
  }
}
