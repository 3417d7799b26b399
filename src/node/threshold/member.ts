import { MetisSeqError, messageOf } from '../../core/errors/index.js'
import type { Database } from '../../core/ports/database.js'
import type { MessageSeal, ShareBox } from '../../core/ports/group.js'
import type { ThresholdCrypto } from '../../core/ports/threshold.js'
import type { Address } from '../../core/types/hex.js'
import { SigningGuard } from './guard.js'
import { Mailbox } from './mailbox.js'
import type { GroupNode, GroupParts } from './own.js'
import { Shares } from './shares.js'
import { Sharings } from './sharing.js'
import { Signatures } from './signing.js'

/** ms between two looks at what the guard need not remember any more. */
const TIDY_EVERY = 60_000

export interface GroupAdapters {
  crypto: { sign: ThresholdCrypto; share: ThresholdCrypto }
  seal: MessageSeal
  box: ShareBox
  database: Database
}

/** A node's part in the group: it signs with the others what consensus asks for, and shares the key with whoever is to have it. */
export class GroupMember {
  readonly #parts: GroupParts
  readonly #signatures: Signatures
  readonly #sharings: Sharings
  readonly #wake: () => void
  #tidiedAt = 0

  /** `wake` is called when there is something to do. */
  constructor(node: GroupNode, { box, crypto, database, seal }: GroupAdapters, wake: () => void) {
    const mailbox = new Mailbox((reason) => node.refused('group message', reason))
    const shares = new Shares(database, box, node.address)
    this.#parts = { node, crypto, seal, shares, guard: new SigningGuard(database), mailbox }
    this.#signatures = new Signatures(this.#parts)
    this.#sharings = new Sharings(this.#parts)
    this.#wake = wake
  }

  /** A message came. Who it is really of is what its seal says. */
  receive(from: Address, sealed: Uint8Array): void {
    const { mailbox, node, seal } = this.#parts
    try {
      mailbox.take(
        seal.open(sealed, (address) => node.pubkeyOf(address)),
        node.now(),
      )
      this.#wake()
    } catch (error) {
      if (!(error instanceof MetisSeqError) || error.severity !== 'refused') throw error
      node.refused(`group message of ${from}`, messageOf(error))
    }
  }

  /** Does what is due. `mayTakePart`: not while this node does not see L1 (rule L3). */
  async tick(mayTakePart: boolean): Promise<void> {
    this.#parts.mailbox.tick(this.#parts.node.now())
    await Promise.all([mayTakePart ? this.#signatures.tick() : undefined, this.#sharings.tick(), this.#tidy()])
  }

  /** The operator wants the key shared anew among the same members. */
  refresh(): void {
    this.#sharings.askAnew()
    this.#wake()
  }

  close(): void {
    this.#sharings.close()
  }

  async #tidy(): Promise<void> {
    const { guard, node } = this.#parts
    if (node.now() - this.#tidiedAt < TIDY_EVERY) return
    this.#tidiedAt = node.now()
    const { group, l1, requests } = node.consensus.state
    await guard.forget(requests, group.sessions, l1.nonce)
  }
}
