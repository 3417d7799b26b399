import { canonicalHash } from '../codec/index.js'
import type { Hash } from '../types/hex.js'

/** What names a session for ever: neither the number of a sharing nor that of a session is used twice. */
type Named =
  | { kind: 'sharing'; generation: number }
  | { kind: 'trial'; generation: number; subset: number }
  | { kind: 'signature'; session: number }

/** The id of a session, under which its messages travel and the library separates its hashes. */
export function sessionId(networkId: Hash, named: Named): Hash {
  return canonicalHash({ domain: 'metis-seq/group-session/v1', networkId, ...named })
}

/** What the members of a new sharing sign to see that they can: no transaction has this digest, nor has any other network. */
export function trialDigest(networkId: Hash, generation: number, subset: number): Hash {
  return canonicalHash({ domain: 'metis-seq/group-trial/v1', networkId, generation, subset })
}
