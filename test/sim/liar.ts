import { assembleBlock } from '../../src/core/chain/block.js'
import { decodeExtraData, encodeExtraData } from '../../src/core/chain/extraData.js'
import type { Header } from '../../src/core/chain/header.js'
import { parseTransaction } from '../../src/core/chain/transaction.js'
import { bytesToHex, concatBytes, utf8 } from '../../src/core/codec/index.js'
import { attestationDigest, sealDigest } from '../../src/core/consensus/digest.js'
import type { Content } from '../../src/core/consensus/types.js'
import { decodeMessage, encodeMessage } from '../../src/core/consensus/wire.js'
import type { ConsensusEngine } from '../../src/core/ports/engine.js'
import type { Withdrawal } from '../../src/core/ports/execution.js'
import type { Network, NetworkHandlers, SealedBlock } from '../../src/core/ports/network.js'
import type { Address, Hash } from '../../src/core/types/hex.js'
import type { LineOptions } from '../../src/node/line.js'
import type { Member, World } from './member.js'
import type { Lie } from './schedule.js'
import type { Clock } from './world/clock.js'
import { Dice } from './world/dice.js'
import { hashOf } from './world/keys.js'
import type { Life } from './world/life.js'

/** A member that lies: a node like any other whose mouth and hands do what its lies say. */
export class Liar {
  readonly #world: World
  readonly #dice: Dice
  readonly #lies: ReadonlySet<Lie>
  readonly #networkId: Hash
  told = 0

  constructor(world: World, seed: number, lies: readonly Lie[]) {
    this.#world = world
    this.#dice = new Dice(seed)
    this.#lies = new Set(lies)
    this.#networkId = world.networkId
  }

  ports(member: Member, options: LineOptions, life: Life): LineOptions {
    this.#babble(member, life)
    const ahead = this.#lies.has('ahead') ? 4500 : 0
    return {
      ...options,
      now: () => options.now() + ahead,
      engine: this.#engine(member, options.engine),
      join: (handlers) => this.#network(member, options.join(this.#handlers(member, handlers))),
    }
  }

  #does(lie: Lie, perMille = 1000): boolean {
    if (!this.#lies.has(lie) || !this.#dice.chance(perMille)) return false
    this.told += 1
    return true
  }

  #engine(member: Member, engine: ConsensusEngine): ConsensusEngine {
    return {
      submit: async (bytes) => {
        const message = decodeMessage(bytes)
        if (this.#does('silent')) return
        const isGroup = message.type === 'attestation' && message.content.kind === 'group'
        if (message.type === 'attestation' && this.#does('falseVotes', isGroup ? 1000 : 700)) {
          await this.#attest(member, engine, this.#false(message.content))
          if (isGroup || this.#dice.chance(500)) return
        }
        if (message.type === 'l1Events' && this.#does('falseVotes')) {
          const events = message.events.map((each) =>
            each.type === 'deposit' ? { ...each, amount: 10n ** 20n } : each,
          )
          await engine.submit(encodeMessage({ ...message, events }))
        }
        await engine.submit(bytes)
      },
      decided: (from, apply) => engine.decided(from, apply),
      status: () => engine.status(),
      reportAppHash: (height, hash) => engine.reportAppHash(height, hash),
      close: () => engine.close(),
    }
  }

  #attest(member: Member, engine: Pick<ConsensusEngine, 'submit'>, content: Content): Promise<void> {
    const signature = bytesToHex(member.key.sign(attestationDigest(this.#networkId, content)))
    return engine.submit(encodeMessage({ type: 'attestation', member: member.address, content, signature }))
  }

  #false(content: Content): Content {
    const any = hashOf(`lie ${this.#dice.below(1e9)}`)
    switch (content.kind) {
      case 'checkpoint': {
        const from = this.#dice.below(content.blocks.length)
        const blocks = content.blocks.map((block, i) => (i < from ? block : { hash: any, stateRoot: block.stateRoot }))
        return { ...content, blocks }
      }
      case 'range': {
        const to = content.range.to + this.#dice.below(100)
        return { kind: 'range', range: { ...content.range, to, toHash: any, eventsRoot: any } }
      }
      case 'stall':
        return { ...content, lastCheckpointNumber: content.lastCheckpointNumber + this.#dice.below(2) }
      case 'group': {
        const members = this.#world.order.state.proposed?.members ?? []
        return members.length > 0 ? { ...content, failed: [this.#dice.pick(members).address] } : content
      }
      case 'sharing':
        return { ...content, broadcast: any }
      case 'anew':
        return content
      case 'fees': {
        const fee = this.#dice.chance(500) ? 10n ** 15n : 0n
        return { ...content, fees: { maxFeePerGas: fee, maxPriorityFeePerGas: fee, maxFeePerBlobGas: fee } }
      }
      case 'unsigned': {
        const signers = this.#world.order.state.signing[content.request]?.session?.signers ?? []
        return { ...content, outcome: 'failed', culprits: signers.length > 0 ? [this.#dice.pick(signers)] : [] }
      }
      case 'batch':
        return { ...content, attempt: content.attempt + this.#dice.below(3), stateRoots: any }
    }
  }

  #handlers(member: Member, handlers: NetworkHandlers): NetworkHandlers {
    return {
      onBlock: (from, block) => {
        // Those of other liars are not passed on: two would go on with it for ever.
        const isOther = this.#world.order.state.term.sequencer === from
        if (isOther && this.#does('falseSeals', 600))
          this.#toAll(member, (target) => target.onBlock(member.address, this.#badlySealed(block)))
        handlers.onBlock(from, block)
      },
      onTransaction: (from, raw) => {
        if (!this.#does('censor')) handlers.onTransaction(from, raw)
      },
      onBatch: (from, batch) => handlers.onBatch(from, batch),
      onGroup: (from, sealed) => handlers.onGroup(from, sealed),
      serveBlock: async (hash) => {
        if (this.#lies.has('idle') || this.#does('mute', 800)) return new Promise(() => undefined)
        const block = await handlers.serveBlock(hash)
        if (block !== undefined && this.#does('misserve', 800)) return this.#misserved(member, block)
        return block
      },
      serveBlobs: async (hashes) => {
        if (this.#does('mute', 800)) return new Promise(() => undefined)
        const blobs = await handlers.serveBlobs(hashes)
        const [first] = blobs ?? []
        if (first === undefined || !this.#does('misserve', 800)) return blobs
        return hashes.map(() => first.map((byte, i) => (i === 40 + this.#dice.below(200) ? byte ^ 1 : byte)))
      },
    }
  }

  #misserved(member: Member, block: SealedBlock): SealedBlock {
    const kind = this.#dice.below(3)
    if (kind === 0) return this.#badlySealed(block)
    if (kind === 1) return { ...block, encoded: concatBytes(block.encoded.subarray(0, 40), utf8('nonsense')) }
    const other = this.#world.evm.block0.block
    return { encoded: other.encoded, seal: this.#seal(member, 0, 0, other.hash) }
  }

  #badlySealed({ encoded, seal }: SealedBlock): SealedBlock {
    const junk = hashOf(`junk ${this.#dice.below(1e9)}`)
    return { encoded, seal: { ...seal, signature: `0x${junk.slice(2)}${seal.signature.slice(66)}` } }
  }

  #seal(member: Member, term: number, number: number, hash: Hash, again = false) {
    const digest = sealDigest(this.#networkId, { term, number, hash })
    const signature = bytesToHex(again ? member.key.signOtherwise(digest) : member.key.sign(digest))
    return { term, number, hash, signature }
  }

  #toAll(member: Member, tell: (target: NetworkHandlers) => void, of = 1000): void {
    const { net, order } = this.#world
    for (const { address } of order.state.committee.members) {
      if (address !== member.address && this.#dice.chance(of)) net.send(member.address, address, tell)
    }
  }

  #network(member: Member, network: Network): Network {
    const send = (block: SealedBlock, of = 1000) =>
      this.#toAll(member, (target) => target.onBlock(member.address, block), of)
    return {
      peers: network.peers,
      close: () => network.close(),
      sendTransaction: (raw) => {
        if (!this.#does('censor')) network.sendTransaction(raw)
      },
      requestBlock: (...asked) => network.requestBlock(...asked),
      requestBlobs: (...asked) => network.requestBlobs(...asked),
      sendGroup: (to, sealed) => {
        if (this.#does('dumb')) return
        const bad = concatBytes(sealed.subarray(0, -4), utf8('junk'))
        network.sendGroup(to, this.#does('badShares', 400) ? bad : sealed)
      },
      sendBatch: (batch) => {
        if (this.#does('badBatch', 800)) {
          const [blobs = []] = batch.blobs
          const bad = blobs.map((blob) => blob.map((byte, i) => (i === 40 + this.#dice.below(200) ? byte ^ 1 : byte)))
          return network.sendBatch({ ...batch, blobs: this.#dice.chance(300) ? [] : [bad] })
        }
        if (!this.#does('silent')) network.sendBatch(batch)
      },
      sendBlock: (block) => {
        const { number, term, hash } = block.seal
        if (this.#does('idle')) return
        if (this.#does('equivocate', 600)) send(this.#twin(member, block), 600)
        if (this.#does('badBlock', 600)) {
          send(this.#bad(member, block))
          if (this.#dice.chance(500)) return
        }
        if (this.#does('twoSeals')) {
          const other = { ...block, seal: this.#seal(member, term, number, hash, true) }
          return this.#toAll(member, (target) => target.onBlock(member.address, this.#dice.chance(500) ? block : other))
        }
        if (this.#does('withhold', 700)) return send(block, this.#dice.pick([0, 300, 600]))
        network.sendBlock(block)
      },
    }
  }

  /** Ends sessions that it signs in, with names of its own choice, and calls its share lost. */
  #blame(member: Member, engine: Pick<ConsensusEngine, 'submit'>): void {
    const { group, signing } = this.#world.order.state
    if (this.#dice.chance(100))
      void this.#attest(member, engine, { kind: 'anew', generation: group.generation, lost: true })
    for (const [request, { session }] of Object.entries(signing)) {
      if (session?.signers.includes(member.address) !== true) continue
      const others = session.signers.filter((each) => each !== member.address)
      const culprits = this.#dice.chance(300) ? [] : [this.#dice.pick(others)]
      const common = { session: session.number, ban: this.#dice.chance(300), reason: 'a lie', culprits }
      void this.#attest(member, engine, { kind: 'unsigned', request: request as Hash, outcome: 'failed', ...common })
    }
  }

  /** Another valid block at the same place. */
  #twin(member: Member, { encoded, seal }: SealedBlock): SealedBlock {
    const { evm } = this.#world
    const { header, block } = evm.parse(encoded)
    const parent = evm.byHash(header.parentHash)
    if (parent === undefined) throw new Error('a block without parent was made')
    const transactions = block.transactions.filter(
      (raw) => parseTransaction(raw).to === this.#world.genesis.l2.sequencerSet,
    )
    const attributes = { ...header, timestamp: header.timestamp + 1, withdrawals: block.withdrawals }
    const twin = evm.execute(parent, transactions, attributes).block
    return { encoded: twin.encoded, seal: this.#seal(member, seal.term, seal.number, twin.hash) }
  }

  /** A block of its own that breaks one rule. */
  #bad(member: Member, { encoded, seal }: SealedBlock): SealedBlock {
    const { header, block } = this.#world.evm.parse(encoded)
    const any = hashOf(`bad ${this.#dice.below(1e9)}`)
    const extra = decodeExtraData(header.extraData)
    const kinds: { header?: Partial<Header>; withdrawals?: Withdrawal[]; transactions?: Uint8Array[] }[] = [
      { header: { stateRoot: any } },
      { header: { parentHash: any } },
      { header: { gasUsed: header.gasUsed + 1n } },
      { header: { timestamp: header.timestamp + 100_000 } },
      { header: { prevRandao: any } },
      { header: { extraData: encodeExtraData({ ...extra, l1Origin: extra.l1Origin + 1000 }) } },
      { header: { extraData: encodeExtraData({ ...extra, term: extra.term + 1 }) } },
      { header: { extraData: '0x00' } },
      { header: { number: header.number + 1 } },
      { withdrawals: [...block.withdrawals, { index: 7, address: member.address, amountGwei: 10n ** 12n }] },
      { withdrawals: block.withdrawals.slice(1) },
      { transactions: block.transactions.slice(1) },
      { transactions: [...block.transactions, ...block.transactions] },
      { transactions: [...block.transactions, Uint8Array.of(2, 0xc0)] },
    ]
    const chosen = this.#dice.pick(kinds)
    const made = assembleBlock(
      { ...header, ...chosen.header },
      chosen.transactions ?? block.transactions,
      chosen.withdrawals ?? block.withdrawals,
    )
    return { encoded: made.encoded, seal: this.#seal(member, seal.term, made.number, made.hash) }
  }

  /** What it says without being asked. */
  #babble(member: Member, life: Life): void {
    const { clock } = this.#world
    clock.after(500 + this.#dice.below(1500), () => {
      if (!life.alive) return
      this.#say(member, life, clock)
      this.#babble(member, life)
    })
  }

  #say(member: Member, life: Life, clock: Clock): void {
    const { order } = this.#world
    const { state } = order
    const engine = { submit: async (message: Uint8Array) => order.inject(message, member.address, life) }
    if (this.#does('earlyStalls')) {
      const content: Content = { kind: 'stall', term: state.term.term, lastCheckpointNumber: state.checkpoint.number }
      void this.#attest(member, engine, content)
    }
    if (this.#does('blame')) this.#blame(member, engine)
    if (!this.#does('flood')) return
    const old = order.blocks[this.#dice.below(order.height + 1)]?.messages[0]
    if (old !== undefined) order.inject(old, this.#anybody(), life)
    order.inject(utf8(this.#dice.pick(['', '{', '{"type":"signed"}', '[]', 'null'])), member.address, life)
    for (let i = this.#dice.below(8); i > 0; i--) this.#orphan(member, clock)
  }

  #anybody(): Address {
    return this.#dice.pick(this.#world.order.state.committee.members).address
  }

  /** A block on a parent that nobody has. */
  #orphan(member: Member, clock: Clock): void {
    const { evm, order } = this.#world
    const { term } = order.state.term
    const number = order.state.checkpoint.number + 1 + this.#dice.below(20)
    const parentHash = hashOf(`orphan ${this.#dice.below(1e9)}`)
    const extraData = encodeExtraData({ term: term + this.#dice.below(2), l1Origin: 11 })
    const timestamp = Math.floor(clock.now / 1000)
    const made = assembleBlock({ ...evm.block0.header, number, parentHash, extraData, timestamp }, [], [])
    const seal = this.#seal(member, term, number, made.hash)
    this.#toAll(member, (target) => target.onBlock(member.address, { encoded: made.encoded, seal }))
  }
}
