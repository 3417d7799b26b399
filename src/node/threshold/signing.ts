import { signedEnvelope, signingDigest, type UnsignedTransaction } from '../../core/chain/transaction.js'
import { bytesToHex, hexToBytes } from '../../core/codec/index.js'
import type { Signing, SigningRequest, SigningSession, UnsignedContent } from '../../core/consensus/groupTypes.js'
import { holdersOf } from '../../core/consensus/keys.js'
import { memberOf } from '../../core/consensus/power.js'
import { transactionOf } from '../../core/consensus/signed.js'
import { ABANDONED_AFTER } from '../../core/consensus/signing.js'
import { MAX_REASON } from '../../core/consensus/wire.js'
import { MetisSeqError, messageOf } from '../../core/errors/index.js'
import type { RoundEnd } from '../../core/ports/threshold.js'
import { sessionId } from '../../core/threshold/session.js'
import type { Hash } from '../../core/types/hex.js'
import { Conversation } from './conversation.js'
import type { GroupParts } from './own.js'

/** ms that the others have for one round of a signature. */
const PATIENCE = 2500
/** ms that a signer waits for blocks or blobs that others have already, before another signs in its place. */
const BEHIND = 700
/** ms that a signer waits for each one before it to bring the signature to the record. */
const STAND_BY = 300
/** ms after which a member says once more what consensus does not have yet. */
const SAY_AGAIN = 5000

interface Task {
  request: SigningRequest
  session: SigningSession
  /** ms since which it is known here. */
  since: number
  transaction?: UnsignedTransaction
  conversation?: Conversation
  /** Its envelope, and from when on this node brings it. */
  signed?: { envelope: `0x${string}`; at: number }
  said?: { content: UnsignedContent | 'signed'; at: number }
}

/** This member's part in the signatures that consensus asks for: looks at each request, signs with the others, or says why not. */
export class Signatures {
  readonly #parts: GroupParts
  readonly #tasks = new Map<number, Task>()
  readonly #busy = new Set<number>()

  constructor(parts: GroupParts) {
    this.#parts = parts
  }

  /** Does what can be done; called when something came, and now and then. */
  async tick(): Promise<void> {
    const { signing, requests } = this.#parts.node.consensus.state
    const dropping = this.#drop(signing)
    const open = Object.entries(signing) as [Hash, Signing][]
    const serving = Promise.all(
      open.map(async ([id, each]) => {
        const [request, number] = [requests[id], each.session?.number ?? 0]
        if (request === undefined || each.session === null || this.#busy.has(number)) return
        this.#busy.add(number)
        await this.#serve(request, each, each.session).finally(() => this.#busy.delete(number))
      }),
    )
    await Promise.all([dropping, serving])
  }

  /** What consensus does not ask for any more is over; who was about to be named is still named. */
  async #drop(signing: Readonly<Record<Hash, Signing>>): Promise<void> {
    const over = [...this.#tasks].filter(([number, { request }]) => signing[request.id]?.session?.number !== number)
    await Promise.all(
      over.map(async ([number, task]) => {
        this.#tasks.delete(number)
        const end = task.said === undefined ? await task.conversation?.go() : undefined
        task.conversation?.close()
        this.#parts.mailbox.close(this.#sessionId(number))
        if (end?.kind === 'failed' && end.culprits.length > 0) await this.#ended(task, end)
      }),
    )
  }

  async #serve(request: SigningRequest, signing: Signing, session: SigningSession): Promise<void> {
    const { node } = this.#parts
    if (!session.signers.includes(node.address)) return this.#watch(request, session)
    if (node.now() < session.from) return
    const task = this.#task(request, session)
    if (task.said !== undefined) return this.#sayAgain(task)
    if (task.signed !== undefined) return this.#bring(task)
    if (task.conversation === undefined && !(await this.#begin(task, signing))) return
    const end = await task.conversation?.go()
    if (end !== undefined) await this.#ended(task, end)
  }

  #task(request: SigningRequest, session: SigningSession): Task {
    const known = this.#tasks.get(session.number)
    if (known !== undefined) return known
    const made = { request, session, since: this.#parts.node.now() }
    this.#tasks.set(session.number, made)
    return made
  }

  #sessionId(session: number): Hash {
    return sessionId(this.#parts.node.networkId, { kind: 'signature', session })
  }

  /** A session whose signers are all gone is ended by whoever is there. */
  async #watch(request: SigningRequest, session: SigningSession): Promise<void> {
    const { committee } = this.#parts.node.consensus.state
    const task = this.#task(request, session)
    if (task.said !== undefined) return this.#sayAgain(task)
    const abandonedAfter = session.signers.length === 0 ? PATIENCE : ABANDONED_AFTER + PATIENCE
    const isLong = this.#parts.node.now() - Math.max(task.since, session.from) > abandonedAfter
    if (memberOf(committee, this.#parts.node.address) === undefined || !isLong) return
    await this.#say(task, { outcome: 'failed', culprits: [], ban: false, reason: 'no signature came of it' })
  }

  /** Looks at the request, puts it in the guard, and begins. False where it did not come to that. */
  async #begin(task: Task, signing: Signing): Promise<boolean> {
    const { crypto, guard, node, shares } = this.#parts
    const { request, session } = task
    const holders = holdersOf(node.consensus.state, request.key)
    if (holders?.generation !== session.generation) return false // it is about to be begun anew
    const isOver = () => this.#tasks.get(session.number) !== task
    const data = await node.dataOf(request)
    if (isOver()) return false
    if (data === undefined) {
      if (node.now() - task.since > BEHIND)
        await this.#refuse(task, 'this member does not have its blocks or blobs yet')
      return false
    }
    const reason = await node.whyNot(request, signing.fees, data)
    if (isOver()) return false
    if (reason !== undefined) return this.#refuse(task, reason)
    const share = shares.get(session.generation)
    if (share?.publicKey !== holders.publicKey)
      return this.#refuse(task, `this member has no share of sharing ${session.generation}`)
    const transaction = transactionOf(request, signing.fees, hexToBytes(data))
    const digest = bytesToHex(signingDigest(transaction))
    try {
      await guard.allow(request, signing.bump, { digest, session: session.number })
    } catch (error) {
      if (!(error instanceof MetisSeqError) || !['GROUP_GUARD', 'SESSION_KNOWN'].includes(error.code)) throw error
      return this.#refuse(task, messageOf(error), error.code === 'GROUP_GUARD')
    }
    if (isOver()) return false
    const names = new Map(
      holders.committee.members.flatMap(({ address }, i) =>
        session.signers.includes(address) ? [[i + 1, address] as const] : [],
      ),
    )
    const id = this.#sessionId(session.number)
    const asked = { session: id, signers: [...names.keys()], digest, share: share.share }
    const ceremony = await crypto.sign.sign(asked).catch((error: unknown) => this.#brokeOff(task, error))
    if (ceremony === undefined || isOver()) {
      ceremony?.forget()
      return false
    }
    task.transaction = transaction
    task.conversation = new Conversation(this.#parts, { session: id, ceremony, names, patience: PATIENCE })
    return true
  }

  /** An engine that breaks off costs a session, and not the node. */
  async #brokeOff(task: Task, error: unknown): Promise<undefined> {
    if (!(error instanceof MetisSeqError) || error.severity === 'critical') throw error
    await this.#refuse(task, messageOf(error))
  }

  async #ended(task: Task, end: RoundEnd): Promise<void> {
    const { node } = this.#parts
    const { request, session, transaction } = task
    task.conversation?.close()
    if (end.kind === 'signed' && transaction !== undefined) {
      const isKeys = node.recover(signingDigest(transaction), end.signature) === request.key
      if (!isKeys) return this.#say(task, failure([], 'what came of it is no signature of the key'))
      const place = session.signers.indexOf(node.address)
      const envelope = bytesToHex(signedEnvelope(transaction, end.signature))
      task.signed = { envelope, at: node.now() + place * STAND_BY }
      return this.#bring(task)
    }
    const { culprits, ban, reason } =
      end.kind === 'failed' ? end : { culprits: [], ban: false, reason: `it ended as ${end.kind}` }
    const holders = holdersOf(node.consensus.state, request.key)
    const names = culprits.flatMap((index) => holders?.committee.members[index - 1]?.address ?? [])
    for (const name of names) node.refused('signature', `${name} in session ${session.number}: ${reason}`)
    return this.#say(task, { ...failure(names, reason), ban })
  }

  async #bring(task: Task): Promise<void> {
    const { node } = this.#parts
    if (task.signed === undefined || node.now() < task.signed.at) return
    task.said = { content: 'signed', at: node.now() }
    await node.consensus.submit({
      type: 'signed',
      request: task.request.id,
      session: task.session.number,
      transaction: task.signed.envelope,
    })
  }

  /** `isNews`: not what anybody may expect, as after a restart. */
  async #refuse(task: Task, reason: string, isNews = true): Promise<false> {
    const { kind, subject } = task.request
    if (isNews) this.#parts.node.refused(`request (${kind} ${subject})`, reason)
    this.#parts.mailbox.close(this.#sessionId(task.session.number))
    await this.#say(task, { outcome: 'refused', culprits: [], ban: false, reason })
    return false
  }

  async #say(task: Task, what: Pick<UnsignedContent, 'outcome' | 'culprits' | 'ban' | 'reason'>): Promise<void> {
    const reason = what.reason.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_REASON)
    const { request, session } = task
    const content: UnsignedContent = { kind: 'unsigned', request: request.id, session: session.number, ...what, reason }
    task.said = { content, at: this.#parts.node.now() }
    await this.#parts.node.attest(content)
  }

  async #sayAgain(task: Task): Promise<void> {
    const { node } = this.#parts
    if (task.said === undefined || node.now() - task.said.at < SAY_AGAIN) return
    task.said.at = node.now()
    if (task.said.content !== 'signed') return node.attest(task.said.content)
    if (task.signed !== undefined) await this.#bring(task)
  }
}

function failure(culprits: UnsignedContent['culprits'], reason: string) {
  return { outcome: 'failed' as const, culprits: [...culprits], ban: false, reason }
}
