import type { Address, Hash, Hex } from '../types/hex.js'
import type { Precheck } from './precheck.js'

/** Where a network's staking happens. */
export interface StakingContracts {
  /** The METIS token on L1. */
  metis: Address
  /** Holds the tokens: the spender of every approval. */
  lockingInfo: Address
  /** Takes the calls. */
  lockingPool: Address
}

/** The names that the contract gives its status numbers 0 to 3, our spelling. */
export const SEQUENCER_STATUS = ['unavailable', 'inactive', 'active', 'unlocked'] as const
export type SequencerStatus = (typeof SEQUENCER_STATUS)[number]

/** One record of LockingPool; amounts in wei, times in seconds since 1970, batches by number. */
export interface SequencerRecord {
  id: bigint
  amount: bigint
  reward: bigint
  activationBatch: bigint
  updatedBatch: bigint
  deactivationBatch: bigint
  deactivationTime: bigint
  unlockClaimTime: bigint
  nonce: bigint
  owner: Address
  signer: Address
  pubkey: Hex
  /** Zero address when none was set. */
  rewardRecipient: Address
  status: SequencerStatus
}

/** What all sequencers have in common, read at one block; amounts in wei. */
export interface PoolState {
  block: { number: number; hash: Hash /** seconds since 1970 */; timestamp: bigint }
  paused: boolean
  minLock: bigint
  maxLock: bigint
  totalLocked: bigint
  /** Number of the reward batch that is running. */
  currentBatch: bigint
  /** Seconds between `unlock` and `unlockClaim`. */
  exitDelay: bigint
  /** Batches that a signer has to serve before it can be changed. */
  signerUpdateThrottle: bigint
  /** wei of METIS that a sequencer earns for a block. */
  rewardPerBlock: bigint
}

/** Fees in wei a unit of gas. */
export interface Fees {
  maxFeePerGas: bigint
  maxPriorityFeePerGas: bigint
}

/** Fees for a transaction that may wait, that is mined soon, and that is in a hurry. */
export const SPEEDS = ['slow', 'normal', 'fast'] as const
export type Speed = (typeof SPEEDS)[number]
export type FeeChoices = Record<Speed, Fees>

/** What an operator may want of the contracts. Amounts in wei of METIS. */
export type Wish =
  | { action: 'lock'; owner: Address; signer?: Address; pubkey: Hex; amount: bigint; rewardRecipient?: Address }
  /** `withReward` relocks all of the unclaimed reward beside `amount`. */
  | { action: 'topup'; owner: Address; id: bigint; amount: bigint; withReward: boolean }
  | { action: 'withdraw'; owner: Address; id: bigint; amount: bigint }
  | ({ action: 'unlock'; owner: Address; id: bigint } & Bridging)
  | ({ action: 'claim'; owner: Address; id: bigint } & Bridging)
  | ({ action: 'claimRewards'; owner: Address; id: bigint } & Bridging)
  | { action: 'setRewardRecipient'; owner: Address; id: bigint; recipient: Address }
  /** Sent by the signer that is replaced. */
  | { action: 'updateSigner'; signer: Address; id: bigint; pubkey: Hex }
  | { action: 'transferOwner'; owner: Address; id: bigint; newOwner: Address }

/** Of a wish that sends rewards over the bridge. */
interface Bridging {
  /** wei of ETH to pay the bridge, in place of what it asks for. */
  bridgeFee?: bigint
}

export type Action = Wish['action']

/** All that the plan of a wish depends on, read at one block. Amounts in wei. */
export interface StakingState {
  pool: PoolState
  /** The account that sends. */
  account: {
    address: Address
    metis: bigint
    eth: bigint
    /** METIS that LockingInfo may take. */
    allowance: bigint
    whitelisted: boolean
    /** Id of the sequencer that it owns; 0 for none. */
    ownerId: bigint
  }
  /** The sequencer that the wish is about; absent for a lock, or where there is none of that id. */
  sequencer?: SequencerRecord
  /** Id under which the wish's (new) signer is known; 0 for none or no such wish, 2^256 - 1 for one that is burnt. */
  signerId: bigint
  /** Of a transfer. */
  newOwner?: { whitelisted: boolean; ownerId: bigint }
  /** What bridging rewards to L2 costs: `minL2Gas * discount` wei of ETH; null where the bridge does not tell. */
  bridge: { minL2Gas: bigint; discount: bigint } | null
  fees: FeeChoices
}

/** A sequencer and its owner's purse at one moment; amounts in wei, times in seconds since 1970. */
export interface Snapshot {
  /** METIS of the sender on L1 */
  metis: bigint
  /** ETH of the sender on L1, in wei; afterwards the least that is left */
  eth: bigint
  stake: bigint
  reward: bigint
  totalLocked: bigint
  /** Percentage of all that is locked. */
  share: string
  status: SequencerStatus | 'none'
  owner: Address
  signer: Address
  rewardRecipient: Address
  /** 0 where it is not leaving */
  unlockClaimTime: bigint
}

/** What a wish needs and would do. Decides, sends nothing. */
export interface Plan {
  wish: Wish
  /** The account that has to sign. */
  from: Address
  /** One line for a person: `lock 20000 METIS for the signer 0x...`. */
  title: string
  prechecks: Precheck[]
  steps: Step[]
  /** ETH in wei that goes to the bridge. */
  bridgeFee: bigint
  /** Most that the steps cost in fees, in wei of ETH, at each speed. */
  maxFees: Record<Speed, bigint>
  before: Snapshot
  /** After all steps. */
  after: Snapshot
  /** What else to know before confirming: the 21 days, an allowance that is replaced. Whole sentences. */
  notes: string[]
}

/** A call that is yet to be signed. */
export interface Step {
  kind:
    | 'approve'
    | 'lock'
    | 'relock'
    | 'withdraw'
    | 'unlock'
    | 'unlockClaim'
    | 'withdrawRewards'
    | 'setSequencerRewardRecipient'
    | 'updateSigner'
    | 'setSequencerOwner'
    | 'whitelist'
  /** One line for a person. */
  title: string
  to: Address
  /** wei of ETH */
  value: bigint
  data: Hex
  /** Most gas that it may take. */
  gasLimit: bigint
}

/** Id under which LockingPool keeps a signer that was replaced or has left: it can never sign again. */
export const BURNT_SIGNER_ID = 2n ** 256n - 1n
export const ZERO_ADDRESS: Address = `0x${'00'.repeat(20)}`
