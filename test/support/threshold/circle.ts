import { hexToBytes } from '../../../src/core/codec/index.js'
import type { ConsensusState, Effect, Message } from '../../../src/core/consensus/types.js'
import type { ShareBox } from '../../../src/core/ports/group.js'
import type { Address } from '../../../src/core/types/hex.js'
import { recoverNative } from '../../../src/node/consensus/recover.js'
import { createThresholdCrypto } from '../../../src/node/threshold/crypto.js'
import { createMessageSeal } from '../../../src/node/threshold/envelope.js'
import { type GroupAdapters, GroupMember } from '../../../src/node/threshold/member.js'
import type { GroupNode } from '../../../src/node/threshold/own.js'
import { Shares } from '../../../src/node/threshold/shares.js'
import { type Key, keyOf, Network } from '../../unit/consensus/network.js'
import { founded } from './founded.js'
import { memoryDatabase } from './memory.js'

const openBox: ShareBox = { lock: (share) => share, unlock: (locked) => locked }
const TICK = 50

/** What a member is made of, for those that are to be other than honest. */
export interface Made {
  node: GroupNode
  adapters: GroupAdapters
}

export interface Refusal {
  by: Address
  what: string
  reason: string
}

interface Seat {
  key: Key
  database: ReturnType<typeof memoryDatabase>
  change: (made: Made) => Made
  member: GroupMember | undefined
  crypto: GroupAdapters['crypto'] | undefined
}

/**
 * Members of a group on one record, with the real engine, seals and guards, and nothing of a chain: what consensus asks for is
 * signed as in a running network, and each of them can be stopped, or made to lie.
 */
export class Circle {
  readonly network: Network
  readonly refusals: Refusal[] = []
  readonly effects: Effect[] = []
  readonly #seats = new Map<Address, Seat>()
  readonly #start = performance.now()
  readonly #failures: unknown[] = []
  readonly #listeners = new Set<() => void>()
  readonly #timer: NodeJS.Timeout

  private constructor(network: Network) {
    this.network = network
    this.#timer = setInterval(() => this.#wake(), TICK)
  }

  static async of(size: number, change: Record<number, (made: Made) => Made> = {}): Promise<Circle> {
    const keys = Array.from({ length: size }, (_, i) => keyOf(i))
    const group = await founded(keys)
    const network = new Network({
      stakes: keys.map(() => 10),
      epochLength: 4,
      change: (genesis) => {
        genesis.group = { ...genesis.group, address: group.address, publicKey: group.publicKey }
      },
    })
    const circle = new Circle(network)
    for (const [i, key] of keys.entries()) {
      const seat = circle.#seat(key, change[i])
      const share = group.shares[key.address] ?? '0x'
      await new Shares(seat.database, openBox, key.address).put(0, {
        publicKey: hexToBytes(group.publicKey),
        share: hexToBytes(share),
      })
      circle.start(key.address)
    }
    return circle
  }

  get state(): ConsensusState {
    return this.network.state
  }

  get addresses(): Address[] {
    return [...this.#seats.keys()]
  }

  /** Somebody who has no share yet. */
  add(key: Key, change?: (made: Made) => Made): void {
    this.#seat(key, change)
    this.start(key.address)
  }

  #seat(key: Key, change: (made: Made) => Made = (made) => made): Seat {
    const seat: Seat = { key, database: memoryDatabase(), change, member: undefined, crypto: undefined }
    this.#seats.set(key.address, seat)
    return seat
  }

  start(address: Address): void {
    const seat = this.#of(address)
    const crypto = { sign: createThresholdCrypto(), share: createThresholdCrypto() }
    const seal = createMessageSeal(seat.key)
    const node = this.#node(seat.key)
    const made = seat.change({ node, adapters: { crypto, seal, box: openBox, database: seat.database } })
    seat.crypto = crypto
    seat.member = new GroupMember(made.node, made.adapters, () => this.#wakeOne(seat))
  }

  /** It is gone in the middle of whatever it does; what is on its disk stays. */
  async stop(address: Address): Promise<void> {
    const seat = this.#of(address)
    const { crypto } = seat
    seat.member = undefined
    await Promise.all([crypto?.sign.close(), crypto?.share.close()])
  }

  member(address: Address): GroupMember {
    const { member } = this.#of(address)
    if (member === undefined) throw new Error(`${address} is stopped`)
    return member
  }

  /** What is on a member's disk. */
  disk(address: Address): ReadonlyMap<string, Uint8Array> {
    return this.#of(address).database.content
  }

  /** A message in the record, now. */
  send(message: Message): void {
    this.network.time = Math.max(this.network.time, this.#now())
    const { effects, refused } = this.network.send(message)
    this.effects.push(...effects)
    if (refused !== undefined && message.type === 'attestation')
      this.refusals.push({ by: message.member, what: 'message', reason: `${refused.code}: ${refused.reason}` })
    setImmediate(() => this.#wake())
  }

  /** Brings a sealed message to a member, whoever it is from. */
  deliver(from: Address, to: Address, sealed: Uint8Array): void {
    setImmediate(() => this.#seats.get(to)?.member?.receive(from, sealed))
  }

  /** Resolves when `met` holds, looked at after everything that happens. */
  async until(met: () => boolean): Promise<void> {
    while (!met()) {
      if (this.#failures.length > 0) throw this.#failures[0]
      await new Promise<void>((resolve) => {
        const once = () => {
          this.#listeners.delete(once)
          resolve()
        }
        this.#listeners.add(once)
      })
    }
  }

  /** Decides the term's last block: the next one opens, and asks for signatures. */
  finishTerm(): void {
    this.network.time = Math.max(this.network.time, this.#now())
    this.network.hear(
      [...this.#seats.values()].flatMap(({ key, member }) => (member === undefined ? [] : [key.address])),
    )
    this.network.finishTerm()
    this.#wake()
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all(this.addresses.map((address) => this.stop(address)))
  }

  #of(address: Address): Seat {
    const seat = this.#seats.get(address)
    if (seat === undefined) throw new Error(`${address} has no seat`)
    return seat
  }

  #now(): number {
    return this.network.genesis.l2.timestamp * 1000 + 1000 + Math.round(performance.now() - this.#start)
  }

  #node({ address }: Key): GroupNode {
    const { network } = this
    return {
      genesis: network.genesis,
      networkId: network.networkId,
      address,
      consensus: {
        get state() {
          return network.state
        },
        submit: async (message) => this.send(message),
      },
      pubkeyOf: (member) => this.#seats.get(member)?.key.pubkey,
      attest: async (content) => this.send(network.attestation(address, content)),
      send: (to, sealed) => this.deliver(address, to, sealed),
      dataOf: async (request) => request.data ?? undefined,
      whyNot: async () => undefined,
      fundsMissing: async () => 0n,
      recover: recoverNative,
      now: () => this.#now(),
      warn: () => undefined,
      refused: (what, reason) => this.refusals.push({ by: address, what, reason }),
    }
  }

  #wake(): void {
    for (const seat of this.#seats.values()) this.#wakeOne(seat)
    for (const listener of this.#listeners) listener()
  }

  #wakeOne(seat: Seat): void {
    const { member } = seat
    void member?.tick(true).catch((error) => {
      if (seat.member === member) this.#failures.push(error)
    })
  }
}
