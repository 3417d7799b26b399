import { bigEndian, bytesToHex, concatBytes, hexToBytes, utf8 } from '../../core/codec/index.js'
import { signDigest } from '../../core/consensus/crypto.js'
import { sealDigest } from '../../core/consensus/digest.js'
import type { Seal } from '../../core/consensus/types.js'
import { decodeSeal } from '../../core/consensus/wire.js'
import { Exit, MetisSeqError } from '../../core/errors/index.js'
import { reached } from '../../core/faultPoints.js'
import type { Database } from '../../core/ports/database.js'
import type { Hash } from '../../core/types/hex.js'
import type { SealStore } from './context.js'

const key = (hash: Hash) => concatBytes(utf8('s'), hexToBytes(hash, 32))

/** Seals of stored blocks, own and others'. */
export function openSealStore(database: Database): SealStore {
  return {
    get(hash) {
      const stored = database.get(key(hash))
      if (stored === undefined) return undefined
      const { seal, cursor } = JSON.parse(new TextDecoder().decode(stored))
      return { seal: seal === null ? null : decodeSeal(seal), cursor: Number(cursor) }
    },
    put: (hash, record) => database.write([{ key: key(hash), value: utf8(JSON.stringify(record)) }]),
  }
}

/**
 * The durable guard against signing twice (rule T4): one hash a (network, term, number), written before the seal is
 * made. It lives with the key, so that a key never comes to a machine without it.
 */
export function openSealGuard(database: Database, networkId: Hash, privateKey: Uint8Array) {
  return async (term: number, number: number, hash: Hash): Promise<Seal> => {
    const slot = concatBytes(hexToBytes(networkId, 32), bigEndian(term, 8), bigEndian(number, 8))
    const before = database.get(slot)
    if (before === undefined) await database.write([{ key: slot, value: hexToBytes(hash, 32) }])
    else if (bytesToHex(before) !== hash) {
      throw new MetisSeqError(
        'SEAL_GUARD',
        `Block ${number} of term ${term} was sealed as ${bytesToHex(before)}, not ${hash}.`,
        {
          exit: Exit.signer,
          next: 'Nothing to do: the term goes on, or is cut, without a second seal.',
        },
      )
    }
    reached('seal.guarded')
    const signature = signDigest(sealDigest(networkId, { term, number, hash }), privateKey)
    return { term, number, hash, signature: bytesToHex(signature) }
  }
}
