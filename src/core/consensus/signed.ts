import { parseTransaction } from '../chain/transaction.js'
import { hexToBytes, keccak256 } from '../codec/index.js'
import type { Hash, Hex } from '../types/hex.js'
import { refuse } from './refuse.js'
import { markSigned } from './term.js'
import type { Context, Draft, SigningRequest } from './types.js'

/**
 * Records the group's signature of a request that consensus emitted (rule B1). On L2 every byte follows from the
 * request; on L1 a transaction with higher fees, within the cap, replaces the last one (rule B2).
 */
export function applySigned(draft: Draft, id: Hash, transaction: Hex): void {
  const { state, context } = draft
  const request = state.requests[id]
  if (request === undefined) throw refuse('REQUEST_UNKNOWN', `No signature ${id} was asked for.`)
  const fees = checkSigned(context, request, transaction)
  if (request.signed !== null) {
    const before = parseTransaction(hexToBytes(request.signed)).maxFeePerGas
    if (request.chain === 'l2' || fees <= before) throw refuse('REQUEST_SIGNED', `Request ${id} is signed already.`)
  }
  request.signed = transaction
  draft.effects.push({ type: 'signatureRecorded', request })
  markSigned(draft)
}

/**
 * Compares a signed transaction with what was asked, field by field.
 * @returns its fee cap in wei
 * @throws MetisSeqError `SIGNED_FOREIGN` with what differs
 */
export function checkSigned(context: Context, request: SigningRequest, raw: Hex): bigint {
  const transaction = parseTransaction(hexToBytes(raw))
  const faults = {
    'chain id': transaction.chainId !== request.chainId,
    nonce: transaction.nonce !== request.nonce,
    destination: transaction.to !== request.to,
    value: transaction.value !== 0n,
    data: keccak256(transaction.data) !== request.dataHash,
    blobs: transaction.blobs.join() !== request.blobs.join(),
    'access list': transaction.accessListLength !== 0,
    'gas limit': transaction.gasLimit > BigInt(request.gasLimit),
    'fee cap': transaction.maxFeePerGas > request.maxFeePerGas,
    'blob fee cap': (transaction.maxFeePerBlobGas ?? 0n) > request.maxFeePerGas,
    'fixed fees': request.chain === 'l2' && !hasFixedFees(transaction, request),
    signer: context.recover(transaction.digest, transaction.signature) !== request.key,
  }
  const fault = Object.entries(faults).find(([, differs]) => differs)
  if (fault !== undefined) throw refuse('SIGNED_FOREIGN', `The signed transaction has another ${fault[0]} than asked.`)
  return transaction.maxFeePerGas
}

function hasFixedFees(transaction: ReturnType<typeof parseTransaction>, request: SigningRequest): boolean {
  const { maxFeePerGas, maxPriorityFeePerGas, gasLimit } = transaction
  return maxFeePerGas === request.maxFeePerGas && maxPriorityFeePerGas === 0n && gasLimit === BigInt(request.gasLimit)
}
