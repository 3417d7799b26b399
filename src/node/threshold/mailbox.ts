import { MetisSeqError } from '../../core/errors/index.js'
import type { GroupMessage } from '../../core/ports/group.js'
import type { Address, Hash } from '../../core/types/hex.js'

/** Messages of one member that wait for a session to begin here: as many as two sharings and some signatures have. */
const MOST_WAITING = 64
/** ms that a message waits: others may be ahead in the record by seconds, not more. */
const WAITS_FOR = 30_000
/** Sessions that are over, whose late messages are no news. */
const MOST_OVER = 512

type Receiver = (message: GroupMessage) => void

/**
 * Brings messages of members to the sessions they are for, also where they come before the session begins here. They are known
 * to be their senders' when they come in; a member that sends to no session fills its own part of the box only.
 */
export class Mailbox {
  readonly #open = new Map<Hash, Receiver>()
  readonly #over = new Set<Hash>()
  readonly #waiting = new Map<Address, { message: GroupMessage; at: number }[]>()
  readonly #refused: (reason: string) => void

  constructor(refused: (reason: string) => void) {
    this.#refused = refused
  }

  /** @throws MetisSeqError `GROUP_MESSAGE_FLOOD` */
  take(message: GroupMessage, now: number): void {
    const receiver = this.#open.get(message.session)
    if (receiver !== undefined) return receiver(message)
    if (this.#over.has(message.session)) return
    const waiting = this.#waiting.get(message.from) ?? []
    const isKnown = waiting.some(
      ({ message: { session, round } }) => session === message.session && round === message.round,
    )
    if (isKnown) return
    if (waiting.length >= MOST_WAITING)
      throw new MetisSeqError('GROUP_MESSAGE_FLOOD', `${message.from} has ${MOST_WAITING} messages waiting already.`)
    this.#waiting.set(message.from, [...waiting, { message, at: now }])
  }

  /** From now on the session's messages go to `receiver`, what waits of it first. */
  open(session: Hash, receiver: Receiver): void {
    this.#open.set(session, receiver)
    for (const [from, waiting] of this.#waiting) {
      for (const { message } of waiting) if (message.session === session) receiver(message)
      this.#keep(from, waiting, ({ message }) => message.session !== session)
    }
  }

  close(session: Hash): void {
    this.#open.delete(session)
    for (const [from, waiting] of this.#waiting) this.#keep(from, waiting, ({ message }) => message.session !== session)
    this.#over.add(session)
    const [oldest] = this.#over
    if (this.#over.size > MOST_OVER && oldest !== undefined) this.#over.delete(oldest)
  }

  /** What waited too long was for a session that never was: its sender is named. */
  tick(now: number): void {
    for (const [from, waiting] of this.#waiting) {
      const old = waiting.find(({ at }) => now - at > WAITS_FOR)
      if (old === undefined) continue
      this.#refused(`${from} sent messages for the session ${old.message.session}, which never began`)
      this.#keep(from, waiting, ({ at }) => now - at <= WAITS_FOR)
    }
  }

  #keep(
    from: Address,
    waiting: readonly { message: GroupMessage; at: number }[],
    stays: (each: { message: GroupMessage; at: number }) => boolean,
  ): void {
    const kept = waiting.filter(stays)
    if (kept.length > 0) this.#waiting.set(from, kept)
    else this.#waiting.delete(from)
  }
}
