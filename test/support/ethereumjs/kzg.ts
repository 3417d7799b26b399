import type { KZG } from '@ethereumjs/util'
import { hexToBytes } from '../../../src/core/codec/index.js'

interface Context {
  verifyKzgProof(commitment: Uint8Array, z: Uint8Array, y: Uint8Array, proof: Uint8Array): boolean
}

/** Loading the set-up takes two seconds: only a chain that meets the precompile needs it, see `loadPointEvaluation`. */
let context: Context | undefined

/** Loads the trusted set-up; it must be done before a chain meets the precompile. */
export async function loadPointEvaluation(): Promise<void> {
  const library = await import('@crate-crypto/node-eth-kzg')
  context ??= library.default.DasContextJs.create({ usePrecomp: false })
}

/** Proofs for the precompile 0x0a; the rest of the interface serves blobs, which our chains do not have. */
export const pointEvaluation: KZG = {
  verifyProof(commitment, z, y, proof) {
    if (context === undefined) throw new Error('loadPointEvaluation() was not called')
    const [a, b, c, d] = [commitment, z, y, proof].map((hex) => hexToBytes(hex)) as [Bytes, Bytes, Bytes, Bytes]
    try {
      return context.verifyKzgProof(a, b, c, d)
    } catch (error) {
      // The word by which the EVM knows arguments that are no points or field elements.
      throw new Error('C_KZG_BADARGS', { cause: error })
    }
  },
  blobToKzgCommitment: none,
  computeBlobProof: none,
  verifyBlobProofBatch: none,
  computeCells: none,
  computeCellsAndProofs: none,
  recoverCellsAndProofs: none,
  verifyCellKzgProofBatch: none,
}

type Bytes = Uint8Array

function none(): never {
  throw new Error('our chains have no blobs')
}
