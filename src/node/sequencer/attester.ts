import { decodeExtraData } from '../../core/chain/extraData.js'
import { MAX_LEAD } from '../../core/consensus/checkpoint.js'
import { stallDue } from '../../core/consensus/cut.js'
import { memberOf } from '../../core/consensus/power.js'
import type { Content } from '../../core/consensus/types.js'
import type { L1View } from '../../core/ports/l1.js'
import type { NodeContext } from './context.js'
import type { L1Lag } from './l1Lag.js'
import { L1Ranges } from './ranges.js'

/** ms between two checkpoint votes, but for the term's last block (rule T3). */
const VOTE_EVERY = 1000

/** Says what this member sees: ranges of L1, checkpoints and stalls. */
export class Attester {
  readonly #node: NodeContext
  readonly #lag: L1Lag
  readonly #ranges: L1Ranges
  readonly #startedAt: number
  #lastVote = 0
  /** What was sent last, by slot, so that it is not sent again before consensus has it. */
  readonly #sent = new Map<string, string>()
  #term = -1

  constructor(node: NodeContext, l1: L1View, lag: L1Lag) {
    this.#node = node
    this.#lag = lag
    this.#ranges = new L1Ranges(node, l1, lag, (slot, content) => this.#attest(slot, content))
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
    if (memberOf(consensus.state.committee, address) === undefined) return
    if (!this.#lag.isTooLong()) {
      await this.#checkpoint()
      await this.#stall()
    }
    await this.#ranges.tick()
  }

  async #attest(slot: string, content: Content): Promise<void> {
    const text = JSON.stringify(content)
    if (this.#sent.get(slot) === text) return
    this.#sent.set(slot, text)
    await this.#node.attest(content)
  }

  /**
   * Lists every block above the last checkpoint that is on this node's disk (rule T3), where they are of the current term:
   * those that a cut orphaned may still be there, and a vote of the new term for them would make them final (rule T5).
   */
  async #checkpoint(): Promise<void> {
    const { chain, consensus, now } = this.#node
    const { checkpoint, term } = consensus.state
    const head = chain.head()
    const last = Math.min(head.number, checkpoint.number + MAX_LEAD, term.endBlock)
    if (last <= checkpoint.number || decodeExtraData(head.extraData).term !== term.term) return
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
}
