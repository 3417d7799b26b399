import { versionedHash } from '../core/batching/payload.js'
import { refuseDerivation } from '../core/derive/refuse.js'
import type { Kzg, L1Source } from '../core/ports/l1.js'
import type { Hash } from '../core/types/hex.js'

/**
 * The blobs with these versioned hashes, in their order. Whoever serves them need not be trusted: each one is committed
 * to again.
 * @throws MetisSeqError `DERIVE_REFUSED` for a blob that is gone or altered
 */
export async function readBlobs(
  { source, kzg }: { source: L1Source; kzg: Kzg },
  block: number,
  hashes: readonly Hash[],
): Promise<Uint8Array[]> {
  const candidates = await source.blobs(block, hashes)
  const commitments = await kzg.commitments(candidates)
  const found = new Map(commitments.map((commitment, i) => [versionedHash(commitment), candidates[i]]))
  return hashes.map((hash) => {
    const blob = found.get(hash)
    if (blob !== undefined) return blob
    throw refuseDerivation(`none of the ${candidates.length} blobs served for L1 block ${block} is ${hash}`, {
      l1Block: block,
      blob: hash,
    })
  })
}
