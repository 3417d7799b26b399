import { hexToBytes } from '../codec/index.js'
import { Exit, MetisSeqError } from '../errors/index.js'
import type { Genesis } from '../genesis/types.js'
import { type GroupKey, readGroupKey } from '../threshold/publicKey.js'
import type { Hash, Hex } from '../types/hex.js'
import { MAX_BATCH_BLOCKS } from './batch.js'
import { makeCommittee } from './power.js'
import { MIN_REWARD_EPOCHS, unpaidFrom } from './rewards.js'
import { membersOf, registerSequencer } from './staking.js'
import { drawNext } from './term.js'
import type { ConsensusState, Draft } from './types.js'

/**
 * The state before the first message. Epoch 0 starts at block 0 (rule E3) and has no opening transaction.
 * A registration in the genesis passes the same test as one from L1 (rule P4).
 * @throws MetisSeqError `GENESIS_INVALID`: a network that could never rotate (rule E2), batch or sequence
 */
export function genesisState(genesis: Genesis, networkId: Hash): ConsensusState {
  const { consensus, group, l1, l2 } = genesis
  if (!(consensus.epochLength >= 2 && consensus.epochLength <= MAX_BATCH_BLOCKS)) {
    throw invalid(`epoch length ${consensus.epochLength} is not 2 to ${MAX_BATCH_BLOCKS} blocks`)
  }
  if (group.rewardEpochs !== undefined && group.rewardEpochs < MIN_REWARD_EPOCHS) {
    throw invalid(`rewards are for ${group.rewardEpochs} epochs, and not for ${MIN_REWARD_EPOCHS} at least`)
  }
  const block0 = { number: 0, hash: l2.hash, stateRoot: l2.stateRoot }
  const state: ConsensusState = {
    staking: { batch: 1, sequencers: {} },
    committee: makeCommittee([]),
    proposed: null,
    dropped: [],
    group: {
      address: group.address,
      publicKey: group.publicKey,
      generation: 0,
      proposed: 0,
      since: l2.timestamp * 1000,
      notBefore: 0,
      sessions: 0,
      apart: [],
      doubts: {},
      anew: {},
    },
    seen: {},
    l1: {
      applied: { number: l1.startBlock - 1, hash: l1.startParentHash },
      decided: null,
      votes: {},
      deposits: 0,
      dust: {},
      nonce: group.l1Nonce,
    },
    snapshots: [],
    term: {
      term: 0,
      epoch: 0,
      sequencer: genesis.firstSequencer,
      parentNumber: 0,
      parentHash: l2.hash,
      endBlock: consensus.epochLength - 1,
      l1Origin: l1.startBlock - 1,
      kind: 'genesis',
      openedAt: l2.timestamp * 1000,
      signedAt: l2.timestamp * 1000,
      checkpointAt: null,
      opening: [],
    },
    next: null,
    checkpoint: block0,
    contract: { epoch: 0, epochLength: consensus.epochLength, mpc: group.address, nonce: 0 },
    failed: [],
    attempts: 0,
    checkpointVotes: {},
    stallVotes: [],
    requests: {},
    signing: {},
    signatures: [],
    terms: [],
    batch: { nextIndex: 1, nextBlock: 1, votes: {}, flight: null, finalized: 0 },
    ...(group.rewardEpochs === undefined ? {} : { rewards: unpaidFrom(1, group.rewardEpochs) }), // LockingPool's first
  }
  const draft: Draft = {
    state,
    effects: [],
    context: { genesis, networkId, time: l2.timestamp * 1000, recover: () => undefined },
  }
  for (const { id, signer, pubkey, stake } of genesis.sequencers) {
    registerSequencer(draft, { id, signer, pubkey, amount: BigInt(stake), activationBatch: 1 })
  }
  const members = membersOf(state)
  if (!members.some(({ address }) => address === genesis.firstSequencer)) {
    throw invalid(`first sequencer ${genesis.firstSequencer} is none of its valid sequencers`)
  }
  state.committee = makeCommittee(members)
  checkGroup(genesis, state.committee)
  // The first draw comes before any entropy of L1 was waited for: the network's own salted id stands in.
  state.snapshots = [
    {
      height: l1.startBlock - 1,
      candidates: members.map(({ address, stake }) => ({ address, stake })),
      prevRandao: networkId,
    },
  ]
  drawNext(draft)
  return state
}

/** The key is that of the address, and shared among just these members. */
function checkGroup({ group }: Genesis, { members, threshold }: ConsensusState['committee']): void {
  const key = groupKeyOf(group.publicKey)
  const fits = key?.address === group.address && key.threshold === threshold && key.shares.length === members.length
  if (!fits) throw invalid(`group key is not one of ${group.address}, shared ${threshold} of ${members.length}`)
}

function groupKeyOf(publicKey: Hex): GroupKey | undefined {
  try {
    return readGroupKey(hexToBytes(publicKey))
  } catch (error) {
    if (error instanceof MetisSeqError) return undefined
    throw error
  }
}

function invalid(reason: string): MetisSeqError {
  return new MetisSeqError('GENESIS_INVALID', `The genesis makes no network: its ${reason}.`, {
    exit: Exit.data,
    severity: 'critical',
    next: 'Use the genesis document that the network was started with, or make a new one.',
  })
}
