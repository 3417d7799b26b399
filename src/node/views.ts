import { isActive } from '../core/consensus/staking.js'
import type { Hash } from '../core/types/hex.js'
import type { NodeContext } from './sequencer/context.js'
import type { NodeStatus, Rotation } from './types.js'

const HISTORY = 32

/** Who sequences, who comes next, who did. */
export function rotationOf({ chain, consensus, genesis }: NodeContext): Rotation {
  const { batch, checkpoint, contract, next, term, terms } = consensus.state
  const entered = term.kind === 'genesis' || term.checkpointAt !== null
  const nextEpoch = entered ? contract.epoch + 1 : term.epoch + 1
  const startBlock = term.endBlock + 1
  return {
    head: chain.head().number,
    safe: checkpoint.number,
    finalized: batch.finalized,
    current: {
      epoch: term.epoch,
      term: term.term,
      sequencer: term.sequencer,
      startBlock: term.kind === 'genesis' ? 0 : term.parentNumber + 1,
      endBlock: term.endBlock,
      kind: term.kind,
    },
    next:
      next === null
        ? null
        : {
            epoch: nextEpoch,
            sequencer: next.sequencer,
            startBlock,
            endBlock: term.endBlock + genesis.consensus.epochLength,
          },
    history: terms.slice(-HISTORY).map((each) => ({
      epoch: each.epoch,
      term: each.term,
      sequencer: each.sequencer,
      startBlock: each.kind === 'genesis' ? 0 : each.parentNumber + 1,
      endBlock: each.last,
      cut: each.cut,
      blocks: each.last - each.parentNumber,
    })),
  }
}

/** Where the node stands. Stakes are wei in decimal. */
export function statusOf(
  { address, chain, consensus, networkId, pool }: NodeContext,
  log: { height: number; appHash: Hash },
): NodeStatus {
  const { state } = consensus
  const { number, hash } = chain.head()
  return {
    networkId,
    address,
    head: { number, hash },
    safe: state.checkpoint.number,
    finalized: state.batch.finalized,
    l1: { applied: state.l1.applied.number },
    consensus: log,
    committee: state.committee.members.map(({ id, address: member, stake, power }) => {
      return { id, address: member, stake: stake.toString(), power }
    }),
    sequencers: Object.values(state.staking.sequencers).map((sequencer) => ({
      id: sequencer.id,
      address: sequencer.signer,
      stake: sequencer.stake.toString(),
      active: isActive(state, sequencer),
      jailed: sequencer.jailed,
    })),
    group: { address: state.group.address, generation: state.group.generation },
    term: state.term,
    batch: {
      nextIndex: state.batch.nextIndex,
      finalized: state.batch.finalized,
      inFlight: state.batch.flight !== null,
    },
    pool: pool.size,
  }
}
