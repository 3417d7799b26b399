import { parseBlock } from '../../../../src/core/chain/block.js'
import { bytesToHex } from '../../../../src/core/codec/index.js'
import { messageOf } from '../../../../src/core/errors/index.js'
import type { Block, BlockAttributes } from '../../../../src/core/ports/execution.js'
import type { Hash } from '../../../../src/core/types/hex.js'
import { next, openRig, type Rig } from '../support.js'
import { build, type Case, headOf, revived } from './case.js'
import { Dice } from './dice.js'
import type { Objection } from './difference.js'
import { type Candidate, Generator } from './generator.js'
import type { Opinion } from './opinions.js'
import { RequestQueue, requestsHash } from './requests.js'
import type { Setting } from './world.js'

const BLOCKS = 5

/** Where the engine and another opinion part: enough to see it again. */
export interface Finding extends Objection {
  setting: string
  seed: number
  block: number
  /** What the block was offered, after all that is not needed for the difference was taken out. */
  candidates: readonly string[]
  attributes: BlockAttributes
}

/** A block built and judged; without an objection it was built. */
type Attempt = { subject: Case; objection: undefined } | { subject?: Case; objection: Objection }

/** Counts of what was compared. */
export interface Tally {
  blocks: number
  transactions: number
  rejected: number
  failed: number
}

/** The engine under test and others that judge its blocks, at the block from which seeds start. */
export class Stage {
  readonly #setting: Setting
  readonly #rig: Rig
  readonly #opinions: readonly Opinion[]
  readonly #base: Block
  readonly tally: Tally = { blocks: 0, transactions: 0, rejected: 0, failed: 0 }

  private constructor(setting: Setting, rig: Rig, opinions: readonly Opinion[]) {
    this.#setting = setting
    this.#rig = rig
    this.#opinions = opinions
    this.#base = rig.engine.head()
  }

  /** Builds the blocks below the seeds, which are empty, and has them judged. */
  static async open(setting: Setting, opinions: readonly Opinion[]): Promise<Stage> {
    const rig = await openRig(setting.genesis)
    for (let number = 1; number <= setting.base; number++) {
      const attributes = next(rig.engine)
      const subject = await build(rig.engine, [], attributes, new RequestQueue())
      for (const opinion of opinions) {
        const objection = await opinion.judge(subject)
        if (objection !== undefined) throw new Error(`block ${number}: ${JSON.stringify(objection)}`)
      }
    }
    return new Stage(setting, rig, opinions)
  }

  /** Runs the chain of a seed. Undefined: nobody objects. */
  async run(seed: number): Promise<Finding | undefined> {
    await this.#rewind(this.#base.hash)
    const generator = new Generator(new Dice(seed))
    const queue = new RequestQueue()
    const stale = new Set<Hash>()
    const { engine } = this.#rig
    for (let count = 0; count < BLOCKS; count++) {
      const parent = engine.head()
      const head = headOf(engine)
      const attributes = generator.attributes(head)
      const candidates = await generator.candidates(head)
      const before = queue.copy()
      const { subject, objection } = await this.#attempt(candidates, attributes, queue)
      const place = { setting: this.#setting.name, seed, block: parent.number + 1, attributes }
      if (objection !== undefined) {
        return { ...place, ...(await this.#shrunk(parent, candidates, attributes, before, objection)) }
      }
      this.#count(subject)
      const wrong = revived(stale, subject)
      if (wrong !== undefined) return { ...place, ...wrong, candidates: candidates.map(shown) }
      learn(generator, candidates, subject)
    }
    return undefined
  }

  async close(): Promise<void> {
    await Promise.all([this.#rig.remove(), ...this.#opinions.map((opinion) => opinion.close())])
  }

  async #rewind(hash: Hash): Promise<void> {
    await this.#rig.engine.rewind(hash)
    for (const opinion of this.#opinions) await opinion.rewind(hash)
  }

  /** Builds a block and has it judged. */
  async #attempt(candidates: readonly Candidate[], attributes: BlockAttributes, queue: RequestQueue): Promise<Attempt> {
    const raws = candidates.map(({ raw }) => raw)
    let subject: Case
    try {
      subject = await build(this.#rig.engine, raws, attributes, queue)
    } catch (error) {
      const field = 'execute'
      return { objection: { by: 'the engine under test', field, ours: messageOf(error), theirs: 'a block' } }
    }
    const claimed = parseBlock(subject.block.encoded).header.requestsHash
    const hash = requestsHash(subject.requests)
    if (claimed !== hash) {
      return { subject, objection: { by: 'the logs', field: 'header.requestsHash', ours: claimed, theirs: hash } }
    }
    for (const opinion of this.#opinions) {
      const objection = await opinion.judge(subject)
      if (objection !== undefined) return { subject, objection }
    }
    return { subject, objection: undefined }
  }

  /** Takes out of the block, one after the other, what the difference does not need. */
  async #shrunk(
    parent: Block,
    all: readonly Candidate[],
    attributes: BlockAttributes,
    queue: RequestQueue,
    first: Objection,
  ): Promise<Objection & Pick<Finding, 'candidates'>> {
    let objection = first
    let candidates = all
    for (const each of all) {
      const left = candidates.filter((other) => other !== each)
      await this.#rewind(parent.hash)
      const again = await this.#attempt(left, attributes, queue.copy())
      if (again.objection === undefined) continue
      candidates = left
      // geth says only once why it refuses a block.
      if (!again.objection.theirs.includes('previously rejected')) objection = again.objection
    }
    return { ...objection, candidates: candidates.map(shown) }
  }

  #count({ block, receipts, rejected }: Case): void {
    this.tally.blocks += 1
    this.tally.transactions += block.transactions.length
    this.tally.rejected += rejected.length
    this.tally.failed += receipts.filter(({ status }) => status === 0).length
  }
}

const shown = ({ label, raw }: Candidate) => `${label}: ${bytesToHex(raw)}`

/** Tells the generator what successful transactions used, and what was left out. */
function learn(generator: Generator, candidates: readonly Candidate[], { block, receipts }: Case): void {
  for (const candidate of candidates) {
    const at = block.transactions.findIndex((each) => Buffer.compare(each, candidate.raw) === 0)
    if (at < 0) generator.remember(candidate)
    const receipt = receipts[at]
    if (receipt?.status === 1) generator.learn(candidate.action, receipt.gasUsed)
  }
}
