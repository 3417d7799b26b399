import { bigEndian, bytesToHex, canonicalHash, concatBytes, hexToBytes, keccak256, utf8 } from '../codec/index.js'
import type { Address, Hex } from '../types/hex.js'
import type { SigningRequest } from './groupTypes.js'
import type { ConsensusState, CurrentTerm, Draft, Term } from './types.js'

/** Gas of one transaction of the group on L2; the live network uses the same. */
export const OPENING_GAS = 5_000_000

type Contract = ConsensusState['contract']

/**
 * The transactions that the first block of a term begins with (rules E1, E2, P1): the opening itself, then the new
 * group address and the new epoch length where the contract does not have them yet. Nonces go on from the contract's.
 */
export function openingRequests(
  draft: Draft,
  term: Term & { kind: CurrentTerm['kind'] },
  contract: Contract,
): SigningRequest[] {
  const { context, state } = draft
  const calls = [openingCall(term, contract)]
  if (contract.mpc !== state.group.address) {
    calls.push({ kind: 'updateMpcAddress', data: call('UpdateMpcAddress(address)', [state.group.address]) })
  }
  const { epochLength } = context.genesis.consensus
  if (contract.epochLength !== epochLength) {
    calls.push({ kind: 'updateEpochLength', data: call('UpdateEpochLength(uint256)', [epochLength]) })
  }
  const { l2, group } = context.genesis
  return calls.map(({ kind, data }, i) =>
    withId({
      kind,
      chain: 'l2',
      chainId: l2.chainId,
      key: contract.mpc,
      nonce: contract.nonce + i,
      to: l2.sequencerSet,
      data,
      dataHash: keccak256(hexToBytes(data)),
      blobs: [],
      gasLimit: OPENING_GAS,
      maxFeePerGas: BigInt(group.l2FeeCap),
      subject: term.term,
      signed: null,
    }),
  )
}

/** `commitEpoch` only at a normal boundary and at the contract's own length; otherwise `recommitEpoch` (rule E2). */
function openingCall(term: Term & { kind: CurrentTerm['kind'] }, contract: Contract): Call {
  const start = term.parentNumber + 1
  const length = term.endBlock - term.parentNumber
  if (term.kind === 'boundary' && length === contract.epochLength) {
    const data = call('commitEpoch(uint256,uint256,uint256,address)', [
      term.epoch,
      start,
      term.endBlock,
      term.sequencer,
    ])
    return { kind: 'commitEpoch', data }
  }
  const data = call('recommitEpoch(uint256,uint256,uint256,uint256,address)', [
    contract.epoch,
    term.epoch,
    start,
    term.endBlock,
    term.sequencer,
  ])
  return { kind: 'recommitEpoch', data }
}

interface Call {
  kind: SigningRequest['kind']
  data: Hex
}

/** ABI encoding of a call whose arguments are all one word. */
export function call(signature: string, args: readonly (number | Address)[]): Hex {
  const words = args.map((arg) => bigEndian(BigInt(arg), 32))
  return bytesToHex(concatBytes(hexToBytes(keccak256(utf8(signature))).subarray(0, 4), ...words))
}

/** A request's id is its content: the same content is the same request, anything else another (rule B1). */
export function withId(request: Omit<SigningRequest, 'id'>): SigningRequest {
  const { signed: _signed, ...content } = request
  return { id: canonicalHash(content), ...request }
}
