import {
  hexToBytes,
  malformed,
  type RlpItem,
  rlpBytes,
  rlpDecode,
  rlpEncode,
  rlpFixed,
  rlpInteger,
  rlpList,
} from '../../core/codec/index.js'
import type { Incoming, Outgoing, RoundEnd, ShareRequest, SignRequest } from '../../core/ports/threshold.js'

const fail = malformed('THRESHOLD_REPLY_MALFORMED', 'reply of the threshold engine')
const SIGNATURE_BYTES = 65
const NOTHING = new Uint8Array()

export function shareRequest(request: ShareRequest): Uint8Array {
  const { session, me, places, threshold, publicKey = NOTHING, share = NOTHING } = request
  const pairs = places.map((place) => [place.old ?? 0, place.new ?? 0])
  return rlpEncode([hexToBytes(session), me, pairs, threshold, publicKey, share])
}

export function signRequest({ session, signers, digest, share }: SignRequest): Uint8Array {
  return rlpEncode([hexToBytes(session), Uint8Array.from(signers), hexToBytes(digest), share])
}

export function stepRequest(handle: number, incoming: Incoming): Uint8Array {
  const messages = [...incoming].map(([from, message]) => [from, message.broadcast, message.private])
  return rlpEncode([handle, messages])
}

/** The reply to the beginning of a ceremony. */
export function readBegun(reply: Uint8Array): { handle: number; first: Outgoing } {
  const [handle, ...sent] = rlpList(rlpDecode(reply, fail), 4, 'it', fail)
  return { handle: small(handle, 'its handle', 4), first: outgoing(sent) }
}

/** The reply to a step. */
export function readEnd(reply: Uint8Array): RoundEnd {
  const item = rlpDecode(reply, fail)
  const [kind, ...fields] = Array.isArray(item) ? item : []
  const bytes = (at: number, what: string) => rlpBytes(fields[at], what, fail)
  switch (small(kind, 'its kind')) {
    case 0:
      return { kind: 'sent', outgoing: outgoing(fields) }
    case 1:
      return { kind: 'shared', share: bytes(0, 'the share'), publicKey: bytes(1, 'the public key') }
    case 2:
      return { kind: 'dealt' }
    case 3:
      return { kind: 'signed', signature: rlpFixed(fields[0], SIGNATURE_BYTES, 'the signature', fail) }
    case 4: {
      const reason = new TextDecoder().decode(bytes(2, 'the reason'))
      return { kind: 'failed', culprits: [...bytes(0, 'the culprits')], ban: small(fields[1], 'the ban') === 1, reason }
    }
    default:
      throw fail('its kind is unknown')
  }
}

function outgoing([awaited, broadcast, privates]: RlpItem[]): Outgoing {
  if (!Array.isArray(privates)) throw fail('the private messages are not a list')
  const pairs = privates.map((each): [number, Uint8Array] => {
    const [to, bytes] = rlpList(each, 2, 'a private message', fail)
    return [small(to, 'a receiver'), rlpBytes(bytes, 'a private message', fail)]
  })
  return {
    awaited: [...rlpBytes(awaited, 'who is awaited', fail)],
    broadcast: rlpBytes(broadcast, 'the broadcast', fail),
    private: new Map(pairs),
  }
}

function small(item: RlpItem | undefined, what: string, maxBytes = 1): number {
  return Number(rlpInteger(item, what, fail, maxBytes))
}
