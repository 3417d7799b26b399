import type { Address, Hash, Hex } from '../types/hex.js'
import type { Committee } from './committeeTypes.js'

/** The key of the group, and who works with whom. */
export type Group = {
  address: Address
  /** As the engine has it: RLP of [threshold, key, points of the members' shares], members in the order of their addresses. */
  publicKey: Hex
  generation: number
  /** Highest generation ever proposed: none is used twice, or votes for an old sharing would count for another. */
  proposed: number
  /** Consensus time (ms) since which the key is shared as it is, and before which no other sharing begins. */
  since: number
  notBefore: number
  /** Sessions that ever were: none has the number of another. */
  sessions: number
  /** Pairs of members who failed with one another, how often since the key is shared so, and until when (ms) they are kept apart. */
  apart: { pair: [Address, Address]; times: number; until: number }[]
  /** In how many failed sessions a member was where nobody could say whose fault it was. */
  doubts: Record<Address, number>
  /** Who asks that the key be shared anew; true: it has lost its share. */
  anew: Record<Address, boolean>
  /** Where this same key was shared among others before; whoever left may have kept its share (rule B7). Absent: never. */
  past?: PastSharing[]
  /** The key before this one, while it has to hand over. */
  former?: FormerKey
}

/** A key that another one replaced (rule B7). */
export type FormerKey = {
  address: Address
  publicKey: Hex
  generation: number
  /** Who has shares of it, in the order of their indices. */
  committee: Committee
  /** How far it is on L1: the step that is due, what is asked for it, and the L1 block from which on the new key sends batches; null: done. */
  handover: { step: number; request: Hash | null; inboxFrom: number } | null
}

/** Members with shares that fit one another, and how many of them are the key. */
export type PastSharing = { members: Address[]; threshold: number }

/** What a participant of a sharing broadcasts in one of its rounds. */
export type SharingContent = { kind: 'sharing'; generation: number; round: number; broadcast: Hex }

/** Why a session gives no signature. Who refuses does not sign the request; who failed names those that it could not go on with. */
export type UnsignedContent = {
  kind: 'unsigned'
  request: Hash
  session: number
  outcome: 'refused' | 'failed'
  culprits: Address[]
  /** They must not sign with one another as long as the key is shared as it is. */
  ban: boolean
  reason: string
}

/** Fees of a transaction on L1, in wei; within the request's cap (rule B2). */
export type L1Fees = {
  maxFeePerGas: bigint
  maxPriorityFeePerGas: bigint
  maxFeePerBlobGas: bigint
}

/** What the group is asked to sign: everything but the fees on L1, which are the signers' within the cap (rule B2). */
export type SigningRequest = {
  id: Hash
  kind:
    | 'commitEpoch'
    | 'recommitEpoch'
    | 'updateMpcAddress'
    | 'updateEpochLength'
    | 'blobs'
    | 'inbox'
    | 'stateRoots'
    | 'rewards'
    | 'handover'
    | 'fundGroup'
    | 'transferOwnership'
  chain: 'l1' | 'l2'
  chainId: number
  /** The address whose key signs. */
  key: Address
  nonce: number
  to: Address
  /** Null where only its hash is agreed and each member makes the bytes from its own blocks. */
  data: Hex | null
  dataHash: Hash
  blobs: Hash[]
  gasLimit: number
  /** wei; the most for a unit of gas, and for one of blob gas */
  maxFeePerGas: bigint
  /** wei that go with it: to a new key of the group alone; absent: none. */
  value?: bigint
  /** The term an opening belongs to, the index of the batch of blocks or of rewards, or the step of a handover. */
  subject: number
  signed: Hex | null
}

/** How a request comes to its signature. */
export type Signing = {
  /** Consensus time (ms) of the request. */
  since: number
  /** How often the fees were raised (rule B2): each time what is signed is another digest. */
  bump: number
  /** On L1: the median of what t members saw; null until they said. On L2 fees are fixed. */
  fees: L1Fees | null
  /** What members say for the fees of now, or where it is signed for the next ones. */
  quotes: Record<Address, L1Fees>
  session: SigningSession | null
  /** The last ones that are over, whose signature may still come. */
  past: SigningSession[]
  /** Members who do not sign it, and why. */
  refused: Record<Address, string>
}

/** A try of exactly as many members as the key takes. */
export type SigningSession = {
  /** Counted over the whole network, for ever. */
  number: number
  /** Consensus time (ms) from which on it runs. */
  from: number
  /** The sharing whose shares sign. */
  generation: number
  signers: Address[]
  /** Who said that nothing comes of it. */
  ended: Address[]
}

/** A signature that was made, as auditors want to see it. */
export type SignatureRecord = {
  request: Hash
  kind: SigningRequest['kind']
  subject: number
  bump: number
  /** Consensus times, ms. */
  requestedAt: number
  signedAt: number
  /** Empty where it was made in a session that was over long before it stood in the record. */
  signers: Address[]
}

/** What a member says of a session that gave no signature. */
export type FailedSession = {
  kind: SigningRequest['kind']
  subject: number
  session: number
  member: Address
  culprits: Address[]
  reason: string
}
