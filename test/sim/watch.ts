import { decodeBatch2 } from '../../src/core/batching/layout2/decode.js'
import { fromBlobs } from '../../src/core/batching/payload.js'
import { decodeExtraData } from '../../src/core/chain/extraData.js'
import { MAX_DEPOSITS } from '../../src/core/chain/rules.js'
import { parseTransaction } from '../../src/core/chain/transaction.js'
import { hexToBytes, keccak256 } from '../../src/core/codec/index.js'
import { MAX_LEAD } from '../../src/core/consensus/checkpoint.js'
import type { Committee } from '../../src/core/consensus/committeeTypes.js'
import { contentHash, sealDigest } from '../../src/core/consensus/digest.js'
import { keyOnL1 } from '../../src/core/consensus/keys.js'
import { sequencerEverSigning } from '../../src/core/consensus/staking.js'
import type { Checkpoint, ConsensusState, Effect, L1Range } from '../../src/core/consensus/types.js'
import type { Block } from '../../src/core/ports/execution.js'
import type { SealedBlock } from '../../src/core/ports/network.js'
import type { Address, Hash, Hex } from '../../src/core/types/hex.js'
import { MAX_L1_LAG } from '../../src/node/sequencer/l1Lag.js'
import type { Member } from './member.js'
import type { Evm, Executed } from './world/evm.js'
import { recover } from './world/keys.js'
import { type Accepted, type L1, rangeOf } from './world/l1.js'
import type { Payment } from './world/lockingPool.js'

const WEI_PER_GWEI = 10n ** 9n

/** What must hold does not. */
export class Violation extends Error {
  constructor(
    readonly property: string,
    message: string,
  ) {
    super(`${property}: ${message}`)
  }
}

/** Looks at everything that happens, and says at once when a property is broken. */
export class Watch {
  /** Every final block, by number. */
  readonly final: Executed[]
  /** Final blocks that L1 was seen to hold. */
  batched = 0
  batches = 0
  readonly #evm: Evm
  readonly #l1: L1
  readonly #honest: (address: Address) => boolean
  readonly #holders: (hash: Hash) => ReadonlySet<Address>
  #committee: Committee | undefined
  #sequencers: ConsensusState['staking']['sequencers'] = {}
  readonly #gone = new Set<number>()
  readonly #seals = new Map<string, Hash>()
  readonly #finalOf = new Map<Member, number>()
  readonly #included = new Set<Hash>()
  readonly #contents = new Map<string, Hash>()
  readonly #sessions = new Set<string>()
  readonly #deposited = new Map<Address, bigint>()
  readonly #twins: { member: Member; deaths: number; sealed: Block; sequencer: Address }[] = []
  readonly #networkId: Hash
  readonly #now: () => number
  readonly #ranges: { to: number; at: number }[] = []
  #seenL1: number
  #deposits = 0

  /** `holders`: who may have voted for a block, which is all that have it on their disk, and the liars. */
  constructor(
    networkId: Hash,
    evm: Evm,
    l1: L1,
    honest: (address: Address) => boolean,
    holders: (hash: Hash) => ReadonlySet<Address>,
    now: () => number,
  ) {
    this.#now = now
    this.#networkId = networkId
    this.#evm = evm
    this.#l1 = l1
    this.#honest = honest
    this.#holders = holders
    this.final = [evm.block0]
    this.#seenL1 = l1.head.number
  }

  get checkpoint(): Executed {
    return this.final.at(-1) ?? this.#evm.block0
  }

  decided(effects: readonly Effect[], state: ConsensusState): void {
    const committee = this.#committee ?? state.committee
    this.#committee = state.committee
    this.#sequencers = state.staking.sequencers
    for (const effect of effects) {
      if (effect.type === 'checkpointDecided') this.#supported(effect.checkpoint, committee)
      if (effect.type === 'checkpointDecided') this.#checkpoint(effect.checkpoint, effect.term)
      if (effect.type === 'rangeDecided') this.#range(effect.range, keyOnL1(state))
      if (effect.type === 'signatureRecorded' && effect.request.signed !== null) this.#signed(effect.request.signed)
      if (effect.type === 'keyHandedOver') this.#handedOver(effect.to)
      if (effect.type === 'slash' && this.#honest(effect.sequencer))
        throw new Violation('honest members are never named', `${effect.sequencer} is slashed in term ${effect.term}`)
    }
    if (effects.some(({ type }) => type === 'checkpointDecided')) this.#contract(state)
  }

  /** Rule P3 in figures of its own: more than two thirds of the power, and of the heads, could vote for it. */
  #supported({ number, hash }: Checkpoint, { members, totalPower }: Committee): void {
    const holders = this.#holders(hash)
    const able = members.filter(({ address }) => holders.has(address))
    const power = able.reduce((sum, member) => sum + member.power, 0)
    if (3 * power <= 2 * totalPower || 3 * able.length <= 2 * members.length)
      throw new Violation(
        'a quorum has what is decided',
        `block ${number} ${hash} is with ${able.length} of ${members.length} members, ${power} of ${totalPower}`,
      )
  }

  /** Decided blocks are one chain. */
  #checkpoint({ number, hash, stateRoot }: Checkpoint, term: number): void {
    const last = this.checkpoint.block
    const path: Executed[] = []
    let at = this.#evm.byHash(hash)
    for (; at !== undefined && at.block.number > last.number; at = this.#evm.byHash(at.block.parentHash))
      path.unshift(at)
    const named = path.at(-1)?.block
    if (at === undefined || named?.number !== number || named.stateRoot !== stateRoot)
      throw new Violation('decided checkpoints do not conflict', `nobody could execute block ${number} ${hash}`)
    if (at.block.hash !== last.hash)
      throw new Violation(
        'decided checkpoints do not conflict',
        `${number} ${hash} is not on ${last.number} ${last.hash}`,
      )
    for (const executed of path) {
      const made = decodeExtraData(executed.block.extraData).term
      if (made !== term)
        throw new Violation(
          'final blocks are of the term that decides them',
          `${number} is of term ${made}, not ${term}`,
        )
      this.#finalised(executed)
    }
  }

  #finalised(executed: Executed): void {
    const { block } = executed
    const { l1Origin } = decodeExtraData(block.extraData)
    for (const { index, address, amountGwei } of block.withdrawals) {
      const wanted = this.#depositAt(index)
      if (index !== this.#deposits || wanted?.to !== address || wanted.gwei !== amountGwei || wanted.block > l1Origin)
        throw new Violation('deposits are credited once and in order', `block ${block.number} credits deposit ${index}`)
      this.#deposits += 1
    }
    const next = this.#depositAt(this.#deposits, false)
    if (next !== undefined && next.block <= l1Origin && block.withdrawals.length < MAX_DEPOSITS)
      throw new Violation(
        'deposits are credited once and in order',
        `block ${block.number} leaves out ${this.#deposits}`,
      )
    for (const hash of block.transactionHashes) {
      if (this.#included.has(hash))
        throw new Violation('a transaction is included once', `${hash} is in ${block.number}`)
      this.#included.add(hash)
    }
    this.final.push(executed)
  }

  /** What the queue of L1 has at a place: whole gwei, counted from all that the recipient ever sent. */
  #depositAt(index: number, count = true) {
    const events = this.#l1.blocks.filter(({ number }) => number <= this.#l1.final).flatMap((block) => block.events)
    const event = events.find((each) => each.type === 'deposit' && each.index === index)
    if (event?.type !== 'deposit') return undefined
    const before = this.#deposited.get(event.to) ?? 0n
    const after = before + event.amount
    if (count) this.#deposited.set(event.to, after)
    return { to: event.to, block: event.block, gwei: after / WEI_PER_GWEI - before / WEI_PER_GWEI }
  }

  #contract({ contract }: ConsensusState): void {
    const { state } = this.checkpoint
    const nonce = state.accounts.get(contract.mpc)?.nonce ?? 0
    const executed = `${state.set.current} ${state.set.epochLength} ${state.set.mpc} ${nonce}`
    const agreed = `${contract.epoch} ${contract.epochLength} ${contract.mpc} ${contract.nonce}`
    if (executed !== agreed)
      throw new Violation('contract and consensus agree', `the chain has ${executed}, consensus ${agreed}`)
  }

  /** Rule B7: whatever the former key could do on L1 is the new one's. */
  #handedOver(to: Address): void {
    const { owners, proposer, mpc, inbox } = this.#l1.at(this.#l1.final)?.state.roles ?? this.#l1.head.state.roles
    const all = [...owners.values(), proposer, mpc, inbox.at(-1)?.sender]
    if (all.some((each) => each !== to))
      throw new Violation('a key hands over all that it has', `${to} lacks something of ${all.join()}`)
  }

  #range(range: L1Range, key: Address): void {
    this.#ranges.push({ to: range.to, at: this.#now() })
    const { range: own } = rangeOf(this.#l1, range.from, range.to, key)
    if (range.to > this.#l1.final || own.toHash !== range.toHash || own.eventsRoot !== range.eventsRoot)
      throw new Violation('decided ranges are what L1 is', `${range.from} to ${range.to} is decided as ${range.toHash}`)
  }

  /** Nothing final changes on a node, and no node goes too far ahead. */
  chain(member: Member): void {
    if (!member.honest) return
    const { canonical, head } = member.chain
    const last = this.checkpoint.block.number
    const before = Math.min(this.#finalOf.get(member) ?? 0, canonical.length - 1)
    if (canonical[before] !== this.final[before]?.block.hash)
      throw new Violation('final blocks stay', `node ${member.index} has another block ${before} than before`)
    const reached = Math.min(last, canonical.length - 1)
    for (let number = reached; number > before; number--) {
      if (canonical[number] !== this.final[number]?.block.hash) continue
      this.#finalOf.set(member, number)
      break
    }
    if (head.block.number > last + MAX_LEAD)
      throw new Violation(
        'the head leads by 32 at most',
        `node ${member.index} is at ${head.block.number}, final is ${last}`,
      )
  }

  /** Blocks of a member are gone with its disk: what it had of them is not looked at as final any more. */
  lost(member: Member): void {
    const left = member.chain.canonical.length - 1
    this.#finalOf.set(member, Math.min(this.#finalOf.get(member) ?? 0, left))
  }

  /** One seal of an honest member for a term and number, for ever. */
  sealed(member: Member, { seal, encoded }: SealedBlock): void {
    if (!member.honest) return
    const { block } = this.#evm.parse(encoded)
    if (block.feeRecipient !== member.address) return
    const slot = `${member.address} ${seal.term} ${seal.number}`
    const before = this.#seals.get(slot)
    if (before !== undefined && before !== seal.hash)
      throw new Violation(
        'one seal a term and number',
        `node ${member.index} sealed ${before} and ${seal.hash} at ${slot}`,
      )
    if (before === undefined && this.#overlooked(member) !== undefined)
      throw new Violation(
        'who does not see L1 stands still',
        `node ${member.index} seals ${seal.number} and never saw L1 block ${this.#overlooked(member)}`,
      )
    this.#seals.set(slot, seal.hash)
  }

  /** The end of a range that was decided so long ago that a member who has not seen it by now may not take part (rule L3). */
  #overlooked({ seenL1 }: Member): number | undefined {
    return this.#ranges.find(({ to, at }) => to > seenL1 && this.#now() - at > 2 * MAX_L1_LAG)?.to
  }

  /** Remembers whom a member hears seal another block at a place where it has one of the same sequencer (rule T6). */
  heard(member: Member, { encoded, seal }: SealedBlock): void {
    const own = member.chain.blocks.get(member.chain.canonical[seal.number] ?? '0x')?.block
    if (!member.honest || own === undefined || own.number === 0 || own.hash === seal.hash) return
    const isSeen =
      decodeExtraData(own.extraData).term === seal.term &&
      recover(sealDigest(this.#networkId, seal), hexToBytes(seal.signature)) === own.feeRecipient
    const isSealed = isSeen && member.line?.context.seals.get(own.hash)?.seal != null
    if (isSealed && this.#evm.byHash(seal.hash)?.block.encoded === encoded)
      this.#twins.push({ member, deaths: member.deaths, sealed: own, sequencer: own.feeRecipient })
  }

  /** Whether somebody whom a member heard contradict a final block is not jailed, where the member lived to tell it. */
  isUnpunished(state: ConsensusState): boolean {
    return this.#twins.some(({ member, deaths, sealed, sequencer }) => {
      if (member.deaths !== deaths || this.final[sealed.number]?.block.hash !== sealed.hash) return false
      return sequencerEverSigning(state, sequencer)?.jailed === false
    })
  }

  /** No honest member takes part in a session twice, nor in one with two digests: a share would be given away. */
  session(member: Member, session: Hash, digest: Hash | undefined): void {
    const key = `${member.address} ${session}`
    if (member.honest && this.#sessions.has(key))
      throw new Violation('no session twice', `node ${member.index} takes part in ${session} again, for ${digest}`)
    this.#sessions.add(key)
  }

  /** One content for each nonce of the group on L1. */
  #signed(envelope: Hex): void {
    const { blobs, chainId, data, digest, nonce, signature, to } = parseTransaction(hexToBytes(envelope))
    if (chainId !== 31_337) return
    const slot = `${recover(digest, signature)} ${nonce}`
    const content = contentHash({ nonce, to, dataHash: keccak256(data), blobs })
    const before = this.#contents.get(slot)
    if (before !== undefined && before !== content)
      throw new Violation('one content a nonce', `two contents are signed for nonce ${slot}`)
    this.#contents.set(slot, content)
  }

  /** What L1 holds for good follows without gap and is what is final. */
  accepted(): void {
    for (; this.#seenL1 < this.#l1.final; this.#seenL1++) {
      const [before, now] = [this.#l1.at(this.#seenL1), this.#l1.at(this.#seenL1 + 1)]
      for (const batch of now?.state.accepted.slice(before?.state.accepted.length) ?? []) this.#batch(batch)
      for (const event of now?.events ?? []) if (event.type === 'left') this.#gone.add(event.id)
      const paidBefore = before?.state.pool.payments.length
      for (const payment of now?.state.pool.payments.slice(paidBefore) ?? []) this.#paid(payment)
    }
  }

  /** Rule B8: whoever made final blocks of these epochs is paid for them, but for who cheated or is gone. */
  #paid({ batch, blocks, from, to }: Payment): void {
    const made = new Map<number, number>()
    for (const { block, state } of this.final.slice(1, this.batched + 1)) {
      if (state.set.current < from || state.set.current > to) continue
      const id = Object.values(this.#sequencers).find(({ signer, former }) =>
        [signer, ...former].includes(block.feeRecipient),
      )?.id
      if (id !== undefined) made.set(id, (made.get(id) ?? 0) + 1)
    }
    const count = (counts: ReadonlyMap<number, number>, id: number) => counts.get(id) ?? 0
    for (const id of new Set([...made.keys(), ...blocks.keys()])) {
      const mayLack = this.#sequencers[id]?.jailed === true || this.#gone.has(id)
      if (count(blocks, id) === count(made, id) || (mayLack && count(blocks, id) === 0)) continue
      throw new Violation(
        'blocks are paid as they were made',
        `reward batch ${batch} pays ${id} for ${count(blocks, id)} blocks of epochs ${from} to ${to}, not ${count(made, id)}`,
      )
    }
    if ((this.final[this.batched]?.state.set.current ?? 0) < to)
      throw new Violation('blocks are paid as they were made', `epoch ${to} is paid before L1 holds it`)
  }

  #batch({ index, first, count, blobs }: Accepted): void {
    if (index !== this.batches + 1 || first !== this.batched + 1)
      throw new Violation(
        'batches follow each other',
        `batch ${index} from ${first} after ${this.batches} to ${this.batched}`,
      )
    const { blocks, lastHash } = decodeBatch2(fromBlobs(blobs))
    const last = this.final[first + count - 1]
    const same = blocks.every(({ number, timestamp, transactions }) => {
      const own = this.final[Number(number)]?.block
      const equal = own?.timestamp === Number(timestamp) && own.transactions.length === transactions.length
      return equal && transactions.every((raw, i) => keccak256(raw) === own.transactionHashes[i])
    })
    if (blocks.length !== count || blocks[0]?.number !== BigInt(first) || last?.block.hash !== lastHash || !same)
      throw new Violation('batches are final blocks', `batch ${index} is not blocks ${first} to ${first + count - 1}`)
    this.batches = index
    this.batched = first + count - 1
  }
}
