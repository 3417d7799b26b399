import { decodeInbox } from '../../../src/core/batching/inbox.js'
import { versionedHash } from '../../../src/core/batching/payload.js'
import { parseTransaction, type SignedTransaction } from '../../../src/core/chain/transaction.js'
import { fromBigEndian, hexToBytes, keccak256 } from '../../../src/core/codec/index.js'
import { contentHash, eventsRoot } from '../../../src/core/consensus/digest.js'
import { isEntropyBlock, MAX_RANGE_BLOCKS, MAX_RANGE_EVENTS } from '../../../src/core/consensus/l1.js'
import type { L1Event, L1Range } from '../../../src/core/consensus/types.js'
import { MetisSeqError } from '../../../src/core/errors/index.js'
import type { Genesis } from '../../../src/core/genesis/types.js'
import type { L1Sender, L1View } from '../../../src/core/ports/l1.js'
import type { Address, Hash, Hex } from '../../../src/core/types/hex.js'
import type { Clock } from './clock.js'
import type { Dice } from './dice.js'
import { isGroupKey } from './group.js'
import { hashOf, recover } from './keys.js'
import { commitmentOf } from './kzg.js'
import type { Life } from './life.js'
import { batchOf, genesisPool, type LockingPool, paid, signedBy } from './lockingPool.js'
import { genesisRoles, inboxSender, type Roles, ruled } from './roles.js'

/** What somebody does on L1. */
export type L1Action =
  | { type: 'locked'; id: number; signer: Address; pubkey: Hex; amount: bigint }
  | { type: 'stake'; id: number; amount: bigint }
  | { type: 'signer'; id: number; signer: Address; pubkey: Hex }
  | { type: 'exit'; id: number }
  /** Of those that began to leave, the first one takes its stake. */
  | { type: 'left' }
  | { type: 'deposit'; to: Address; amount: bigint }

export interface Accepted {
  index: number
  first: number
  count: number
  /** One list a blob transaction, in order. */
  blobs: Uint8Array[]
}

/** A transaction that waits. */
interface Pooled {
  raw: Hex
  sender: Address
  transaction: SignedTransaction
}

const slotOf = ({ sender, transaction }: Pooled) => `${sender} ${transaction.nonce}`

/** The contracts after a block; never changed once made. */
interface L1State {
  deposits: number
  pool: LockingPool
  /** By address: of the group's keys. */
  nonces: ReadonlyMap<Address, number>
  roles: Roles
  /** State roots that were appended. */
  roots: number
  accepted: readonly Accepted[]
  blobTransactions: ReadonlyMap<Hash, readonly Hash[]>
}

export interface L1Block {
  number: number
  hash: Hash
  parent: Hash
  events: L1Event[]
  state: L1State
  /** What came from users, to come again after a reorganisation. */
  actions: readonly L1Action[]
  transactions: readonly Hex[]
}

export interface L1Options {
  blockTime: number
  /** Blocks below the head at which nothing changes any more. */
  depth: number
  /** Of 1000 group transactions in a block: reverted for want of gas. */
  reverts: number
  /** Of 1000 that could be in a block: not in this one. */
  slow: number
}

/** How L1 answers a node. */
export interface L1Answers {
  /** `slow`: each request hangs for its whole time-out; `refusing`: fails at once */
  mode: 'well' | 'refusing' | 'hanging'
  /** ms by which the node's endpoint is behind */
  behind: number
}

const TIMEOUT = 20_000
const MAX_POOL = 512

/** L1: blocks, contracts, a pool, and reorganisations above the final depth. */
export class L1 {
  readonly blocks: L1Block[] = []
  options: L1Options
  readonly #clock: Clock
  readonly #dice: Dice
  readonly #genesis: Genesis
  #pending: L1Action[] = []
  readonly #pool = new Map<string, Pooled>()
  readonly #senders = new WeakMap<L1Event, Address>()
  readonly #blobs = new Map<Hash, Uint8Array>()
  /** When each height was final first, so that endpoints can be behind. */
  readonly #finalAt: { height: number; at: number }[] = []
  #forks = 0

  constructor(clock: Clock, dice: Dice, genesis: Genesis, options: L1Options) {
    this.#clock = clock
    this.#dice = dice
    this.#genesis = genesis
    this.options = options
    const { startBlock, startParentHash } = genesis.l1
    const state: L1State = {
      deposits: 0,
      pool: genesisPool(genesis),
      nonces: new Map([[genesis.group.address, genesis.group.l1Nonce]]),
      roles: genesisRoles(genesis),
      roots: 0,
      accepted: [],
      blobTransactions: new Map(),
    }
    const before = { number: startBlock - 1, hash: startParentHash, parent: hashOf('l1'), events: [], state }
    this.blocks.push({ ...before, actions: [], transactions: [] })
    this.#schedule()
  }

  get head(): L1Block {
    const head = this.blocks.at(-1)
    if (head === undefined) throw new Error('L1 has no block')
    return head
  }

  /** Number of the last block that stays. */
  get final(): number {
    return Math.max(this.#genesis.l1.startBlock - 1, this.head.number - this.options.depth)
  }

  at(number: number): L1Block | undefined {
    return this.blocks[number - this.#genesis.l1.startBlock + 1]
  }

  act(action: L1Action): void {
    this.#pending.push(action)
  }

  /** The last blocks never were; what they held comes again, in another order, and as many other blocks take their place. */
  reorganise(blocks: number): void {
    const gone = this.blocks.splice(this.blocks.length - Math.min(blocks, this.head.number - this.final))
    this.#forks += 1
    this.#pending = this.#dice.shuffled([...gone.flatMap(({ actions }) => actions), ...this.#pending])
    for (const raw of gone.flatMap(({ transactions }) => transactions)) {
      if (this.#dice.chance(500)) this.#offer(raw) // the others fell out of the pools, too
    }
    for (const _ of gone) this.#mine()
  }

  #schedule(): void {
    this.#clock.after(this.options.blockTime, () => {
      this.#mine()
      this.#schedule()
    })
  }

  #mine(): void {
    const { head } = this
    const number = head.number + 1
    const block: L1Block = {
      number,
      hash: '0x',
      parent: head.hash,
      events: [],
      state: head.state,
      actions: [],
      transactions: [],
    }
    const [now, later]: [L1Action[], L1Action[]] = [[], []]
    for (const action of this.#pending) (this.#dice.chance(800) ? now : later).push(action)
    this.#pending = later
    const events: L1Event[] = []
    let { state } = head
    for (const action of now) {
      const { event, after } = happened(state, action, number)
      if (event !== undefined) events.push(event)
      state = after
    }
    const transactions: Hex[] = []
    for (let next = this.#next(state); next !== undefined; next = this.#next(state)) {
      if (this.#dice.chance(this.options.slow)) break
      this.#pool.delete(slotOf(next))
      const { after, event } = this.#mined(state, next, number)
      this.#senders.set(event, next.sender)
      transactions.push(next.raw)
      if (after.pool.payments !== state.pool.payments)
        events.push({ type: 'rewardBatch', block: number, batch: batchOf(after.pool) })
      events.push(event)
      state = after
    }
    const value = hashOf(`randao ${number} ${this.#forks}`)
    if (isEntropyBlock(number, this.#genesis.consensus)) events.push({ type: 'randao', block: number, value })
    const hash = hashOf(`${head.hash} ${number} ${this.#forks} ${events.length}`)
    this.blocks.push({ ...block, hash, events, state, actions: now, transactions })
    this.#finalAt.push({ height: this.final, at: this.#clock.now })
  }

  /** A transaction that waits and has the next nonce of its sender. */
  #next({ nonces }: L1State): Pooled | undefined {
    return [...this.#pool.values()].find(({ sender, transaction }) => transaction.nonce === (nonces.get(sender) ?? 0))
  }

  /** Whose transaction an event tells of. */
  senderOf(event: L1Event): Address | undefined {
    return this.#senders.get(event)
  }

  #mined(state: L1State, { raw, sender, transaction }: Pooled, block: number) {
    const { nonce, to, data, blobs } = transaction
    const hash = keccak256(hexToBytes(raw))
    const { l1 } = this.#genesis
    const done = { ...state, nonces: new Map([...state.nonces, [sender, nonce + 1]]) }
    const isCall = to !== l1.inbox
    const reverts = isCall && this.#dice.chance(this.options.reverts)
    const after = reverts ? undefined : this.#called(done, { from: sender, to, data })
    const content = contentHash({ nonce, to, dataHash: keccak256(data), blobs })
    const success = after !== undefined
    const event: L1Event = { type: 'groupTransaction', block, nonce, hash, content, success }
    if (after === undefined) return { after: done, event }
    if (blobs.length > 0)
      return { after: { ...after, blobTransactions: new Map([...after.blobTransactions, [hash, blobs]]) }, event }
    const counts = to === l1.inbox && inboxSender(after.roles, block) === sender
    if (counts) return { after: this.#accept(after, data), event }
    return { after, event }
  }

  /** After a call of a contract; undefined where it reverts. */
  #called(state: L1State, call: { from: Address; to: Address; data: Uint8Array }): L1State | undefined {
    const { from, to, data } = call
    const { inbox, lockingPool, stateCommitmentChain } = this.#genesis.l1
    if (to === inbox) return state
    if (to === stateCommitmentChain) return from === state.roles.proposer ? appended(state, data) : undefined
    const pool = to === lockingPool && from === state.roles.mpc ? paid(state.pool, data) : undefined
    if (pool !== undefined) return { ...state, pool }
    const roles = ruled(state.roles, this.#genesis, call)
    return roles && { ...state, roles }
  }

  /** What a reader of L1 makes of an inbox transaction. */
  #accept(state: L1State, data: Uint8Array): L1State {
    const inbox = decodeInbox(data)
    if (inbox.da !== 'blob') throw new Error('a batch without blobs')
    const blobs = inbox.transactionHashes.flatMap((hash) => {
      const names = state.blobTransactions.get(hash)
      if (names === undefined) throw new Error(`the inbox names blob transaction ${hash}, which L1 has not`)
      return names.map((name) => this.#blobs.get(name) ?? new Uint8Array(0))
    })
    const { batchIndex, firstBlock, blockCount } = inbox
    const one: Accepted = { index: Number(batchIndex), first: Number(firstBlock), count: blockCount, blobs }
    return { ...state, accepted: [...state.accepted, one] }
  }

  #offer(raw: Hex): 'taken' | 'known' | 'low' | 'old' {
    const transaction = parseTransaction(hexToBytes(raw))
    const sender = recover(transaction.digest, transaction.signature) ?? '0x'
    const offered = { raw, sender, transaction }
    if (transaction.nonce < (this.head.state.nonces.get(sender) ?? 0)) return 'old'
    const before = this.#pool.get(slotOf(offered))
    if (before?.raw === raw) return 'known'
    const least = (fee: bigint) => (transaction.blobs.length > 0 ? 2n * fee : fee + fee / 10n)
    if (before !== undefined && transaction.maxFeePerGas < least(before.transaction.maxFeePerGas)) return 'low'
    if (this.#pool.size < MAX_POOL) this.#pool.set(slotOf(offered), offered)
    return 'taken'
  }

  /** Forgets what waits, as pools do. */
  dropPool(): void {
    this.#pool.clear()
  }

  view(life: Life, answers: () => L1Answers): L1View {
    return {
      finalHeight: () => life.within(() => this.#answer(answers, () => this.#finalFor(answers().behind))),
      range: (from, to, key) =>
        life.within(() => this.#answer(answers, () => this.#range(from, to, key, answers().behind))),
      onBlock: () => () => undefined,
      close: async () => undefined,
    }
  }

  sender(life: Life, answers: () => L1Answers): L1Sender {
    return {
      fees: () =>
        life.within(() =>
          this.#answer(answers, () => {
            const fee = BigInt(this.#dice.between(1, 40)) * 10n ** 9n
            return { maxFeePerGas: 2n * fee, maxPriorityFeePerGas: 10n ** 9n, maxFeePerBlobGas: fee }
          }),
        ),
      send: (envelope, blobs) => life.within(() => this.#answer(answers, () => this.#send(envelope, blobs))),
      nonce: (address) => life.within(() => this.#answer(answers, () => this.head.state.nonces.get(address) ?? 0)),
    }
  }

  #send(envelope: Hex, blobs: readonly Uint8Array[]): Hash {
    const transaction = parseTransaction(hexToBytes(envelope))
    const signer = recover(transaction.digest, transaction.signature)
    if (signer === undefined || !isGroupKey(signer)) throw new Error(`L1 got a transaction of ${signer}`)
    const names = blobs.map((blob) => versionedHash(commitmentOf(blob)))
    if (names.join() !== transaction.blobs.join()) throw new Error('a blob transaction with other blobs than it names')
    const hash = keccak256(hexToBytes(envelope))
    const answer = this.#offer(envelope)
    if (answer === 'taken')
      for (const [i, name] of names.entries()) this.#blobs.set(name, blobs[i] ?? new Uint8Array(0))
    const isMined = this.blocks.some(({ transactions }) => transactions.includes(envelope))
    if (answer === 'low' || (answer === 'old' && !isMined))
      throw new MetisSeqError('L1_SEND_REFUSED', `L1 does not take transaction ${hash}: ${answer}.`)
    return hash
  }

  async #answer<T>(answers: () => L1Answers, answer: () => T): Promise<T> {
    const { mode } = answers()
    await this.#clock.pause(mode === 'hanging' ? TIMEOUT : this.#dice.below(80))
    if (mode === 'well') return answer()
    throw new MetisSeqError('L1_UNREACHABLE', 'L1 did not answer.', { severity: 'temporary' })
  }

  #finalFor(behind: number): number {
    const until = this.#clock.now - behind
    let height = this.#genesis.l1.startBlock - 1
    for (const each of this.#finalAt) if (each.at <= until) height = Math.max(height, each.height)
    return height
  }

  #range(from: number, to: number, key: Address, behind: number): { range: L1Range; events: L1Event[] } {
    const last = Math.min(to, from + MAX_RANGE_BLOCKS - 1, this.#finalFor(behind))
    if (last < from)
      throw new MetisSeqError('L1_NOT_FINAL', `L1 has no final block ${from}.`, { severity: 'temporary' })
    return rangeOf(this, from, last, key)
  }
}

/** What blocks of L1 hold, as they are now, for whom the group's transactions are those of `key`. */
export function rangeOf(l1: L1, from: number, to: number, key: Address): { range: L1Range; events: L1Event[] } {
  const blocks = l1.blocks.filter(({ number }) => number >= from && number <= to)
  const end = blocks.at(-1)
  const isOfOther = (event: L1Event) => event.type === 'groupTransaction' && l1.senderOf(event) !== key
  const events = blocks.flatMap((block) => block.events).filter((event) => !isOfOther(event))
  if (end === undefined || events.length > MAX_RANGE_EVENTS) throw new Error('too many events for a model')
  const prevRandao = hashOf(`mix ${end.hash}`)
  const prevToHash = blocks[0]?.parent ?? '0x'
  return {
    range: { from, to: end.number, toHash: end.hash, prevToHash, eventsRoot: eventsRoot(events), prevRandao },
    events,
  }
}

function happened(state: L1State, action: L1Action, block: number): { event?: L1Event; after: L1State } {
  const { pool } = state
  switch (action.type) {
    case 'deposit':
      return { event: { ...action, block, index: state.deposits }, after: { ...state, deposits: state.deposits + 1 } }
    case 'exit': {
      const after = { ...state, pool: { ...pool, leaving: [...pool.leaving, action.id] } }
      return { event: { ...action, block, deactivationBatch: batchOf(pool) }, after }
    }
    case 'left': {
      const [id, ...leaving] = pool.leaving
      if (id === undefined) return { after: state }
      return { event: { type: 'left', block, id }, after: { ...state, pool: signedBy({ ...pool, leaving }, id, null) } }
    }
    case 'locked': {
      const after = { ...state, pool: signedBy(pool, action.id, action.signer) }
      return { event: { ...action, block, activationBatch: batchOf(pool) }, after }
    }
    case 'signer':
      return { event: { ...action, block }, after: { ...state, pool: signedBy(pool, action.id, action.signer) } }
    case 'stake':
      return { event: { ...action, block }, after: state }
  }
}

/** After `appendStateBatchByChainId`, at its place only; undefined where it reverts. */
function appended(state: L1State, data: Uint8Array): L1State | undefined {
  const word = (at: number) => Number(fromBigEndian(data.subarray(4 + at, 36 + at)))
  const [rootsAt, start] = [word(32), word(64)]
  const count = word(rootsAt)
  return start !== state.roots ? undefined : { ...state, roots: state.roots + count }
}
