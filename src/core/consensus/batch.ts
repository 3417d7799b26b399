import { encodeInbox } from '../batching/inbox.js'
import { bytesToHex, canonicalJson } from '../codec/index.js'
import type { Address, Hash } from '../types/hex.js'
import { contentHash } from './digest.js'
import type { SigningRequest } from './groupTypes.js'
import { handOver, settleHandover } from './handover.js'
import { L1_GAS, l1Request } from './onL1.js'
import { isQuorum } from './power.js'
import { refuse } from './refuse.js'
import { countBlocks, payRewards, settleRewards } from './rewards.js'
import { forgetRequest, requestSignature } from './signing.js'
import type { BatchContent, BatchFlight, ConsensusState, Draft, L1Event } from './types.js'

export const MAX_BLOB_TRANSACTIONS = 4
export const MAX_BLOBS = 6
export const MAX_BATCH_BLOCKS = 4096

/**
 * A member says that it decoded these blobs and found its own final blocks in them (rule B4). A quorum for one content
 * decides it, and consensus asks for the group's signatures one after the other (rules B1 to B3).
 */
export function applyBatchVote(draft: Draft, member: Address, content: BatchContent): void {
  const { state } = draft
  checkContent(state, content)
  const previous = state.batch.votes[member]
  if (previous !== undefined && previous.attempt >= content.attempt) {
    throw refuse('VOTE_NOT_NEWER', `A vote of attempt ${previous.attempt} stands already.`)
  }
  state.batch.votes[member] = content
  const text = canonicalJson(content)
  const agreeing = Object.entries(state.batch.votes).filter(([, vote]) => canonicalJson(vote) === text)
  const voters = agreeing.map(([address]) => address as Address)
  if (!isQuorum(state.committee, voters)) return
  state.batch.votes = {}
  draft.effects.push({ type: 'batchDecided', batch: content })
  fly(draft, { content, step: 0, request: '0x', blobTransactions: [] })
}

function checkContent(state: ConsensusState, content: BatchContent): void {
  const { batch } = state
  const request = requestOnL1(state)
  if (request !== undefined)
    throw refuse('BATCH_IN_FLIGHT', `The group's ${request.kind} ${request.subject} is on its way.`)
  if (content.index !== batch.nextIndex || content.first !== batch.nextBlock) {
    throw refuse('BATCH_NOT_NEXT', `The next batch is ${batch.nextIndex} from block ${batch.nextBlock}.`)
  }
  const ends = state.terms.find(({ last }) => last === content.last)
  if (content.last < content.first || ends === undefined || ends.lastHash !== content.lastHash) {
    throw refuse('BATCH_END', `Block ${content.last} does not end a closed term.`)
  }
  if (content.last - content.first >= MAX_BATCH_BLOCKS) {
    throw refuse('BATCH_SIZE', `A batch has at most ${MAX_BATCH_BLOCKS} blocks.`)
  }
  const sizes = content.blobs.map((blobs) => blobs.length)
  if (sizes.length < 1 || sizes.length > MAX_BLOB_TRANSACTIONS || sizes.some((size) => size < 1 || size > MAX_BLOBS)) {
    throw refuse('BATCH_SIZE', `A batch has 1 to ${MAX_BLOB_TRANSACTIONS} transactions of 1 to ${MAX_BLOBS} blobs.`)
  }
}

/** Asks for the signature of the flight's step. One transaction of the group is in flight on L1 at a time (rule B2). */
function fly(draft: Draft, flight: BatchFlight): void {
  const { state } = draft
  const request = stepRequest(draft, flight)
  state.batch.flight = { ...flight, request: request.id }
  requestSignature(draft, request)
}

function stepRequest(draft: Draft, { content, step, blobTransactions }: BatchFlight): SigningRequest {
  const { inbox, stateCommitmentChain: to } = draft.context.genesis.l1
  const subject = content.index
  const blobs = content.blobs[step]
  if (blobs !== undefined)
    return l1Request(draft, { kind: 'blobs', subject, to: inbox, data: '0x', blobs, gasLimit: L1_GAS.blobs })
  const count = content.last - content.first + 1
  if (step === content.blobs.length) {
    const header = { batchIndex: BigInt(content.index), firstBlock: BigInt(content.first), blockCount: count }
    const data = bytesToHex(encodeInbox({ da: 'blob', ...header, transactionHashes: blobTransactions }))
    return l1Request(draft, { kind: 'inbox', subject, to: inbox, data, gasLimit: L1_GAS.inbox })
  }
  const gasLimit = L1_GAS.stateRoots(count)
  return l1Request(draft, { kind: 'stateRoots', subject, to, data: null, dataHash: content.stateRoots, gasLimit })
}

/** The one transaction of the group that is on its way to L1 (rule B2). */
export function requestOnL1({ batch, group, requests, rewards }: ConsensusState): SigningRequest | undefined {
  const id = (batch.flight ?? rewards?.flight ?? group.former?.handover)?.request
  return id == null ? undefined : requests[id]
}

/** A transaction of the group was mined at the confirmation depth: the flight goes on to its next step (rule B3). */
export function applyGroupTransaction(draft: Draft, event: Extract<L1Event, { type: 'groupTransaction' }>): void {
  const { state } = draft
  state.l1.nonce = event.nonce + 1
  const request = requestOnL1(state)
  if (request === undefined) return
  forgetRequest(draft, request.id)
  const { flight } = state.batch
  const isDone = event.success && event.content === contentHash(request)
  if (!isDone)
    draft.effects.push({ type: 'groupTransactionFailed', nonce: event.nonce, hash: event.hash, kind: request.kind })
  if (request.kind === 'handover') return settleHandover(draft, isDone, event.block)
  if (flight === null) settleRewards(draft, isDone, event.hash)
  else if (isDone) finishStep(draft, flight, request, event.hash)
  else fly(draft, flight) // the same step again, with the next nonce
  if (requestOnL1(state) === undefined) handOver(draft, event.block)
}

function finishStep(draft: Draft, flight: BatchFlight, request: SigningRequest, hash: Hash): void {
  const { batch } = draft.state
  const { content } = flight
  if (request.kind === 'stateRoots') {
    draft.state.batch = {
      ...batch,
      nextIndex: content.index + 1,
      nextBlock: content.last + 1,
      flight: null,
    }
    if (draft.state.group.former?.handover == null) payRewards(draft) // else it hands over first
    return
  }
  if (request.kind === 'inbox') {
    batch.finalized = content.last
    countBlocks(draft, content)
    draft.effects.push({ type: 'batchAccepted', index: content.index, last: content.last, transaction: hash })
  }
  const blobTransactions = request.kind === 'blobs' ? [...flight.blobTransactions, hash] : flight.blobTransactions
  fly(draft, { ...flight, step: flight.step + 1, blobTransactions })
}
