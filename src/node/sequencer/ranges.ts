import { canonicalJson } from '../../core/codec/index.js'
import { keyOnL1 } from '../../core/consensus/keys.js'
import { MAX_RANGE_BLOCKS } from '../../core/consensus/l1.js'
import type { ConsensusState, Content, L1Event, L1Range } from '../../core/consensus/types.js'
import { Exit, MetisSeqError } from '../../core/errors/index.js'
import type { L1View } from '../../core/ports/l1.js'
import type { Address, Hash } from '../../core/types/hex.js'
import type { NodeContext } from './context.js'
import type { L1Lag } from './l1Lag.js'

/** ms between two looks at L1, whose endpoint may count every request. */
const READ_L1_EVERY = 500
/** ms that a vote stands before it joins another one; doubles each time, until it stands longer than endpoints are apart. */
const JOIN_AFTER = 5000
const MAX_JOINS = 5

/**
 * Says which range of L1 comes next, and brings its events (rule L1). The endpoints of members are some blocks apart. Would
 * each always vote up to what it sees, no two would ever vote for the same end: so who has voted only joins others, upwards.
 * The honest votes are few then and none is added, so all come to the highest of them. A liar can offer others above it, at
 * most `MAX_RANGE_BLOCKS`; a vote stands a while for that, so that those who see L1 later can come before it goes on.
 */
export class L1Ranges {
  readonly #node: NodeContext
  readonly #l1: L1View
  readonly #lag: L1Lag
  readonly #attest: (slot: string, content: Content) => Promise<void>
  #read: { range: L1Range; events: L1Event[] } | undefined
  #reading = false
  #readAt = Number.NEGATIVE_INFINITY
  #voted = { from: -1, at: Number.NEGATIVE_INFINITY, joins: 0 }
  #broughtFrom = -1

  constructor(node: NodeContext, l1: L1View, lag: L1Lag, attest: (slot: string, content: Content) => Promise<void>) {
    this.#node = node
    this.#l1 = l1
    this.#lag = lag
    this.#attest = attest
  }

  async tick(): Promise<void> {
    const now = this.#node.now()
    if (this.#reading || now - this.#readAt < READ_L1_EVERY) return
    this.#reading = true
    this.#readAt = now
    try {
      // Of one state: while L1 is asked the range may be applied, and what is read then be the next key's (rule B7).
      const { state } = this.#node.consensus
      const key = keyOnL1(state)
      if (state.l1.decided === null) await this.#next(state.l1, key)
      else await this.#bringEvents(state.l1.decided, key)
    } catch (error) {
      // L1 may be silent for an hour (rule L3): sequencing goes on, ranges wait.
      if (!(error instanceof MetisSeqError) || error.severity !== 'temporary') throw error
      this.#node.warn(`L1: ${error.message}`)
    } finally {
      this.#reading = false
    }
  }

  async #next({ applied, votes }: ConsensusState['l1'], key: Address): Promise<void> {
    const { address, now } = this.#node
    const from = applied.number + 1
    const final = await this.#final()
    if (final < from) return
    if (this.#voted.from !== from) this.#voted = { from, at: Number.NEGATIVE_INFINITY, joins: 0 }
    const mine = votes[address]
    // Until consensus has it, a vote stands too: one that was lost or forgotten is given again.
    const joins = mine === undefined ? 0 : Math.min(this.#voted.joins, MAX_JOINS)
    if (now() - this.#voted.at < JOIN_AFTER * 2 ** joins) return
    const upTo = Math.min(final, from + MAX_RANGE_BLOCKS - 1)
    const joined = await this.#toJoin(from, upTo, mine?.to ?? applied.number, key)
    if (joined === undefined && mine !== undefined) return
    if (joined !== undefined) this.#voted.joins += 1
    const range = joined ?? (await this.#own(from, final, key)).range
    this.#voted.at = now()
    await this.#attest('range', { kind: 'range', range })
  }

  async #final(): Promise<number> {
    const final = await this.#l1.finalHeight()
    this.#lag.saw(final)
    return final
  }

  /** What L1 says, checked to go on from what is applied. */
  async #own(from: number, to: number, key: Address) {
    const { applied } = this.#node.consensus.state.l1
    const read = await this.#l1.range(from, to, key)
    if (applied.number + 1 === from && read.range.prevToHash !== applied.hash)
      throw contradicted(applied.number, applied.hash, read.range.prevToHash)
    this.#read = read
    return read
  }

  /** The range beyond `beyond` that most others vote for and this node's L1 confirms, the longer one of two. */
  async #toJoin(from: number, final: number, beyond: number, key: Address): Promise<L1Range | undefined> {
    const { address, consensus } = this.#node
    const support = new Map<string, { range: L1Range; count: number }>()
    for (const [member, range] of Object.entries(consensus.state.l1.votes)) {
      if (member === address || range.from !== from || range.to <= beyond || range.to > final) continue
      const text = canonicalJson(range)
      support.set(text, { range, count: (support.get(text)?.count ?? 0) + 1 })
    }
    const offers = [...support].sort(([, a], [, b]) => b.count - a.count || b.range.to - a.range.to)
    for (const [text, { range }] of offers) {
      const own = await this.#own(from, range.to, key)
      if (canonicalJson(own.range) === text) return own.range
    }
    return undefined
  }

  /** Brings the events of the decided range, and stops where this node's own L1 says otherwise (rule L1). */
  async #bringEvents(decided: L1Range, key: Address): Promise<void> {
    const { consensus } = this.#node
    if ((await this.#final()) < decided.to) return
    const known = this.#read?.range.from === decided.from && this.#read.range.to === decided.to
    const read = known && this.#read !== undefined ? this.#read : await this.#l1.range(decided.from, decided.to, key)
    if (read.range.to !== decided.to) return
    if (read.range.toHash !== decided.toHash || read.range.eventsRoot !== decided.eventsRoot) {
      throw contradicted(decided.to, decided.toHash, read.range.toHash)
    }
    if (consensus.state.l1.decided?.from !== decided.from || this.#broughtFrom === decided.from) return
    this.#broughtFrom = decided.from
    await consensus.submit({ type: 'l1Events', from: decided.from, events: read.events })
  }
}

function contradicted(number: number, decided: Hash, own: Hash): MetisSeqError {
  return new MetisSeqError(
    'L1_CONTRADICTED',
    `Consensus decided L1 block ${number} as ${decided}, this node's L1 has ${own}.`,
    {
      exit: Exit.data,
      severity: 'critical',
      next: 'Check the L1 endpoint of this node: it is on another chain or was reorganised beyond the confirmation depth.',
    },
  )
}
