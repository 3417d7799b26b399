import { parseTransaction, type UnsignedTransaction } from '../chain/transaction.js'
import { hexToBytes, keccak256 } from '../codec/index.js'
import type { Hex } from '../types/hex.js'
import type { L1Fees, SigningRequest } from './groupTypes.js'
import { refuse } from './refuse.js'
import { markSigned } from './term.js'
import type { Context, Draft, Message } from './types.js'

/** Signatures that auditors find in the state; all of them are in the record. */
const KEPT_SIGNATURES = 32

/**
 * Records the group's signature of a request that consensus emitted (rule B1). Every byte follows from the request and, on
 * L1, from the fees that the members agreed on: a transaction with higher ones replaces the last (rule B2).
 */
export function applySigned(draft: Draft, message: Extract<Message, { type: 'signed' }>): void {
  const { state, context } = draft
  const { request: id, session: number, transaction } = message
  const [request, signing] = [state.requests[id], state.signing[id]]
  if (request === undefined || signing === undefined)
    throw refuse('REQUEST_UNKNOWN', `No signature ${id} was asked for.`)
  if (signing.session === null) throw refuse('REQUEST_SIGNED', `Request ${id} is signed already, or has no fees yet.`)
  checkSigned(context, request, signing.fees, transaction)
  request.signed = transaction
  const { kind, subject } = request
  const { bump, since: requestedAt, session } = signing
  const signers = [session, ...signing.past].find((each) => each.number === number)?.signers ?? []
  const made = { request: id, kind, subject, bump, requestedAt, signedAt: context.time, signers }
  state.signatures = [...state.signatures, made].slice(-KEPT_SIGNATURES)
  signing.session = null
  for (const signer of signers) delete state.group.doubts[signer]
  draft.effects.push({ type: 'signatureRecorded', request })
  markSigned(draft)
}

/**
 * Compares a signed transaction with what was asked, field by field. `fees` are those of L1.
 * @throws MetisSeqError `SIGNED_FOREIGN` with what differs
 */
export function checkSigned(
  context: Pick<Context, 'recover'>,
  request: SigningRequest,
  fees: L1Fees | null,
  raw: Hex,
): void {
  const transaction = parseTransaction(hexToBytes(raw))
  const wanted = feesOf(request, fees)
  const faults = {
    'chain id': transaction.chainId !== request.chainId,
    nonce: transaction.nonce !== request.nonce,
    destination: transaction.to !== request.to,
    value: transaction.value !== (request.value ?? 0n),
    data: keccak256(transaction.data) !== request.dataHash,
    blobs: transaction.blobs.join() !== request.blobs.join(),
    'access list': transaction.accessListLength !== 0,
    'gas limit': transaction.gasLimit !== BigInt(request.gasLimit),
    'fee cap': transaction.maxFeePerGas !== wanted.maxFeePerGas,
    tip: transaction.maxPriorityFeePerGas !== wanted.maxPriorityFeePerGas,
    'blob fee cap': request.blobs.length > 0 && transaction.maxFeePerBlobGas !== wanted.maxFeePerBlobGas,
    signer: context.recover(transaction.digest, transaction.signature) !== request.key,
  }
  const fault = Object.entries(faults).find(([, differs]) => differs)
  if (fault !== undefined) throw refuse('SIGNED_FOREIGN', `The signed transaction has another ${fault[0]} than asked.`)
}

/** The transaction that a request asks for; on L1 with the fees that the members agreed on. */
export function transactionOf(request: SigningRequest, fees: L1Fees | null, data: Uint8Array): UnsignedTransaction {
  const { chainId, nonce, to, gasLimit, blobs, value = 0n } = request
  const { maxFeePerBlobGas, ...gasFees } = feesOf(request, fees)
  const common = { chainId, nonce, to, value, data, gasLimit: BigInt(gasLimit), blobs, ...gasFees }
  return blobs.length > 0 ? { ...common, maxFeePerBlobGas } : common
}

/** On L2 they are fixed: the cap, and no tip (rule E2). */
function feesOf({ chain, maxFeePerGas }: SigningRequest, fees: L1Fees | null): L1Fees {
  if (chain === 'l1' && fees !== null) return fees
  return { maxFeePerGas, maxPriorityFeePerGas: 0n, maxFeePerBlobGas: 0n }
}
