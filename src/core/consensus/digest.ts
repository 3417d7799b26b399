import { canonicalHash, canonicalJson, keccakBytes, utf8 } from '../codec/index.js'
import type { Genesis } from '../genesis/types.js'
import type { Hash } from '../types/hex.js'
import type { ConsensusState, Content, L1Event, Seal } from './types.js'

/** Digest of an attestation (rules M1, M2): domain, network and the whole content, and nothing that counts up. */
export function attestationDigest(networkId: Hash, content: Content): Uint8Array {
  return keccakBytes(utf8(canonicalJson({ domain: 'metis-seq/attestation/v1', networkId, content })))
}

/** Digest of a block's seal (rule T4). */
export function sealDigest(networkId: Hash, seal: Omit<Seal, 'signature'>): Uint8Array {
  const { term, number, hash } = seal
  return keccakBytes(utf8(canonicalJson({ domain: 'metis-seq/seal/v1', networkId, term, number, hash })))
}

/** Hash of the whole genesis document: the network's id (rule M1). */
export function networkIdOf(genesis: Genesis): Hash {
  // The document is plain JSON; only its interfaces lack the index signature.
  return canonicalHash(JSON.parse(JSON.stringify(genesis)))
}

/** Root of the events of an L1 range. */
export function eventsRoot(events: readonly L1Event[]): Hash {
  return canonicalHash(events)
}

/** What every node must agree on after each height. */
export function appHash(state: ConsensusState): Hash {
  return canonicalHash(state)
}

/** What is agreed of a group transaction on L1: everything but its fees. */
export function contentHash(transaction: { nonce: number; to: Hash; dataHash: Hash; blobs: readonly Hash[] }): Hash {
  const { nonce, to, dataHash, blobs } = transaction
  return canonicalHash({ nonce, to, dataHash, blobs })
}
