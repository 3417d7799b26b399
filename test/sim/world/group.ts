import { createHash } from 'node:crypto'
import {
  bytesToHex,
  concatBytes,
  equalBytes,
  hexToBytes,
  malformed,
  rlpBytes,
  rlpDecode,
  rlpEncode,
  rlpFixed,
  rlpInteger,
  rlpList,
  utf8,
} from '../../../src/core/codec/index.js'
import { MetisSeqError } from '../../../src/core/errors/index.js'
import type { MessageSeal, ShareBox } from '../../../src/core/ports/group.js'
import type {
  Ceremony,
  Incoming,
  Outgoing,
  RoundEnd,
  ShareRequest,
  SignRequest,
  ThresholdCrypto,
} from '../../../src/core/ports/threshold.js'
import { readGroupKey } from '../../../src/core/threshold/publicKey.js'
import type { Address, Hash } from '../../../src/core/types/hex.js'
import { Shares } from '../../../src/node/threshold/shares.js'
import type { Clock } from './clock.js'
import type { Disk } from './database.js'
import type { Dice } from './dice.js'
import { type Key, keyOf } from './keys.js'
import type { Life } from './life.js'

/** Points that stand for those of shares: any will do, as long as two sharings have others. */
const POINTS = 24
const NOTHING = new Uint8Array()
const fail = malformed('GROUP_MESSAGE_MALFORMED', 'message of the group')

const hash = (...parts: (string | Uint8Array)[]) => {
  const digest = createHash('sha256')
  for (const part of parts) digest.update(part).update('|')
  return new Uint8Array(digest.digest())
}
const compressed = ({ pubkey }: Key) =>
  concatBytes(Uint8Array.of(Number(BigInt(pubkey) & 1n) + 2), hexToBytes(pubkey).subarray(0, 32))

/** The public key of a sharing, which its token names. */
function publicKeyOf(group: Key, token: Uint8Array, members: number, threshold: number): Uint8Array {
  const first = token[0] ?? 0
  const shares = Array.from({ length: members }, (_, i) => compressed(keyOf(`point ${(first + i * 7) % POINTS}`)))
  return rlpEncode([threshold, compressed(group), shares])
}

/** Keys by their addresses: the founders', and each that members made later. */
const groups = new Map<Address, Key>()

/** The key of a public key that `publicKeyOf` made. */
function groupIn(publicKey: Uint8Array): Key {
  const key = groups.get(readGroupKey(publicKey).address)
  if (key === undefined) throw new MetisSeqError('THRESHOLD_REFUSED', 'Nobody made this key.')
  return key
}

/** Whether somebody ever made it. */
export const isGroupKey = (address: Address): boolean => groups.has(address)

function newGroup(name: string): Key {
  const key = keyOf(name)
  groups.set(key.address, key)
  return key
}

/** Whose signature the holders of a token make. */
const ofToken = new Map<string, Key>()

/** A share: the token of its sharing, and whose it is. */
const shareOf = (token: Uint8Array, index: number) => concatBytes(token, Uint8Array.of(index))

/** What the founders of a network have: the public key, and each its share on its disk. */
export function foundKey(group: Key, members: number, threshold: number) {
  const token = hash('founding', hexToBytes(group.address))
  groups.set(group.address, group)
  ofToken.set(bytesToHex(token), group)
  const publicKey = publicKeyOf(group, token, members, threshold)
  const give = (disk: Disk, address: Address, index: number) => {
    const database = {
      get: () => undefined,
      write: async (changes: Parameters<Disk['found']>[0]) => disk.found(changes),
    }
    void new Shares(database as never, openBox, address).put(0, { publicKey, share: shareOf(token, index) })
  }
  return { publicKey: bytesToHex(publicKey), give }
}

/** A model's disk has no thief. */
export const openBox: ShareBox = { lock: (share) => share, unlock: (locked) => locked }

/** The seal of a model: what it says of sender and receiver is so, for a liar has no other mouth than its own. */
export function simSeal(own: Address): MessageSeal {
  return {
    seal: ({ address }, { session, round, content }) =>
      rlpEncode([hexToBytes(session), hexToBytes(own), hexToBytes(address), round, content]),
    open(sealed, pubkeyOf) {
      const [session, from, to, round, content] = rlpList(rlpDecode(sealed, fail), 5, 'it', fail)
      const sender = bytesToHex(rlpFixed(from, 20, 'its sender', fail))
      if (pubkeyOf(sender) === undefined || bytesToHex(rlpFixed(to, 20, 'its receiver', fail)) !== own)
        throw new MetisSeqError('GROUP_MESSAGE_FOREIGN', `A message in the name of ${sender} is not taken.`)
      return {
        from: sender,
        session: bytesToHex(rlpFixed(session, 32, 'its session', fail)),
        round: Number(rlpInteger(round, 'its round', fail, 1)),
        content: rlpBytes(content, 'its content', fail),
      }
    },
    forget: () => undefined,
  }
}

export interface Steps {
  clock: Clock
  dice: Dice
  life: Life
  /** A session was begun with this digest, or with none. */
  onBegin: (session: Hash, digest: Hash | undefined) => void
}

/**
 * The engine of a model: rounds, waiting, blame and ends as the real one has them, with hashes for messages. A signature is made
 * only where all its signers said of the same session and digest what only a holder of a share of that sharing says.
 */
export function simCrypto(steps: Steps): ThresholdCrypto {
  const { clock, dice, life, onBegin } = steps
  const ceremony = (part: Part): Ceremony => ({
    first: part.say(1),
    step: (incoming) =>
      life.within(async () => {
        await clock.pause(dice.below(30))
        return part.hear(incoming)
      }),
    forget: () => undefined,
  })
  return {
    share: (request) =>
      life.within(async () => {
        onBegin(request.session, undefined)
        return ceremony(new SharePart(request, hash(`nonce ${dice.below(2 ** 31)}`)))
      }),
    sign: (request) =>
      life.within(async () => {
        onBegin(request.session, request.digest)
        return ceremony(new SignPart(request))
      }),
    close: async () => undefined,
  }
}

interface Part {
  say(round: number): Outgoing
  hear(incoming: Incoming): RoundEnd
}

const failed = (culprits: number[], reason: string): RoundEnd => ({ kind: 'failed', culprits, ban: false, reason })

class SignPart implements Part {
  readonly #request: SignRequest
  readonly #me: number
  #round = 1

  constructor(request: SignRequest) {
    this.#request = request
    this.#me = request.share.at(-1) ?? 0
  }

  say(round: number): Outgoing {
    const others = this.#request.signers.filter((each) => each !== this.#me)
    const words = this.#words(round, this.#me)
    const isLast = round === 3
    return {
      awaited: others,
      broadcast: isLast ? words : NOTHING,
      private: new Map(isLast ? [] : others.map((each) => [each, words])),
    }
  }

  hear(incoming: Incoming): RoundEnd {
    const wrong = [...incoming].filter(([from, { broadcast, private: own }]) => {
      return !equalBytes(this.#round === 3 ? broadcast : own, this.#words(this.#round, from))
    })
    // A wrong part of the sum names nobody.
    if (wrong.length > 0) return failed(this.#round === 3 ? [] : wrong.map(([from]) => from), 'it is wrong')
    if (this.#round === 3) return { kind: 'signed', signature: this.#group().sign(hexToBytes(this.#request.digest)) }
    this.#round += 1
    return { kind: 'sent', outgoing: this.say(this.#round) }
  }

  #group(): Key {
    const group = ofToken.get(bytesToHex(this.#request.share.subarray(0, -1)))
    if (group === undefined) throw new MetisSeqError('THRESHOLD_REFUSED', 'This is no share.')
    return group
  }

  #words(round: number, from: number): Uint8Array {
    const { digest, session, share, signers } = this.#request
    return hash('sign', session, digest, signers.join(), share.subarray(0, -1), `${round} ${from}`)
  }
}

class SharePart implements Part {
  readonly #request: ShareRequest
  readonly #nonce: Uint8Array
  readonly #commitments = new Map<number, Uint8Array>()
  readonly #nonces = new Map<number, Uint8Array>()
  #round = 1

  constructor(request: ShareRequest, nonce: Uint8Array) {
    this.#request = request
    this.#nonce = nonce
    if (this.#deals(request.me)) this.#nonces.set(request.me, nonce)
    const { publicKey, share } = request
    if (
      share !== undefined &&
      publicKey !== undefined &&
      !equalBytes(publicKey, this.#keyOf(share.subarray(0, -1), publicKey))
    )
      throw new MetisSeqError('THRESHOLD_REFUSED', 'This is not the share of that key.')
  }

  /** The public key that a token makes with as many members as `like` has. */
  #keyOf(token: Uint8Array, like: Uint8Array): Uint8Array {
    const [threshold, , shares] = rlpList(rlpDecode(like, fail), 3, 'it', fail)
    const members = Array.isArray(shares) ? shares.length : 0
    return publicKeyOf(groupIn(like), token, members, Number(rlpInteger(threshold, 'its threshold', fail, 1)))
  }

  #deals(number: number): boolean {
    return this.#request.publicKey === undefined || this.#request.places[number - 1]?.old != null
  }

  #receives(number: number): boolean {
    return this.#request.places[number - 1]?.new != null
  }

  say(round: number): Outgoing {
    const { me, places } = this.#request
    const speaks = (number: number) => (round <= 2 ? this.#deals(number) : this.#receives(number))
    const others = places.map((_, i) => i + 1).filter((each) => each !== me)
    const words = round === 1 ? hash('commitment', this.#nonce) : round === 2 ? this.#nonce : this.#words(round, me)
    return {
      awaited: others.filter(speaks),
      broadcast: speaks(me) ? words : NOTHING,
      private: new Map(others.map((each) => [each, hash('private', words)])),
    }
  }

  hear(incoming: Incoming): RoundEnd {
    const wrong = [...incoming].filter(([from, words]) => !this.#isRight(from, words)).map(([from]) => from)
    if (wrong.length > 0) return failed(wrong, `what it says in round ${this.#round} is wrong`)
    if (this.#round === 2 && !this.#receives(this.#request.me)) return { kind: 'dealt' }
    if (this.#round === 4) return this.#shared()
    this.#round += 1
    return { kind: 'sent', outgoing: this.say(this.#round) }
  }

  #isRight(from: number, { broadcast, private: own }: { broadcast: Uint8Array; private: Uint8Array }): boolean {
    if (!equalBytes(own, hash('private', broadcast))) return false
    if (this.#round === 1) {
      this.#commitments.set(from, broadcast)
      return true
    }
    if (this.#round > 2) return equalBytes(broadcast, this.#words(this.#round, from))
    this.#nonces.set(from, broadcast)
    return equalBytes(this.#commitments.get(from) ?? NOTHING, hash('commitment', broadcast))
  }

  #token(): Uint8Array {
    return hash(
      'token',
      this.#request.session,
      ...[...this.#nonces].sort(([a], [b]) => a - b).map(([, nonce]) => nonce),
    )
  }

  #words(round: number, from: number): Uint8Array {
    return hash(this.#token(), utf8(`${round} ${from}`))
  }

  #shared(): RoundEnd {
    const { me, places, publicKey, threshold } = this.#request
    const members = places.filter((place) => place.new !== null).length
    const [token, index] = [this.#token(), places[me - 1]?.new ?? 0]
    const group = publicKey === undefined ? newGroup(`group of ${bytesToHex(token)}`) : groupIn(publicKey)
    ofToken.set(bytesToHex(token), group)
    return { kind: 'shared', share: shareOf(token, index), publicKey: publicKeyOf(group, token, members, threshold) }
  }
}
