import type { StateHistory } from '../core/chain/stateHistory.js'
import type { FailedSession, SigningRequest } from '../core/consensus/groupTypes.js'
import type { CurrentTerm } from '../core/consensus/types.js'
import type { Genesis } from '../core/genesis/types.js'
import type { ConsensusEngine } from '../core/ports/engine.js'
import type { Kzg, L1Sender, L1View } from '../core/ports/l1.js'
import type { Address, Hash } from '../core/types/hex.js'
import type { GroupView } from './groupView.js'
import type { LocalHub } from './p2p/hub.js'

export interface NodeOptions {
  genesis: Genesis
  /** The node's own folder: chain, seals and guard. */
  directory: string
  /** The sequencer's raw 32-byte key and its address. */
  key: { address: Address; privateKey: Uint8Array }
  /** Encrypts the node's share of the group key at rest. */
  password: string
  /** Folder in which keys that are in use are locked; one and the same for all nodes of a user of this machine. */
  keyLocks: string
  engine: ConsensusEngine
  hub: LocalHub
  l1: L1View
  sender: L1Sender
  kzg: Kzg
  api: { host: string; port: number }
  /** Of how many blocks, the latest ones, the state is kept (default 8192); states not older than L1's finality always are. */
  stateHistory?: StateHistory | undefined
  /** Milliseconds since 1970; passed in so that tests can set it. */
  now: () => number
  onEvent: (event: NodeEvent) => void
  /** Something that makes going on unsafe happened; the node has stopped itself. */
  onFatal: (error: Error) => void
}

/** What an operator may want to read, one line each. */
export type NodeEvent = { node: Address } & NodeNews

/** The event itself, before it is said whose it is. */
export type NodeNews =
  | { event: 'block'; number: number; hash: Hash; transactions: number; own: boolean; term: number }
  | { event: 'refused'; what: string; reason: string }
  | { event: 'rewound'; to: number; orphaned: number }
  | { event: 'termOpened'; term: CurrentTerm }
  | { event: 'termCut'; term: number; sequencer: Address; checkpoint: number; reason: string }
  | { event: 'checkpoint'; number: number }
  | { event: 'committee'; members: Address[] }
  | { event: 'sequencer'; id: number; address: Address; change: string }
  | { event: 'signed'; kind: SigningRequest['kind']; subject: number }
  /** A session of signers that gave no signature: who says so, whom it names, and why. */
  | ({ event: 'unsigned' } & FailedSession)
  /** The key of the group begins to be shared among these. */
  | { event: 'sharing'; generation: number; members: Address[] }
  | { event: 'batch'; index: number; last: number; transaction: Hash }
  /** L1 has paid for so many blocks of these epochs, both included. */
  | { event: 'rewards'; batch: number; from: number; to: number; blocks: number; transaction: Hash }
  /** The members have a new key; it signs when the former one has handed over. */
  | { event: 'key'; from: Address; to: Address }
  /** What the former key had on L1 is the new one's; no node needs a share of it any more. */
  | { event: 'keyHandedOver'; from: Address; to: Address }
  | { event: 'l1'; number: number }
  /** States before block `oldest` are gone, and so many trie nodes that they alone had. */
  | { event: 'pruned'; oldest: number; removed: number; milliseconds: number }
  | { event: 'warning'; message: string }

/** What `rotation` and the live view show; also GET /v1/rotation. */
export interface Rotation {
  head: number
  safe: number
  finalized: number
  current: { epoch: number; term: number; sequencer: Address; startBlock: number; endBlock: number; kind: string }
  next: { epoch: number; sequencer: Address; startBlock: number; endBlock: number } | null
  history: {
    epoch: number
    term: number
    sequencer: Address
    startBlock: number
    endBlock: number
    cut: boolean
    blocks: number
  }[]
}

/** GET /v1/status. */
export interface NodeStatus {
  networkId: Hash
  address: Address
  head: { number: number; hash: Hash }
  safe: number
  finalized: number
  l1: { applied: number }
  consensus: { height: number; appHash: Hash }
  committee: { id: number; address: Address; stake: string; power: number }[]
  sequencers: { id: number; address: Address; stake: string; active: boolean; jailed: boolean }[]
  group: { address: Address; generation: number }
  term: CurrentTerm
  batch: { nextIndex: number; finalized: number; inFlight: boolean }
  pool: number
}

export interface SequencerNode {
  readonly address: Address
  /** Where the API listens. */
  readonly url: { rpc: string; ws: string; rest: string; metrics: string }
  status(): NodeStatus
  rotation(): Rotation
  /** Who signs for the group, and what. */
  group(): GroupView
  /** Asks the others to share the group key anew among the same members. */
  refreshGroup(): void
  /** Stops in order and leaves everything on disk; a new node on the same folder goes on. */
  close(): Promise<void>
}
