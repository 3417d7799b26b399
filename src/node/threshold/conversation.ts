import { malformed, rlpBytes, rlpDecode, rlpEncode, rlpList } from '../../core/codec/index.js'
import { MetisSeqError, messageOf } from '../../core/errors/index.js'
import type { GroupMessage } from '../../core/ports/group.js'
import type { Ceremony, Outgoing, RoundEnd } from '../../core/ports/threshold.js'
import { Single } from '../../core/serial.js'
import type { Address, Hash } from '../../core/types/hex.js'
import type { TalkParts } from './own.js'

/** ms without progress after which what was said last is sent again: messages may get lost. */
const SAY_AGAIN = 1000
/** No ceremony has more; what is said of a later round is not kept. */
const MAX_ROUNDS = 16
const NOTHING = new Uint8Array()
const fail = malformed('GROUP_WORDS_MALFORMED', 'what a member says in a session')

/** Where broadcasts are said and heard, when they do not travel with what is said to each. */
export interface Board {
  say(round: number, broadcast: Uint8Array): Promise<void>
  heard(from: Address, round: number): Uint8Array | undefined
}

export interface Talk {
  session: Hash
  ceremony: Ceremony
  /** Everybody who takes part, by number, this member too. */
  names: ReadonlyMap<number, Address>
  board?: Board
  /** Whether this member says anything in a round; always, where it is not said. */
  speaks?: (round: number) => boolean
  /** ms that others have for the first round. */
  patience: number
}

type Ended = Exclude<RoundEnd, { kind: 'sent' }>
type Words = { broadcast: Uint8Array; private: Uint8Array }

/** One member's part in a ceremony: says what its rounds give, hears the others, and ends when all is said or somebody is silent. */
export class Conversation {
  readonly #parts: TalkParts
  readonly #talk: Talk
  /** By round and sender; undefined is what cannot be read. */
  readonly #heard = new Map<number, Map<Address, Words | undefined>>()
  readonly #said: { round: number; to: Address; sealed: Uint8Array }[] = []
  #outgoing: Outgoing
  #round = 0
  #saidAt = 0
  #roundSince = 0
  readonly #single = new Single()
  #closed = false

  constructor(parts: TalkParts, talk: Talk) {
    this.#parts = parts
    this.#talk = talk
    this.#outgoing = talk.ceremony.first
    parts.mailbox.open(talk.session, (message) => this.#hear(message))
  }

  /** Goes on as far as it can. The end, once; undefined while it is not reached, and after it was given up. */
  async go(): Promise<Ended | undefined> {
    return this.#closed ? undefined : this.#single.run(() => this.#goOn())
  }

  async #goOn(): Promise<Ended | undefined> {
    try {
      if (this.#round === 0) await this.#say()
      return await this.#advance()
    } catch (error) {
      // An engine that died is nobody's fault; anything critical must stop the node.
      if (!(error instanceof MetisSeqError) || error.severity === 'critical') throw error
      return failed([], messageOf(error))
    }
  }

  /** Nothing more is said or heard. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#talk.ceremony.forget()
    this.#parts.mailbox.close(this.#talk.session)
    this.#parts.seal.forget(this.#talk.session)
  }

  async #advance(): Promise<Ended | undefined> {
    // As many times as the ceremony has rounds.
    for (let silent = this.#silent(); !this.#closed; silent = this.#silent()) {
      const { now } = this.#parts.node
      const lost = this.#unreadable()
      if (lost.length > 0) return failed(lost, 'it says what cannot be read')
      if (silent.length > 0 && now() - this.#roundSince > this.#patience)
        return failed(silent, `nothing came of it in round ${this.#round} for ${this.#patience} ms`)
      if (silent.length > 0) {
        if (now() - this.#saidAt > SAY_AGAIN) this.#sayAgain()
        return undefined
      }
      const end = await this.#talk.ceremony.step(this.#incoming())
      if (end.kind !== 'sent') return end
      this.#outgoing = end.outgoing
      await this.#say()
    }
    return undefined
  }

  /**
   * More for each further round: whoever misses a word of an earlier round is the first to say so, and those who only wait for
   * that one do not name it.
   */
  get #patience(): number {
    return Math.round(this.#talk.patience * (1 + (this.#round - 1) / 3))
  }

  async #say(): Promise<void> {
    const { board, names, session, speaks } = this.#talk
    const { node, seal } = this.#parts
    this.#round += 1
    this.#roundSince = node.now()
    this.#saidAt = node.now()
    if (speaks?.(this.#round) === false) return
    const { broadcast, private: privates } = this.#outgoing
    for (const [number, address] of names) {
      const pubkey = address === node.address ? undefined : node.pubkeyOf(address)
      if (pubkey === undefined) continue
      const content = rlpEncode([board === undefined ? broadcast : NOTHING, privates.get(number) ?? NOTHING])
      const sealed = seal.seal({ address, pubkey }, { session, round: this.#round, content })
      this.#said.push({ round: this.#round, to: address, sealed })
      node.send(address, sealed)
    }
    await board?.say(this.#round, broadcast)
  }

  /** What others may lack: who is a round behind needs what was said before. */
  #sayAgain(): void {
    this.#saidAt = this.#parts.node.now()
    for (const { round, to, sealed } of this.#said) if (round >= this.#round - 1) this.#parts.node.send(to, sealed)
  }

  #hear({ from, round, content }: GroupMessage): void {
    const heard = this.#heard.get(round) ?? new Map<Address, Words | undefined>()
    if (heard.has(from) || round > MAX_ROUNDS || ![...this.#talk.names.values()].includes(from)) return
    this.#heard.set(round, heard.set(from, wordsOf(content)))
  }

  #awaited(): [number, Address][] {
    return this.#outgoing.awaited.flatMap((number) => {
      const name = this.#talk.names.get(number)
      return name === undefined ? [] : [[number, name]]
    })
  }

  /** Numbers of those of whom something is still to come in this round. */
  #silent(): number[] {
    const { board } = this.#talk
    const isHere = (from: Address) =>
      this.#heard.get(this.#round)?.has(from) === true &&
      (board === undefined || board.heard(from, this.#round) !== undefined)
    return this.#awaited().flatMap(([number, from]) => (isHere(from) ? [] : [number]))
  }

  #unreadable(): number[] {
    const heard = this.#heard.get(this.#round)
    return this.#awaited().flatMap(([number, from]) =>
      heard?.has(from) && heard.get(from) === undefined ? [number] : [],
    )
  }

  #incoming(): Map<number, Words> {
    const { board } = this.#talk
    return new Map(
      this.#awaited().map(([number, from]) => {
        const words = this.#heard.get(this.#round)?.get(from) ?? { broadcast: NOTHING, private: NOTHING }
        const broadcast = board === undefined ? words.broadcast : (board.heard(from, this.#round) ?? NOTHING)
        return [number, { broadcast, private: words.private }]
      }),
    )
  }
}

function wordsOf(content: Uint8Array): Words | undefined {
  try {
    const [broadcast, secret] = rlpList(rlpDecode(content, fail), 2, 'it', fail)
    return { broadcast: rlpBytes(broadcast, 'it', fail), private: rlpBytes(secret, 'it', fail) }
  } catch (error) {
    if (error instanceof MetisSeqError) return undefined // its sender is named for it
    throw error
  }
}

function failed(culprits: readonly number[], reason: string): Ended {
  return { kind: 'failed', culprits, ban: false, reason }
}
