import type { Address, Hash, Hex } from '../types/hex.js'

/** One L2 account at genesis. Quantities are decimal strings, so that the document is plain JSON. */
export interface GenesisAccount {
  /** wei */
  balance: string
  code?: Hex
  storage?: Record<Hash, Hash>
}

/** A sequencer that stood in LockingInfo at `l1.startBlock`. */
export interface GenesisSequencer {
  id: number
  signer: Address
  /** 64 bytes, without the 0x04 */
  pubkey: Hex
  /** wei, decimal */
  stake: string
}

/** The whole document that makes a network. Its hash is the network's id (rule M1), so it never changes. */
export interface Genesis {
  version: 1
  name: string
  /** Random, so that no two networks share an id (rule M1). */
  salt: Hash
  l1: {
    chainId: number
    /** First L1 block whose events consensus applies; the sequencers below are the state just before it. */
    startBlock: number
    startParentHash: Hash
    /** 0: read at L1's `finalized` tag. Devnets read this many blocks below the head (rule L1). */
    confirmations: number
    metis: Address
    lockingInfo: Address
    lockingPool: Address
    bridge: Address
    stateCommitmentChain: Address
    /** Address without code to which batches are sent. */
    inbox: Address
    /** What the group owns beside LockingPool, and hands over with a new key (rule B7); absent: it keeps its key for ever. */
    owned?: { addressManager: Address; inboxSenderManager: Address; others: Address[] }
  }
  l2: {
    chainId: number
    /** seconds */
    timestamp: number
    gasLimit: number
    /** wei, decimal; below 2^64 */
    baseFee: string
    /** Blocks of this time (seconds) and later follow Osaka's rules, those before it, and all where it is absent, Prague's. */
    osakaTime?: number
    alloc: Record<Address, GenesisAccount>
    sequencerSet: Address
    /** Hash of block 0; the execution engine must arrive at the same. */
    hash: Hash
    stateRoot: Hash
  }
  consensus: {
    /** blocks */
    epochLength: number
    /** ms between two L2 blocks */
    blockTime: number
    /** ms without a checkpoint after which a member attests a stall; doubles with each failed attempt (rule T5) */
    stallTimeout: number
    /** ms a block's time may be ahead of the clock before it is attested (rule M3) */
    maxFuture: number
    /** L1 blocks between two snapshots (rule S1) */
    snapshotInterval: number
    /** L1 blocks from a snapshot to its entropy, more than the finality lag (rule S1) */
    entropyDelay: number
  }
  group: {
    address: Address
    /** RLP of [threshold, key, points of the members' shares]; members are the sequencers below in the order of their addresses. */
    publicKey: Hex
    /** Its next nonce on L1 at `l1.startBlock`. */
    l1Nonce: number
    /** Fee cap of the transactions it signs for L2, wei, decimal; constant (rule E2). */
    l2FeeCap: string
    /** Epochs after which the group pays the sequencers on L1, at least 2 (rule B8); absent: others pay. */
    rewardEpochs?: number
  }
  /** Signer of the genesis term. */
  firstSequencer: Address
  sequencers: GenesisSequencer[]
}
