import { secp256k1 } from '@noble/curves/secp256k1.js'
import { signedEnvelope, signingDigest, type UnsignedTransaction } from '../../../src/core/chain/transaction.js'
import { bytesToHex, hexToBytes, keccak256, keccakBytes, rlpEncode, utf8 } from '../../../src/core/codec/index.js'
import { addressOfPublicKey, publicKeyOf, recoverAddress, signDigest } from '../../../src/core/consensus/crypto.js'
import { attestationDigest, eventsRoot, networkIdOf, sealDigest } from '../../../src/core/consensus/digest.js'
import { genesisState } from '../../../src/core/consensus/genesis.js'
import type {
  L1Fees,
  Signing,
  SigningRequest,
  SigningSession,
  UnsignedContent,
} from '../../../src/core/consensus/groupTypes.js'
import { apply } from '../../../src/core/consensus/machine.js'
import { thresholdOf, WEI_PER_METIS } from '../../../src/core/consensus/power.js'
import { transactionOf } from '../../../src/core/consensus/signed.js'
import { nextBump } from '../../../src/core/consensus/signing.js'
import type {
  Applied,
  CheckpointContent,
  ConsensusState,
  Content,
  Context,
  Effect,
  L1Event,
  L1Range,
  Message,
  Seal,
} from '../../../src/core/consensus/types.js'
import { decodeMessage, encodeMessage } from '../../../src/core/consensus/wire.js'
import type { Genesis } from '../../../src/core/genesis/types.js'
import type { Address, Hash, Hex } from '../../../src/core/types/hex.js'

export interface Key {
  address: Address
  pubkey: Hash
  privateKey: Uint8Array
}

const keys = new Map<string | number, Key>()

/** The same key for the same name, always. */
export function keyOf(name: string | number): Key {
  const known = keys.get(name)
  if (known !== undefined) return known
  const privateKey = keccakBytes(utf8(`key ${name}`))
  const pubkey = publicKeyOf(privateKey)
  const key = { address: addressOfPublicKey(pubkey), pubkey, privateKey }
  keys.set(name, key)
  return key
}

const pointOf = ({ privateKey }: Key) => secp256k1.getPublicKey(privateKey, true)

/** The public key of `keyOf(name)` where so many have shares of it; each sharing has other points. */
export function groupKey(name: string, members: number, threshold = thresholdOf(members), sharing = 'first'): Hex {
  const points = Array.from({ length: members }, (_, i) => pointOf(keyOf(`${name}, ${sharing} share ${i + 1}`)))
  return bytesToHex(rlpEncode([threshold, pointOf(keyOf(name)), points]))
}

export const hashOf = (text: string): Hash => keccak256(utf8(text))
const blockOf = (number: number, fork: string) => ({
  hash: hashOf(`block ${number} ${fork}`),
  stateRoot: hashOf(`state ${number} ${fork}`),
})
const addressOf = (name: string): Address => `0x${hashOf(name).slice(26)}`

/** wei; what members say where a test does not care. */
const FEES: L1Fees = { maxFeePerGas: 10n ** 9n, maxPriorityFeePerGas: 1n, maxFeePerBlobGas: 10n ** 9n }

export interface Options {
  /** METIS of each sequencer. */
  stakes?: number[]
  epochLength?: number
  change?: (genesis: Genesis) => void
}

/** A genesis of sequencers with equal stakes, where nothing says otherwise. */
export function genesisOf({ stakes = [10, 10, 10, 10], epochLength = 8, change }: Options = {}): Genesis {
  const sequencers = stakes.map((stake, i) => {
    const { address, pubkey } = keyOf(i)
    return { id: i + 1, signer: address, pubkey, stake: String(BigInt(stake) * WEI_PER_METIS) }
  })
  const genesis: Genesis = {
    version: 1,
    name: 'test',
    salt: hashOf('salt'),
    l1: {
      chainId: 31_337,
      startBlock: 11,
      startParentHash: hashOf('l1 10'),
      confirmations: 2,
      metis: addressOf('metis'),
      lockingInfo: addressOf('lockingInfo'),
      lockingPool: addressOf('lockingPool'),
      bridge: addressOf('bridge'),
      stateCommitmentChain: addressOf('scc'),
      inbox: addressOf('inbox'),
    },
    l2: {
      chainId: 1_088_000,
      timestamp: 1_700_000_000,
      gasLimit: 30_000_000,
      baseFee: '1000000000',
      alloc: {},
      sequencerSet: addressOf('sequencerSet'),
      ...(({ hash, stateRoot }) => ({ hash, stateRoot }))(blockOf(0, 'main')),
    },
    consensus: {
      epochLength,
      blockTime: 1000,
      stallTimeout: 10_000,
      maxFuture: 5000,
      snapshotInterval: 10,
      entropyDelay: 5,
    },
    group: {
      address: keyOf('group').address,
      publicKey: groupKey('group', stakes.length),
      l1Nonce: 3,
      l2FeeCap: '100000000000',
    },
    firstSequencer: keyOf(0).address,
    sequencers,
  }
  change?.(genesis)
  return genesis
}

/** A network seen from its record: every message goes through its bytes, as an engine carries it. */
export class Network {
  readonly genesis: Genesis
  readonly networkId: Hash
  readonly keys = new Map<Address, Key>()
  state: ConsensusState
  time: number
  effects: Effect[] = []
  log: { message: Message; time: number }[] = []

  constructor(options: Options = {}) {
    this.genesis = genesisOf(options)
    this.networkId = networkIdOf(this.genesis)
    this.state = genesisState(this.genesis, this.networkId)
    this.time = this.genesis.l2.timestamp * 1000
    for (const name of [...Array(12).keys(), 'group', 'group 2']) {
      const key = keyOf(name)
      this.keys.set(key.address, key)
    }
  }

  get context(): Context {
    const { genesis, networkId, time } = this
    return { genesis, networkId, time, recover: recoverAddress }
  }

  /** Members in the order of their sequencers' ids. */
  get members(): Address[] {
    return [...this.state.committee.members].sort((a, b) => a.id - b.id).map(({ address }) => address)
  }

  send(message: Message): Applied {
    this.time += 1
    this.log.push({ message, time: this.time })
    const applied = apply(this.state, decodeMessage(encodeMessage(message)), this.context)
    this.state = applied.state
    this.effects.push(...applied.effects)
    return applied
  }

  /** The reason why the message is refused; undefined where it is not. */
  code(message: Message): string | undefined {
    return this.send(message).refused?.code
  }

  key(address: Address): Key {
    const key = this.keys.get(address)
    if (key === undefined) throw new Error(`no key of ${address}`)
    return key
  }

  attestation(
    member: Address,
    content: Content,
    networkId = this.networkId,
  ): Extract<Message, { type: 'attestation' }> {
    const signature = bytesToHex(signDigest(attestationDigest(networkId, content), this.key(member).privateKey))
    return { type: 'attestation', member, content, signature }
  }

  /** As if these had just said what changes nothing else. */
  hear(members: readonly Address[] = this.members): void {
    const seen = Object.fromEntries(members.map((member) => [member, this.time]))
    this.state = { ...this.state, seen: { ...this.state.seen, ...seen } }
  }

  /** One member says this; answers with the code of a refusal. */
  say(member: Address | undefined, content: Content): string | undefined {
    if (member === undefined) throw new Error('no such member')
    return this.code(this.attestation(member, content))
  }

  /** These members say this, one after the other; with the refusals' codes. */
  each(members: readonly Address[], content: Content): (string | undefined)[] {
    return members.map((member) => this.say(member, content))
  }

  /** Just enough members say this, in order of id. */
  quorum(content: Content): void {
    for (const member of this.members.slice(0, this.state.committee.threshold)) {
      const refused = this.send(this.attestation(member, content)).refused
      if (refused !== undefined) throw new Error(`${content.kind} of ${member}: ${refused.code} ${refused.reason}`)
    }
  }

  /** A vote for all blocks from the checkpoint (or another block of its chain) up to `to`. */
  vote(to: number, { fork = this.fork, from = this.state.checkpoint.number } = {}): CheckpointContent {
    const prev = from === this.state.checkpoint.number ? this.state.checkpoint.hash : blockOf(from, fork).hash
    const blocks = Array.from({ length: to - from }, (_, i) => blockOf(from + 1 + i, fork))
    return { kind: 'checkpoint', term: this.state.term.term, prevNumber: from, prevHash: prev, blocks }
  }

  /** Each term builds blocks of its own. */
  get fork(): string {
    return `term ${this.state.term.term}`
  }

  checkpoint(to: number): void {
    this.quorum(this.vote(to))
  }

  /** Decides a term's last block, so that the next one opens. */
  finishTerm(): void {
    while (this.state.checkpoint.number + 32 < this.state.term.endBlock)
      this.checkpoint(this.state.checkpoint.number + 32)
    this.checkpoint(this.state.term.endBlock)
  }

  stall(): Content {
    return { kind: 'stall', term: this.state.term.term, lastCheckpointNumber: this.state.checkpoint.number }
  }

  range(to: number, events: readonly L1Event[] = [], fork = ''): L1Range {
    const { number, hash } = this.state.l1.applied
    const toHash = hashOf(`l1 ${to}${fork}`)
    return {
      from: number + 1,
      to,
      toHash,
      prevToHash: hash,
      eventsRoot: eventsRoot(events),
      prevRandao: hashOf(`${to}`),
    }
  }

  /** Decides the next range of L1 with these events and applies them. */
  l1(to: number, events: L1Event[] = []): Effect[] {
    const before = this.effects.length
    const range = this.range(to, events)
    this.quorum({ kind: 'range', range })
    if (events.length > 0) {
      const { refused } = this.send({ type: 'l1Events', from: range.from, events })
      if (refused !== undefined) throw new Error(`${refused.code} ${refused.reason}`)
    }
    return this.effects.slice(before)
  }

  seal(member: Address, number: number, fork: string, term = this.state.term.term): Seal {
    const { hash } = blockOf(number, fork)
    const digest = sealDigest(this.networkId, { term, number, hash })
    return { term, number, hash, signature: bytesToHex(signDigest(digest, this.key(member).privateKey)) }
  }

  /** Two blocks of one number by the sequencer of a term. */
  evidence(member = this.state.term.sequencer, term = this.state.term.term, number = 7): Message {
    return { type: 'evidence', seals: [this.seal(member, number, 'a', term), this.seal(member, number, 'b', term)] }
  }

  request(id: Hash | undefined): SigningRequest {
    const request = id === undefined ? undefined : this.state.requests[id]
    if (request === undefined) throw new Error(`no request ${id}`)
    return request
  }

  signing({ id }: { id: Hash }): Signing {
    const signing = this.state.signing[id]
    if (signing === undefined) throw new Error(`${id} is not being signed`)
    return signing
  }

  /** The try of a request that is under way. */
  session(request: { id: Hash }): SigningSession {
    const { session } = this.signing(request)
    if (session === null) throw new Error(`nobody signs ${request.id} now`)
    return session
  }

  /** Just enough members say these fees for the next transaction of a request on L1. */
  agree({ id }: SigningRequest, fees: Partial<L1Fees> = {}): void {
    this.quorum({ kind: 'fees', request: id, bump: nextBump(this.signing({ id })) ?? 0, fees: { ...FEES, ...fees } })
  }

  /** The group's signature of a request, as its signers make it once fees are agreed on, with what `change` makes of it. */
  signed(request: SigningRequest, change: Partial<UnsignedTransaction> = {}, data = request.data ?? '0x'): Message {
    if (request.chain === 'l1' && this.signing(request).fees === null) this.agree(request)
    const fees = this.state.signing[request.id]?.fees ?? null
    const unsigned = { ...transactionOf(request, fees, hexToBytes(data)), ...change }
    const signature = signDigest(signingDigest(unsigned), this.key(request.key).privateKey)
    const session = this.state.signing[request.id]?.session?.number ?? 0
    return {
      type: 'signed',
      request: request.id,
      session,
      transaction: bytesToHex(signedEnvelope(unsigned, signature)),
    }
  }

  /** That the try of a request failed and nobody knows by whom, with what `change` makes of it. */
  unsigned({ id }: { id: Hash }, change: Partial<UnsignedContent> = {}): UnsignedContent {
    const { number: session } = this.session({ id })
    return {
      kind: 'unsigned',
      request: id,
      session,
      outcome: 'failed',
      culprits: [],
      ban: false,
      reason: 'no signature',
      ...change,
    }
  }

  /** What a member says of the sharing that is under way, where all went well. */
  shared(change: Partial<Extract<Content, { kind: 'group' }>> = {}): Extract<Content, { kind: 'group' }> {
    const { generation, members } = this.state.proposed ?? { generation: 0, members: this.state.committee.members }
    const publicKey = groupKey('group', members.length, undefined, `${generation}`)
    return { kind: 'group', generation, publicKey, failed: [], ...change }
  }

  /** That it failed because of these. */
  failed(...failed: Address[]): Extract<Content, { kind: 'group' }> {
    return this.shared({ publicKey: '0x', failed: failed.sort() })
  }

  /** Puts the whole opening of the current term on record. */
  signOpening(): void {
    for (const id of this.state.term.opening) {
      const request = this.request(id)
      if (request.signed === null) this.send(this.signed(request))
    }
  }
}

/** Members who were all just heard, and a request that some of them sign. */
export function askedToSign(size = 4): { network: Network; request: SigningRequest } {
  const network = new Network({ stakes: Array(size).fill(10) })
  network.hear()
  network.finishTerm()
  return { network, request: network.request(network.state.next?.opening[0]) }
}

/** Events of L1, with what is mostly the same filled in. */
export const locked = (block: number, id: number, key: Key, metis = 10): L1Event => ({
  type: 'locked',
  block,
  id,
  signer: key.address,
  pubkey: key.pubkey,
  amount: BigInt(metis) * WEI_PER_METIS,
  activationBatch: 1,
})
