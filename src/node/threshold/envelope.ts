import { createCipheriv, createDecipheriv, createECDH, hkdfSync } from 'node:crypto'
import {
  bigEndian,
  bytesToHex,
  concatAll,
  concatBytes,
  hexToBytes,
  malformed,
  rlpBytes,
  rlpDecode,
  rlpEncode,
  rlpFixed,
  rlpInteger,
  rlpList,
  utf8,
} from '../../core/codec/index.js'
import { MetisSeqError } from '../../core/errors/index.js'
import type { GroupMessage, MessageSeal } from '../../core/ports/group.js'
import type { Address, Hash, Hex } from '../../core/types/hex.js'

/** Bytes of a sealed message at most: the longest, of a sharing, has 148 KB. */
export const MAX_SEALED = 512 * 1024
const TAG = 16
const fail = malformed('GROUP_MESSAGE_MALFORMED', 'message of the group')

/** The key that one side of a session sends to one receiver with. */
interface Sending {
  ephemeral: Uint8Array
  keys: Map<Address, Uint8Array>
  secret: ReturnType<typeof createECDH>
}

/**
 * Seals messages as Noise's pattern X does: with a key of two Diffie-Hellman secrets, one of a key that lives as long as the
 * session and one of the sender's own, both with the receiver's. So only the receiver reads it, and knows who sent it. The
 * nonce is the round, which each session has once. (HKDF-SHA256, AES-256-GCM, secp256k1.)
 */
export function createMessageSeal(own: { address: Address; privateKey: Uint8Array }): MessageSeal {
  const me = createECDH('secp256k1')
  me.setPrivateKey(own.privateKey)
  const sessions = new Map<Hash, Sending>()
  const sending = (session: Hash): Sending => {
    const known = sessions.get(session)
    if (known !== undefined) return known
    const secret = createECDH('secp256k1')
    secret.generateKeys()
    const made = { secret, ephemeral: new Uint8Array(secret.getPublicKey(null, 'compressed')), keys: new Map() }
    sessions.set(session, made)
    return made
  }
  return {
    seal(to, { session, round, content }) {
      const { secret, ephemeral, keys } = sending(session)
      const point = uncompressed(to.pubkey)
      const key =
        keys.get(to.address) ??
        keyOf([secret.computeSecret(point), me.computeSecret(point)], {
          session,
          from: own.address,
          to: to.address,
          ephemeral,
        })
      keys.set(to.address, key)
      const cipher = createCipheriv('aes-256-gcm', key, bigEndian(round, 12))
      cipher.setAAD(headerOf(session, own.address, round))
      const sealed = concatAll([cipher.update(content), cipher.final(), cipher.getAuthTag()])
      return rlpEncode([hexToBytes(session), hexToBytes(own.address), round, ephemeral, sealed])
    },
    open(bytes, pubkeyOf) {
      const { from, session, round, ephemeral, sealed } = read(bytes)
      const pubkey = pubkeyOf(from)
      if (pubkey === undefined) throw foreign(from, 'it is no member')
      const secrets = [secretWith(me, ephemeral, from), me.computeSecret(uncompressed(pubkey))]
      const key = keyOf(secrets, { session, from, to: own.address, ephemeral })
      const decipher = createDecipheriv('aes-256-gcm', key, bigEndian(round, 12))
      decipher.setAAD(headerOf(session, from, round))
      decipher.setAuthTag(sealed.subarray(-TAG))
      try {
        const content = concatBytes(decipher.update(sealed.subarray(0, -TAG)), decipher.final())
        return { from, session, round, content }
      } catch {
        throw foreign(from, 'it is not sealed by that member for this one') // the one thing that can fail here
      }
    },
    forget: (session) => {
      sessions.delete(session)
    },
  }
}

function read(bytes: Uint8Array): Omit<GroupMessage, 'content'> & { ephemeral: Uint8Array; sealed: Uint8Array } {
  if (bytes.length > MAX_SEALED) throw fail(`it has ${bytes.length} bytes, at most ${MAX_SEALED} are read`)
  const [session, from, round, ephemeral, sealed] = rlpList(rlpDecode(bytes, fail), 5, 'it', fail)
  const content = rlpBytes(sealed, 'its content', fail)
  if (content.length < TAG) throw fail('its content is shorter than a tag')
  return {
    session: bytesToHex(rlpFixed(session, 32, 'its session', fail)),
    from: bytesToHex(rlpFixed(from, 20, 'its sender', fail)),
    round: Number(rlpInteger(round, 'its round', fail, 1)),
    ephemeral: rlpFixed(ephemeral, 33, 'its key', fail),
    sealed: content,
  }
}

const headerOf = (session: Hash, from: Address, round: number) =>
  concatAll([hexToBytes(session), hexToBytes(from), Uint8Array.of(round)])

function keyOf(
  secrets: readonly Uint8Array[],
  { session, from, to, ephemeral }: { session: Hash; from: Address; to: Address; ephemeral: Uint8Array },
): Uint8Array {
  const info = concatAll([utf8('metis-seq/group-message/v1'), hexToBytes(from), hexToBytes(to), ephemeral])
  return new Uint8Array(hkdfSync('sha256', concatAll([...secrets]), hexToBytes(session), info, 32))
}

const uncompressed = (pubkey: Hex) => concatBytes(Uint8Array.of(4), hexToBytes(pubkey, 64))

function secretWith(me: ReturnType<typeof createECDH>, point: Uint8Array, from: Address): Uint8Array {
  try {
    return me.computeSecret(point)
  } catch {
    throw foreign(from, 'its key is no point of the curve') // OpenSSL checks every point that it multiplies
  }
}

function foreign(from: Address, reason: string): MetisSeqError {
  return new MetisSeqError('GROUP_MESSAGE_FOREIGN', `A message in the name of ${from} is not taken: ${reason}.`)
}
