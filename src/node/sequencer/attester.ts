import { MAX_LEAD } from '../../core/consensus/checkpoint.js'
import { stallDue } from '../../core/consensus/cut.js'
import { MAX_RANGE_BLOCKS } from '../../core/consensus/l1.js'
import { memberOf } from '../../core/consensus/power.js'
import type { Content, L1Event, L1Range } from '../../core/consensus/types.js'
import { Exit, MetisSeqError } from '../../core/errors/index.js'
import type { L1View } from '../../core/ports/l1.js'
import type { NodeContext } from './context.js'

/** ms between two checkpoint votes, but for the term's last block (rule T3). */
const VOTE_EVERY = 1000
/** ms that joiners have to take part in sharing the key before they are named (rule P1). */
const SHARE_TIMEOUT = 15_000

/** ms between two looks at L1, whose endpoint may count every request. */
const READ_L1_EVERY = 500

/** Says what this member sees: ranges of L1, checkpoints, stalls, and how the sharing of the key went. */
export class Attester {
  readonly #node: NodeContext
  readonly #l1: L1View
  readonly #startedAt: number
  #lastVote = 0
  /** What was sent last, by slot, so that it is not sent again before consensus has it. */
  readonly #sent = new Map<string, string>()
  #events: { range: L1Range; events: L1Event[] } | undefined
  #proposedSince: { generation: number; at: number } | undefined
  #readingL1 = false
  #readL1At = Number.NEGATIVE_INFINITY
  #term = -1

  constructor(node: NodeContext, l1: L1View) {
    this.#node = node
    this.#l1 = l1
    this.#startedAt = node.now()
  }

  /** Called often, and when consensus or the chain changed. */
  async tick(): Promise<void> {
    const { consensus, address } = this.#node
    if (this.#term !== consensus.state.term.term) {
      // A new committee wipes open tallies (rule P3): what was said in the last term has to be said again.
      this.#term = consensus.state.term.term
      this.#sent.clear()
    }
    await this.#group()
    if (memberOf(consensus.state.committee, address) === undefined) return
    await this.#checkpoint()
    await this.#stall()
    await this.#range()
  }

  async #attest(slot: string, content: Content): Promise<void> {
    const text = JSON.stringify(content)
    if (this.#sent.get(slot) === text) return
    this.#sent.set(slot, text)
    await this.#node.attest(content)
  }

  /** Lists every block above the last checkpoint that is on this node's disk (rule T3). */
  async #checkpoint(): Promise<void> {
    const { chain, consensus, now } = this.#node
    const { checkpoint, term } = consensus.state
    const head = chain.head()
    const last = Math.min(head.number, checkpoint.number + MAX_LEAD, term.endBlock)
    if (last <= checkpoint.number) return
    if (now() - this.#lastVote < VOTE_EVERY && last !== term.endBlock) return
    const blocks = []
    for (let number = checkpoint.number; number <= last; number++) {
      const block = await chain.blockByNumber(number)
      if (block === undefined || (number === checkpoint.number && block.hash !== checkpoint.hash)) return
      if (number > checkpoint.number) blocks.push({ hash: block.hash, stateRoot: block.stateRoot })
    }
    // Reading took turns of the event loop: vote only if nothing moved.
    if (consensus.state.checkpoint.hash !== checkpoint.hash || consensus.state.term.term !== term.term) return
    if (chain.head().hash !== head.hash) return
    this.#lastVote = now()
    const { number: prevNumber, hash: prevHash } = checkpoint
    await this.#attest('checkpoint', { kind: 'checkpoint', term: term.term, prevNumber, prevHash, blocks })
  }

  /** No checkpoint for T, whatever the cause; T doubles with each failed attempt (rule T5). */
  async #stall(): Promise<void> {
    const { consensus, genesis, now, address } = this.#node
    const { checkpoint, stallVotes, term } = consensus.state
    const { stallTimeout } = genesis.consensus
    const due = stallDue(consensus.state, stallTimeout)
    // A node that was away could not see a checkpoint: it gives one as long as it would give a new term.
    if (due === null || stallVotes.includes(address) || now() < Math.max(due, this.#startedAt + stallTimeout)) return
    const content: Content = { kind: 'stall', term: term.term, lastCheckpointNumber: checkpoint.number }
    await this.#attest('stall', content)
  }

  async #range(): Promise<void> {
    const now = this.#node.now()
    if (this.#readingL1 || now - this.#readL1At < READ_L1_EVERY) return
    this.#readingL1 = true
    this.#readL1At = now
    try {
      const { decided } = this.#node.consensus.state.l1
      if (decided === null) await this.#nextRange()
      else await this.#bringEvents(decided)
    } catch (error) {
      // L1 may be silent for an hour (rule L3): sequencing goes on, ranges wait.
      if (!(error instanceof MetisSeqError) || error.severity !== 'temporary') throw error
      this.#node.warn(`L1: ${error.message}`)
    } finally {
      this.#readingL1 = false
    }
  }

  async #nextRange(): Promise<void> {
    const { consensus, address } = this.#node
    const { applied, votes } = consensus.state.l1
    const final = await this.#l1.finalHeight()
    const mine = votes[address]
    if (final <= (mine?.to ?? applied.number)) return
    const read = await this.#l1.range(applied.number + 1, Math.min(final, applied.number + MAX_RANGE_BLOCKS))
    if (read.range.prevToHash !== applied.hash) throw contradicted(applied.number, applied.hash, read.range.prevToHash)
    this.#events = read
    if (mine === undefined || read.range.to > mine.to) await this.#attest('range', { kind: 'range', range: read.range })
  }

  /** Brings the events of the decided range, and stops where this node's own L1 says otherwise (rule L1). */
  async #bringEvents(decided: L1Range): Promise<void> {
    const { consensus, address } = this.#node
    if ((await this.#l1.finalHeight()) < decided.to) return
    const known = this.#events?.range.from === decided.from && this.#events.range.to === decided.to
    const read = known && this.#events !== undefined ? this.#events : await this.#l1.range(decided.from, decided.to)
    if (read.range.to !== decided.to) return
    if (read.range.toHash !== decided.toHash || read.range.eventsRoot !== decided.eventsRoot) {
      throw contradicted(decided.to, decided.toHash, read.range.toHash)
    }
    if (consensus.state.l1.decided?.from !== decided.from) return
    const slot = `events ${address} ${decided.from}`
    if (this.#sent.get('events') === slot) return
    this.#sent.set('events', slot)
    await consensus.submit({ type: 'l1Events', from: decided.from, events: read.events })
  }

  /** The devnet's single key needs no sharing: a member that is there says so; who does not answer is named (rule P1). */
  async #group(): Promise<void> {
    const { consensus, address, now } = this.#node
    const { proposed, committee, group } = consensus.state
    if (proposed === null) return
    const member = memberOf(committee, address) !== undefined
    if (!member && memberOf(proposed, address) === undefined) return
    if (this.#proposedSince?.generation !== proposed.generation) {
      this.#proposedSince = { generation: proposed.generation, at: now() }
    }
    const silent = proposed.members.filter(
      (each) => memberOf(committee, each.address) === undefined && proposed.votes[each.address] === undefined,
    )
    const late = now() - this.#proposedSince.at > SHARE_TIMEOUT
    const failed = late && member ? silent.map((each) => each.address) : []
    await this.#attest('group', { kind: 'group', generation: proposed.generation, address: group.address, failed })
  }
}

function contradicted(number: number, decided: string, own: string): MetisSeqError {
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
