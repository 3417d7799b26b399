import { abiSelector, abiWord, bytesToHex, canonicalHash, concatBytes, hexToBytes, keccak256 } from '../codec/index.js'
import type { Genesis } from '../genesis/types.js'
import type { Address, Hex } from '../types/hex.js'
import type { SigningRequest } from './groupTypes.js'
import type { ConsensusState, CurrentTerm, Draft, Term } from './types.js'

/** Gas of one transaction of the group on L2; the live network uses the same. */
export const OPENING_GAS = 5_000_000
/** Of a transfer (EIP-2028). */
const TRANSFER_GAS = 21_000

type Contract = ConsensusState['contract']

/** One transaction of an opening. */
export interface OpeningCall {
  kind: SigningRequest['kind']
  to: Address
  data: Hex
  gasLimit: number
  /** wei */
  value?: bigint
}

/**
 * The transactions that the first block of a term begins with (rules E1, E2, P1): the opening itself, and what the contract does not
 * have yet. Nonces go on from the contract's.
 */
export function openingRequests(
  draft: Draft,
  term: Term & { kind: CurrentTerm['kind'] },
  contract: Contract,
): SigningRequest[] {
  const { context, state } = draft
  const { genesis } = context
  const calls = [openingOf(term, contract, genesis), ...followingCalls(contract, state.group.address, genesis)]
  return calls.map((each, i) =>
    withId({
      ...each,
      chain: 'l2',
      chainId: genesis.l2.chainId,
      key: contract.mpc,
      nonce: contract.nonce + i,
      dataHash: keccak256(hexToBytes(each.data)),
      blobs: [],
      maxFeePerGas: BigInt(genesis.group.l2FeeCap),
      subject: term.term,
      signed: null,
    }),
  )
}

/** `commitEpoch` only at a normal boundary and at the contract's own length; otherwise `recommitEpoch` (rule E2). */
function openingOf(term: Term & { kind: CurrentTerm['kind'] }, contract: Contract, genesis: Genesis): OpeningCall {
  const epoch = { epoch: term.epoch, start: term.parentNumber + 1, end: term.endBlock, sequencer: term.sequencer }
  const length = term.endBlock - term.parentNumber
  const isCommit = term.kind === 'boundary' && length === contract.epochLength
  return isCommit ? commitEpoch(epoch, genesis) : recommitEpoch(contract.epoch, epoch, genesis)
}

interface Epoch {
  epoch: number
  /** Its first block, and its last. */
  start: number
  end: number
  sequencer: Address
}

export function commitEpoch({ epoch, start, end, sequencer }: Epoch, genesis: Genesis): OpeningCall {
  const data = call('commitEpoch(uint256,uint256,uint256,address)', [epoch, start, end, sequencer])
  return ofSet('commitEpoch', data, genesis)
}

export function recommitEpoch(old: number, { epoch, start, end, sequencer }: Epoch, genesis: Genesis): OpeningCall {
  const args = [old, epoch, start, end, sequencer]
  return ofSet('recommitEpoch', call('recommitEpoch(uint256,uint256,uint256,uint256,address)', args), genesis)
}

/**
 * What follows an opening: the epoch length that the contract is to have, and where the group has another key the address, what that key
 * pays its first fees from, and the contract itself (rules E2, B7).
 */
export function followingCalls(
  { epochLength, mpc }: Pick<Contract, 'epochLength' | 'mpc'>,
  address: Address,
  genesis: Genesis,
): OpeningCall[] {
  const wanted = genesis.consensus.epochLength
  const length = ofSet('updateEpochLength', call('UpdateEpochLength(uint256)', [wanted]), genesis)
  const key: OpeningCall[] = [
    ofSet('updateMpcAddress', call('UpdateMpcAddress(address)', [address]), genesis),
    { kind: 'fundGroup', to: address, data: '0x', gasLimit: TRANSFER_GAS, value: newKeyFunds(genesis) },
    ofSet('transferOwnership', call('transferOwnership(address)', [address]), genesis),
  ]
  return [...(epochLength === wanted ? [] : [length]), ...(mpc === address ? [] : key)]
}

/** wei of METIS on L2 that a new key gets of the former one: the fees of a thousand transactions, were they at the cap. */
export function newKeyFunds({ group }: Genesis): bigint {
  return 1000n * BigInt(OPENING_GAS) * BigInt(group.l2FeeCap)
}

function ofSet(kind: SigningRequest['kind'], data: Hex, { l2 }: Genesis): OpeningCall {
  return { kind, to: l2.sequencerSet, data, gasLimit: OPENING_GAS }
}

/** ABI encoding of a call whose arguments are all one word. */
export function call(signature: string, args: readonly (number | Address)[]): Hex {
  return bytesToHex(concatBytes(abiSelector(signature), ...args.map(abiWord)))
}

/** A request's id is its content: the same content is the same request, anything else another (rule B1). */
export function withId(request: Omit<SigningRequest, 'id'>): SigningRequest {
  const { signed: _signed, ...content } = request
  return { id: canonicalHash(content), ...request }
}
