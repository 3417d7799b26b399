import { concatBytes, malformed, rlpDecode, rlpEncode } from '../codec/index.js'

export const CELL_PROOFS = 128
const WRAPPER_VERSION = 1
const fail = malformed('SIDECAR_MALFORMED', 'blob sidecar')

export interface Sidecar {
  blobs: readonly Uint8Array[]
  /** 48 bytes a blob */
  commitments: readonly Uint8Array[]
  /** 128 of 48 bytes a blob */
  cellProofs: readonly (readonly Uint8Array[])[]
}

/**
 * The form in which a signed blob transaction is sent: 0x03 and rlp([fields, 1, blobs, commitments, cell proofs])
 * (EIP-7594). A node of L1 may take a wrong number of proofs without a word, so that they are counted here.
 * @throws MetisSeqError `SIDECAR_MALFORMED`
 */
export function withSidecar(envelope: Uint8Array, { blobs, commitments, cellProofs }: Sidecar): Uint8Array {
  if (envelope[0] !== 3) throw fail(`the transaction has type ${envelope[0]} instead of 3`)
  const proofs = cellProofs.flat()
  if (blobs.length === 0 || commitments.length !== blobs.length || cellProofs.length !== blobs.length) {
    throw fail(`${blobs.length} blobs have ${commitments.length} commitments and ${cellProofs.length} sets of proofs`)
  }
  if (cellProofs.some((each) => each.length !== CELL_PROOFS)) throw fail(`a blob has not ${CELL_PROOFS} cell proofs`)
  if ([...commitments, ...proofs].some(({ length }) => length !== 48))
    throw fail('a commitment or proof has not 48 bytes')
  if (blobs.some(({ length }) => length !== 131_072)) throw fail('a blob has not 131072 bytes')
  const fields = rlpDecode(envelope.subarray(1), fail)
  return concatBytes(Uint8Array.of(3), rlpEncode([fields, WRAPPER_VERSION, blobs, commitments, proofs]))
}
