import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { concatAll, concatBytes, utf8 } from '../../core/codec/index.js'
import { Exit, MetisSeqError } from '../../core/errors/index.js'
import type { Database } from '../../core/ports/database.js'
import type { ShareBox } from '../../core/ports/group.js'

const derive = promisify<Buffer, Uint8Array, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(
  scrypt,
)

/** Work of one guess of the password: 32 MB and about 0.1 s. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 }
/** Where it stands; shares stand elsewhere. */
const SALT = utf8('k')
const [SALT_BYTES, NONCE_BYTES, TAG_BYTES] = [32, 12, 16]

/**
 * Encrypts under the node's password (scrypt, AES-256-GCM). The salt lies beside the shares in `database`, where it is made at
 * the first time.
 */
export async function openShareBox(password: string, database: Database): Promise<ShareBox> {
  const known = database.get(SALT)
  const salt = known ?? randomBytes(SALT_BYTES)
  if (known === undefined) await database.write([{ key: SALT, value: salt }])
  const key = await derive(Buffer.from(password.normalize('NFKC')), salt, 32, SCRYPT)
  return {
    lock(share, place) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      cipher.setAAD(utf8(place))
      return concatAll([nonce, cipher.update(share), cipher.final(), cipher.getAuthTag()])
    },
    unlock(locked, place) {
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, locked.subarray(0, NONCE_BYTES))
        decipher.setAAD(utf8(place))
        decipher.setAuthTag(locked.subarray(-TAG_BYTES))
        return concatBytes(decipher.update(locked.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final())
      } catch (cause) {
        throw unreadable(place, cause)
      }
    },
  }
}

function unreadable(place: string, cause: unknown): MetisSeqError {
  return new MetisSeqError('SHARE_UNREADABLE', `The ${place} cannot be decrypted.`, {
    exit: Exit.data,
    severity: 'critical',
    next: 'It was encrypted under another password, or is damaged: give the node its password, or move its folder `shares` away: the others make a new one.',
    cause,
  })
}
