import { bytesToHex, concatBytes, hexToBytes, utf8 } from '../../core/codec/index.js'
import { addressOfPublicKey, publicKeyOf, signDigest } from '../../core/consensus/crypto.js'
import { sealDigest } from '../../core/consensus/digest.js'
import type { Seal } from '../../core/consensus/types.js'
import { decodeSeal } from '../../core/consensus/wire.js'
import { Exit, MetisSeqError } from '../../core/errors/index.js'
import { reached } from '../../core/faultPoints.js'
import { guardProblem, isAbove } from '../../core/guard/guard.js'
import type { Database } from '../../core/ports/database.js'
import type { Address, Hash } from '../../core/types/hex.js'
import type { SealRecord, SealStore } from './context.js'
import { readGuard, sign, signedAt } from './guard.js'

const key = (hash: Hash) => concatBytes(utf8('s'), hexToBytes(hash, 32))

/** Records that are kept as they were read: those of the head and the checkpoint are asked for all the time. */
const MAX_READ = 128

/** Seals of stored blocks, own and others'. */
export function openSealStore(database: Database): SealStore {
  const read = new Map<Hash, SealRecord>()
  return {
    get(hash) {
      const before = read.get(hash)
      if (before !== undefined) return before
      const stored = database.get(key(hash))
      if (stored === undefined) return undefined
      const { seal, cursor } = JSON.parse(new TextDecoder().decode(stored))
      const record = { seal: seal === null ? null : decodeSeal(seal), cursor: Number(cursor) }
      const [oldest] = read.keys()
      if (read.size >= MAX_READ && oldest !== undefined) read.delete(oldest)
      read.set(hash, record)
      return record
    },
    async put(hash, record) {
      await database.write([{ key: key(hash), value: utf8(JSON.stringify(record)) }])
      read.delete(hash)
    },
  }
}

/** A member's key, that signs digests: r, s, v with v 0 or 1. */
export interface SealKey {
  address: Address
  sign: (digest: Uint8Array) => Uint8Array
}

export function sealKeyOf(privateKey: Uint8Array): SealKey {
  return { address: addressOfPublicKey(publicKeyOf(privateKey)), sign: (digest) => signDigest(digest, privateKey) }
}

/**
 * The durable guard against signing twice (rule T4): one hash a (network, term, number), written before the seal is
 * made. It lives with the key, so that a key never comes to a machine without it: one that was never begun, that belongs to
 * another key, or that was exported to another machine signs nothing.
 * @throws MetisSeqError of the returned function: `SEAL_GUARD` (exit 5), `GUARD_MISSING`, `GUARD_FOREIGN`, `GUARD_MOVED` (exit 9)
 */
export function openSealGuard(database: Database, networkId: Hash, key: SealKey) {
  const guard = readGuard(database, networkId)
  const problem = guardProblem(guard, key.address)
  const floor = guard?.floor ?? null
  return async (term: number, number: number, hash: Hash): Promise<Seal> => {
    if (problem !== undefined) throw problem
    const before = signedAt(database, networkId, { term, number })
    if (before === undefined) {
      if (floor !== null && !isAbove({ term, number }, floor))
        throw refused(term, number, 'may have been sealed before')
      await sign(database, networkId, { term, number, hash })
    } else if (before !== hash) throw refused(term, number, `was sealed as ${before}, not ${hash}`)
    reached('seal.guarded')
    const signature = key.sign(sealDigest(networkId, { term, number, hash }))
    return { term, number, hash, signature: bytesToHex(signature) }
  }
}

function refused(term: number, number: number, reason: string): MetisSeqError {
  return new MetisSeqError('SEAL_GUARD', `Block ${number} of term ${term} ${reason}.`, {
    exit: Exit.signer,
    next: 'Nothing to do: the term goes on, or is cut, without a second seal.',
  })
}
