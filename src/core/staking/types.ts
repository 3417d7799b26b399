import type { Address, Hash, Hex } from '../types/hex.js'

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
  block: { number: number; hash: Hash }
  paused: boolean
  minLock: bigint
  maxLock: bigint
  totalLocked: bigint
}

/** Fees in wei a unit of gas. */
export interface Fees {
  maxFeePerGas: bigint
  maxPriorityFeePerGas: bigint
}

/** A call that is yet to be signed. */
export interface Step {
  kind: 'approve' | 'lock' | 'whitelist'
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
