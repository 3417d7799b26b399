import type { RewardBatch } from '../chain/rewards.js'
import type { Genesis } from '../genesis/types.js'
import type { Address, Hash, Hex } from '../types/hex.js'
import type { Committee, Member } from './committeeTypes.js'
import type {
  FailedSession,
  Group,
  L1Fees,
  SharingContent,
  SignatureRecord,
  Signing,
  SigningRequest,
  SigningSession,
  UnsignedContent,
} from './groupTypes.js'

/** A sequencer as L1's LockingInfo tells of it. A type, not an interface, so that it has a canonical text. */
export type Sequencer = {
  id: number
  signer: Address
  /** Signers it had before, so that what they sealed still tells on it (rule T6). */
  former: Address[]
  /** 64 bytes, without the 0x04 */
  pubkey: Hex
  /** wei */
  stake: bigint
  /** L1 reward batches between which it takes part; deactivation 0 is "stays". */
  activationBatch: number
  deactivationBatch: number
  jailed: boolean
}

/** Members who wait for the group key to be shared among them, others or the same (rule P1). */
export type ProposedCommittee = {
  generation: number
  members: Member[]
  /** Members of the committee who deal, as many as the key takes; nobody where these members make a new key. */
  dealers: Address[]
  /** What participants broadcast, by round: said in the record, nobody can say one thing to some and another to others. */
  broadcasts: Record<Address, Record<string, Hex>>
  votes: Record<Address, { publicKey: Hex; failed: Address[] }>
  /** The public key of the new sharing, once every joiner and a quorum said that the shares are there. */
  ready: Hex | null
}

export type L1Range = {
  from: number
  to: number
  toHash: Hash
  /** Hash of block `from - 1`. */
  prevToHash: Hash
  eventsRoot: Hash
  prevRandao: Hash
}

/** What consensus takes from L1, in L1's order. */
export type L1Event =
  | { type: 'locked'; block: number; id: number; signer: Address; pubkey: Hex; amount: bigint; activationBatch: number }
  | { type: 'stake'; block: number; id: number; amount: bigint }
  | { type: 'signer'; block: number; id: number; signer: Address; pubkey: Hex }
  | { type: 'exit'; block: number; id: number; deactivationBatch: number }
  /** Took its stake back, and is not known to L1 any more. */
  | { type: 'left'; block: number; id: number }
  | { type: 'rewardBatch'; block: number; batch: number }
  | { type: 'deposit'; block: number; index: number; to: Address; amount: bigint }
  /** A transaction from the group address was mined; `content` as `contentHash` makes it. */
  | { type: 'groupTransaction'; block: number; nonce: number; hash: Hash; content: Hash; success: boolean }
  /** Entropy of a snapshot (rule S1). */
  | { type: 'randao'; block: number; value: Hash }

export type CheckpointContent = {
  kind: 'checkpoint'
  term: number
  prevNumber: number
  prevHash: Hash
  blocks: { hash: Hash; stateRoot: Hash }[]
}

export type BatchContent = {
  kind: 'batch'
  index: number
  attempt: number
  /** L2 blocks, both included. */
  first: number
  last: number
  lastHash: Hash
  /** Versioned hashes of the blobs (EIP-4844), one list a blob transaction. */
  blobs: Hash[][]
  /** keccak of the calldata of `appendStateBatchByChainId`. */
  stateRoots: Hash
}

/** What a member claims (rule T8 and the slots of ADR 0003). */
export type Content =
  | { kind: 'range'; range: L1Range }
  | CheckpointContent
  | { kind: 'stall'; term: number; lastCheckpointNumber: number }
  | SharingContent
  | { kind: 'group'; generation: number; publicKey: Hex; failed: Address[] }
  | { kind: 'anew'; generation: number; lost: boolean }
  | BatchContent
  | { kind: 'fees'; request: Hash; bump: number; fees: L1Fees }
  | UnsignedContent

export type Seal = { term: number; number: number; hash: Hash; signature: Hex }

export type Message =
  | { type: 'attestation'; member: Address; content: Content; signature: Hex }
  | { type: 'l1Events'; from: number; events: L1Event[] }
  | { type: 'evidence'; seals: [Seal, Seal] }
  /** `session`: in which it was made, so that the right members stand for it. */
  | { type: 'signed'; request: Hash; session: number; transaction: Hex }

/** One assignment of a sequencer (rule T1). */
export type Term = {
  term: number
  epoch: number
  sequencer: Address
  parentNumber: number
  parentHash: Hash
  /** Last block of the term. */
  endBlock: number
  l1Origin: number
}

export type CurrentTerm = Term & {
  kind: 'genesis' | 'boundary' | 'replacement'
  /** Consensus time, ms. */
  openedAt: number
  /** When all its opening transactions stood signed in the record; null: not yet. */
  signedAt: number | null
  /** When its last checkpoint was decided; null: none yet. */
  checkpointAt: number | null
  /** Ids of its opening requests, in the order of their nonces. */
  opening: Hash[]
}

export type ClosedTerm = Term & {
  kind: CurrentTerm['kind']
  /** Last final block; `parentNumber` when the term left none. */
  last: number
  lastHash: Hash
  cut: boolean
  closedAt: number
}

export type Snapshot = {
  /** L1 block after which the stakes were frozen. */
  height: number
  candidates: { address: Address; stake: bigint }[]
  /** Null until the entropy block is in a decided range. */
  prevRandao: Hash | null
}

export type BatchFlight = {
  content: BatchContent
  /** Requests of its steps so far, in order: blob transactions, inbox, state roots. */
  step: number
  request: Hash
  blobTransactions: Hash[]
}

/** What is to be paid for: blocks that L1 holds, of whole epochs, both included; none where `to` is below `from` (rule B8). */
export type Rewards = {
  from: number
  to: number
  /** By the sequencer's id. */
  blocks: Record<string, number>
  /** By id: signers that were changed, as L1 has them; null for one that took its stake back and is not known there any more. */
  signers: Record<string, Address | null>
  /** Epochs that there have to be before the group is asked to pay. */
  due: number
  flight: { content: RewardBatch; request: Hash } | null
}

export type Checkpoint = { number: number; hash: Hash; stateRoot: Hash }

/** The whole of consensus. Plain values only: it is cloned, hashed and stored as it is. */
export type ConsensusState = {
  staking: { batch: number; sequencers: Record<string, Sequencer> }
  committee: Committee
  proposed: ProposedCommittee | null
  /** Joiners that a failed resharing named; they wait for the next term. */
  dropped: Address[]
  group: Group
  /** When each member was last heard in the record (consensus time, ms). */
  seen: Record<Address, number>
  l1: {
    applied: { number: number; hash: Hash }
    /** Decided, its events not yet in the record. */
    decided: L1Range | null
    votes: Record<Address, L1Range>
    deposits: number
    /** wei below one gwei kept for a recipient (rule L2) */
    dust: Record<Address, bigint>
    /** Next nonce of the group address on L1. */
    nonce: number
  }
  snapshots: Snapshot[]
  term: CurrentTerm
  /** Drawn ahead for the normal boundary. */
  next: { sequencer: Address; opening: Hash[] } | null
  checkpoint: Checkpoint
  /** `MetisSequencerSet` at the checkpoint. */
  contract: { epoch: number; epochLength: number; mpc: Address; nonce: number }
  /** Sequencers whose terms were cut since the last decided checkpoint (rule T7). */
  failed: Address[]
  /** Failed attempts since then: the stall time doubles with each (rule T5). */
  attempts: number
  checkpointVotes: Record<Address, CheckpointContent>
  /** Members that attest a stall at the current checkpoint. */
  stallVotes: Address[]
  requests: Record<Hash, SigningRequest>
  /** By request. */
  signing: Record<Hash, Signing>
  /** The last ones, oldest first. */
  signatures: SignatureRecord[]
  /** Closed terms, oldest first: those not batched yet and the last 64. */
  terms: ClosedTerm[]
  batch: {
    nextIndex: number
    nextBlock: number
    votes: Record<Address, BatchContent>
    flight: BatchFlight | null
    /** Last L2 block whose batch L1 holds finally; tag `finalized`. */
    finalized: number
  }
  /** Absent: others pay. */
  rewards?: Rewards
}

/** What the node has to do or may tell; data only (design: effects). */
export type Effect =
  | { type: 'rangeDecided'; range: L1Range }
  | { type: 'l1Applied'; number: number }
  | { type: 'deposit'; index: number; to: Address; amountGwei: bigint; l1Block: number }
  | { type: 'sequencerChanged'; id: number; address: Address; change: 'joined' | 'stake' | 'signer' | 'exit' }
  | { type: 'registrationRefused'; id: number; reason: string }
  | { type: 'committeeProposed'; generation: number; members: Address[] }
  | { type: 'committeeChanged'; members: Address[] }
  | { type: 'checkpointDecided'; checkpoint: Checkpoint; term: number }
  | { type: 'termOpened'; term: CurrentTerm }
  | { type: 'termCut'; term: number; sequencer: Address; checkpoint: Checkpoint; reason: 'stall' | 'evidence' }
  | { type: 'slash'; sequencer: Address; term: number; number: number }
  | { type: 'signatureRequested'; request: SigningRequest }
  | { type: 'sessionOpened'; request: Hash; session: SigningSession }
  | ({ type: 'sessionFailed' } & FailedSession)
  | { type: 'signatureRecorded'; request: SigningRequest }
  | { type: 'batchDecided'; batch: BatchContent }
  | { type: 'batchAccepted'; index: number; last: number; transaction: Hash }
  | { type: 'keyChanged'; from: Address; to: Address }
  | { type: 'keyHandedOver'; from: Address; to: Address }
  | { type: 'rewardsPaid'; content: RewardBatch; transaction: Hash }
  | { type: 'groupTransactionFailed'; nonce: number; hash: Hash; kind: SigningRequest['kind'] }

/** What is constant for a network, and the time and crypto that are passed in. */
export interface Context {
  genesis: Genesis
  /** Hash of the genesis (rule M1). */
  networkId: Hash
  /** Consensus time, ms (rule M3). */
  time: number
  /** Address that signed a digest, undefined for a signature that is none. 65 bytes r, s, v with v 0 or 1. */
  recover(digest: Uint8Array, signature: Uint8Array): Address | undefined
}

export interface Applied {
  state: ConsensusState
  effects: Effect[]
  /** Why the message changed nothing, where it was refused. */
  refused?: { code: string; reason: string }
}

/** Working copy that handlers change while one message is applied. */
export interface Draft {
  state: ConsensusState
  effects: Effect[]
  context: Context
}
