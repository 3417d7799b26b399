import type { L1Fees, SigningRequest } from '../../core/consensus/groupTypes.js'
import type { ConsensusState, Content, Message } from '../../core/consensus/types.js'
import type { Genesis } from '../../core/genesis/types.js'
import type { MessageSeal } from '../../core/ports/group.js'
import type { ThresholdCrypto } from '../../core/ports/threshold.js'
import type { Address, Hash, Hex } from '../../core/types/hex.js'
import type { SigningGuard } from './guard.js'
import type { Mailbox } from './mailbox.js'
import type { Shares } from './shares.js'

/** What it takes to talk with the other members. */
export interface Peer {
  /** What names the network in every session: its id, or before it has one its salt. */
  readonly networkId: Hash
  readonly address: Address
  /** The key of a member, of the committee or of one that wants in: 64 bytes. */
  pubkeyOf(address: Address): Hex | undefined
  /** To another member; it may never come. */
  send(to: Address, sealed: Uint8Array): void
  recover(digest: Uint8Array, signature: Uint8Array): Address | undefined
  /** ms since 1970 */
  now(): number
}

/** What a member of the group needs of its node. */
export interface GroupNode extends Peer {
  readonly genesis: Genesis
  readonly consensus: { readonly state: ConsensusState; submit(message: Message): Promise<void> }
  attest(content: Content): Promise<void>
  /** Calldata of a request, made of the node's own blocks where only its hash is agreed; undefined while they are not here. */
  dataOf(request: SigningRequest): Promise<Hex | undefined>
  /** Why this node, of what it knows itself, does not sign it. */
  whyNot(request: SigningRequest, fees: L1Fees | null, data: Hex): Promise<string | undefined>
  /** wei on L2 that the key of the openings lacks of what a new one gets of it (rule B7); undefined while that is not known here. */
  fundsMissing(): Promise<bigint | undefined>
  warn(message: string): void
  refused(what: string, reason: string): void
}

/** What it takes to hold a conversation. */
export interface TalkParts {
  readonly node: Peer
  readonly seal: MessageSeal
  readonly mailbox: Mailbox
}

/** What it takes to share a key. */
export interface SharingParts extends TalkParts {
  readonly crypto: { readonly share: ThresholdCrypto }
  readonly shares: Shares
}

/** The parts of a member that sign, share and talk. */
export interface GroupParts extends SharingParts {
  readonly node: GroupNode
  /** Engines of their own, so that a sharing that takes seconds delays no signature. */
  readonly crypto: { readonly sign: ThresholdCrypto; readonly share: ThresholdCrypto }
  readonly guard: SigningGuard
}
