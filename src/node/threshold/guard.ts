import {
  bigEndian,
  bytesToHex,
  concatAll,
  concatBytes,
  equalBytes,
  fromBigEndian,
  hexToBytes,
  utf8,
} from '../../core/codec/index.js'
import { contentHash } from '../../core/consensus/digest.js'
import type { SigningRequest } from '../../core/consensus/groupTypes.js'
import { Exit, MetisSeqError } from '../../core/errors/index.js'
import { reached } from '../../core/faultPoints.js'
import type { Change, Database } from '../../core/ports/database.js'
import { Serial } from '../../core/serial.js'
import type { Hash } from '../../core/types/hex.js'

/** Nonces and sessions that are remembered: what is older is mined for good, or of a term that is over. */
const REMEMBERED = 1000
const NONCE_BYTES = 8

/**
 * What this member began to sign, on the disk before its first word of it: a request, at its fees, has one digest for ever, a
 * nonce of L1 one content (rules B1, B2), and no session is taken part in twice (rule G4).
 */
export class SigningGuard {
  readonly #database: Database
  readonly #turn = new Serial()

  constructor(database: Database) {
    this.#database = database
  }

  /** Once it resolves this member may take part. @throws MetisSeqError `GROUP_GUARD` (exit 5); `SESSION_KNOWN` after a restart */
  allow(request: SigningRequest, bump: number, begun: { digest: Hash; session: number }): Promise<void> {
    return this.#turn.run(() => this.#allow(request, bump, begun))
  }

  async #allow(
    request: SigningRequest,
    bump: number,
    { digest, session }: { digest: Hash; session: number },
  ): Promise<void> {
    const key = requestKey(request, bump)
    const before = this.#database.get(key)
    if (before !== undefined && !equalBytes(before.subarray(0, 32), hexToBytes(digest)))
      throw refused(request, `it was begun with the digest ${bytesToHex(before.subarray(0, 32))}, not ${digest}`)
    const last = before === undefined ? 0 : Number(fromBigEndian(before.subarray(32)))
    if (last >= session) throw new MetisSeqError('SESSION_KNOWN', `Session ${session} was taken part in before.`)
    const value = concatBytes(hexToBytes(digest), bigEndian(session, NONCE_BYTES))
    await this.#database.write([{ key, value }, ...this.#content(request)])
    reached('group.guarded')
  }

  /** Forgets what nobody asks for any more. */
  async forget(requests: Readonly<Record<Hash, unknown>>, sessions: number, l1Nonce: number): Promise<void> {
    const old: Change[] = []
    for await (const [key, value] of this.#database.entries(utf8('r'), utf8('s'))) {
      const session = Number(fromBigEndian(value.subarray(32)))
      const isOpen = requests[bytesToHex(key.subarray(1, 33))] !== undefined
      if (!isOpen && session + REMEMBERED < sessions) old.push({ key, value: undefined })
    }
    for await (const [key] of this.#database.entries(utf8('n'), utf8('o'))) {
      const nonce = Number(fromBigEndian(key.subarray(-NONCE_BYTES)))
      if (nonce + REMEMBERED < l1Nonce) old.push({ key, value: undefined })
    }
    if (old.length > 0) await this.#database.write(old)
  }

  /** One content a nonce, for ever. */
  #content(request: SigningRequest): Change[] {
    if (request.chain === 'l2') return []
    const key = concatAll([utf8('n'), hexToBytes(request.key), bigEndian(request.nonce, NONCE_BYTES)])
    const content = hexToBytes(contentHash(request))
    const before = this.#database.get(key)
    if (before !== undefined && !equalBytes(before, content))
      throw refused(request, `nonce ${request.nonce} was begun with other content`)
    return [{ key, value: content }]
  }
}

const requestKey = ({ id }: SigningRequest, bump: number) => concatAll([utf8('r'), hexToBytes(id), bigEndian(bump, 4)])

function refused(request: SigningRequest, reason: string): MetisSeqError {
  return new MetisSeqError('GROUP_GUARD', `The guard does not let request ${request.id} be signed: ${reason}.`, {
    exit: Exit.signer,
  })
}
