import { createHash } from 'node:crypto'
import { concatBytes } from '../../../src/core/codec/index.js'
import { MetisSeqError } from '../../../src/core/errors/index.js'
import type { Kzg } from '../../../src/core/ports/l1.js'
import type { Clock } from './clock.js'
import type { Dice } from './dice.js'
import type { Life } from './life.js'

const known = new WeakMap<Uint8Array, Uint8Array>()

/** In place of a KZG commitment a hash of the blob: it is bound to it as well. Real commitments have tests of their own. */
export function commitmentOf(blob: Uint8Array): Uint8Array {
  let commitment = known.get(blob)
  if (commitment === undefined) {
    const hash = new Uint8Array(createHash('sha256').update(blob).digest())
    commitment = concatBytes(hash, hash.subarray(0, 16))
    known.set(blob, commitment)
  }
  return commitment
}

export function simKzg(clock: Clock, dice: Dice, life: Life): Kzg {
  return {
    commitments: (blobs) =>
      life.within(async () => {
        await clock.pause(dice.below(30))
        if (blobs.some((blob) => blob.length !== 131_072))
          throw new MetisSeqError('BLOB_MALFORMED', 'A blob has not 131072 bytes.')
        return blobs.map(commitmentOf)
      }),
    sidecar: () => Promise.reject(new Error('the model of L1 takes blobs without proofs')),
    close: async () => undefined,
  }
}
