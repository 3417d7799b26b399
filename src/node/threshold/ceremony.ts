import { bytesToHex, equalBytes, hexToBytes } from '../../core/codec/index.js'
import { MetisSeqError, messageOf } from '../../core/errors/index.js'
import type { Place, RoundEnd } from '../../core/ports/threshold.js'
import { Single } from '../../core/serial.js'
import { readGroupKey } from '../../core/threshold/publicKey.js'
import { speaksIn } from '../../core/threshold/rounds.js'
import { sessionId, trialDigest } from '../../core/threshold/session.js'
import { trialSubsets } from '../../core/threshold/trials.js'
import type { Address, Hex } from '../../core/types/hex.js'
import { type Board, Conversation } from './conversation.js'
import type { SharingParts } from './own.js'

/** ms that the others have for one round: that of a group of 20 works for 13 s in its longest. */
const PATIENCE = 20_000

/** Who shares the key, and with whom. */
export interface SharingTerms {
  generation: number
  /** Those who get shares, in the order of their indices. */
  members: readonly Address[]
  threshold: number
  /** Who deals and with which index of the key that is shared anew; nobody for a new key. */
  dealers: readonly { address: Address; index: number }[]
  /** The key that is shared anew. */
  publicKey?: Hex
  /** This member's share of it, where it deals. */
  share?: Uint8Array
  board: Board
}

export type SharingEnd =
  | { kind: 'shared'; publicKey: Hex }
  /** It dealt, and is no member afterwards. */
  | { kind: 'dealt' }
  | { kind: 'failed'; culprits: Address[]; reason: string }

/**
 * One member's part in a sharing (rule G6), from its first word to the proof that everybody can sign with everybody: the rounds of the
 * sharing, the share on the disk, then a signature of each of a few sets of members in which every pair is together.
 */
export class SharingCeremony {
  readonly #parts: SharingParts
  readonly #terms: SharingTerms
  readonly #names: ReadonlyMap<number, Address>
  #conversation: Conversation | undefined
  #key: { publicKey: Hex; share: Uint8Array } | undefined
  /** Trials that are still to be made, by the place of their set. */
  #trials: { subset: readonly number[]; place: number }[] = []
  readonly #single = new Single()

  constructor(parts: SharingParts, terms: SharingTerms) {
    this.#parts = parts
    this.#terms = terms
    const participants = [...new Set([...terms.dealers.map(({ address }) => address), ...terms.members])].sort()
    this.#names = new Map(participants.map((address, i) => [i + 1, address]))
  }

  /** Goes on as far as it can. Its end, once; undefined before. */
  async go(): Promise<SharingEnd | undefined> {
    return this.#single.run(() => this.#advance())
  }

  close(): void {
    this.#conversation?.close()
  }

  async #advance(): Promise<SharingEnd | undefined> {
    try {
      this.#conversation ??= await this.#share()
      for (;;) {
        // Each time round is one conversation that came to its end: the sharing, and each trial.
        const end = await this.#conversation.go()
        if (end === undefined) return undefined
        this.#conversation.close()
        const over = this.#key === undefined ? await this.#shared(end) : this.#tried(end)
        if (over !== undefined) return over
        const [next] = this.#trials
        if (next === undefined) return { kind: 'shared', publicKey: this.#key?.publicKey ?? '0x' }
        this.#conversation = await this.#try(next)
      }
    } catch (error) {
      // An engine that breaks off, or a share that is not there, fails the sharing and not the node.
      if (!(error instanceof MetisSeqError) || error.severity === 'critical') throw error
      return { kind: 'failed', culprits: [], reason: messageOf(error) }
    }
  }

  async #share(): Promise<Conversation> {
    const { crypto, node } = this.#parts
    const { board, dealers, generation, members, publicKey, share, threshold } = this.#terms
    const oldOf = (address: Address) => dealers.find((dealer) => dealer.address === address)?.index ?? null
    const places = [...this.#names.values()].map((address): Place => {
      return { old: oldOf(address), new: members.indexOf(address) + 1 || null }
    })
    const me = [...this.#names.values()].indexOf(node.address) + 1
    const session = sessionId(node.networkId, { kind: 'sharing', generation })
    const ceremony = await crypto.share.share({
      session,
      me,
      places,
      threshold,
      ...(publicKey === undefined ? {} : { publicKey: hexToBytes(publicKey) }),
      ...(share === undefined ? {} : { share }),
    })
    const deals = publicKey === undefined || oldOf(node.address) !== null
    const speaks = (round: number) => speaksIn(round, { deals, receives: members.includes(node.address) })
    return new Conversation(this.#parts, { session, ceremony, names: this.#names, board, speaks, patience: PATIENCE })
  }

  /** The share is on the disk before anybody relies on it. */
  async #shared(end: RoundEnd): Promise<SharingEnd | undefined> {
    const { node, shares } = this.#parts
    const { generation, members, publicKey, threshold } = this.#terms
    if (end.kind === 'dealt') return end
    if (end.kind !== 'shared') return this.#failed(end, (number) => this.#names.get(number))
    const made = { publicKey: bytesToHex(end.publicKey), share: end.share }
    const isSame =
      publicKey === undefined || readGroupKey(hexToBytes(publicKey)).address === readGroupKey(end.publicKey).address
    if (!isSame) return { kind: 'failed', culprits: [], reason: 'it gives another address' }
    await shares.put(generation, end)
    const stored = shares.get(generation)
    if (stored === undefined || !equalBytes(stored.share, end.share))
      return { kind: 'failed', culprits: [], reason: 'the share was not stored' }
    this.#key = made
    const mine = members.indexOf(node.address) + 1
    const subsets = trialSubsets(members.length, threshold).map((subset, place) => ({ subset, place }))
    this.#trials = subsets.filter(({ subset }) => subset.includes(mine))
    return undefined
  }

  async #try({ subset, place }: { subset: readonly number[]; place: number }): Promise<Conversation> {
    const { crypto, node } = this.#parts
    const { generation, members } = this.#terms
    const session = sessionId(node.networkId, { kind: 'trial', generation, subset: place })
    const digest = trialDigest(node.networkId, generation, place)
    const share = this.#key?.share ?? new Uint8Array()
    const ceremony = await crypto.share.sign({ session, signers: subset, digest, share })
    const names = new Map(
      subset.flatMap((index) => {
        const name = members[index - 1]
        return name === undefined ? [] : [[index, name] as const]
      }),
    )
    return new Conversation(this.#parts, { session, ceremony, names, patience: PATIENCE })
  }

  #tried(end: RoundEnd): SharingEnd | undefined {
    const { node } = this.#parts
    const { generation, members } = this.#terms
    const place = this.#trials.shift()?.place ?? 0
    if (end.kind !== 'signed') return this.#failed(end, (index) => members[index - 1])
    const { address } = readGroupKey(hexToBytes(this.#key?.publicKey ?? '0x'))
    const digest = hexToBytes(trialDigest(node.networkId, generation, place))
    const isKeys = node.recover(digest, end.signature) === address
    return isKeys ? undefined : { kind: 'failed', culprits: [], reason: 'a trial gave no signature of the key' }
  }

  #failed(end: RoundEnd, nameOf: (number: number) => Address | undefined): SharingEnd {
    if (end.kind !== 'failed') return { kind: 'failed', culprits: [], reason: `it ended as ${end.kind}` }
    return { kind: 'failed', culprits: end.culprits.flatMap((number) => nameOf(number) ?? []), reason: end.reason }
  }
}
