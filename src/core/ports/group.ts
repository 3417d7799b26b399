import type { SigningRequest } from '../consensus/types.js'
import type { Address, Hex } from '../types/hex.js'

/** Fees of a transaction on L1, in wei; within the request's cap (rule B2). */
export interface L1Fees {
  maxFeePerGas: bigint
  maxPriorityFeePerGas: bigint
  maxFeePerBlobGas: bigint
}

/** The group's key behind typed requests: a single key on a devnet, a threshold of the members otherwise. */
export interface GroupSigner {
  readonly address: Address
  /**
   * The signed envelope of a request, without blobs. `data` is given where the request holds only its hash.
   * @throws MetisSeqError `GROUP_REFUSED` when the content is not what was decided, or the same nonce was signed for another
   */
  sign(request: SigningRequest, data: Hex, fees?: L1Fees): Promise<Hex>
}
