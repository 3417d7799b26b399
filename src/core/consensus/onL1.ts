import { hexToBytes, keccak256 } from '../codec/index.js'
import type { Address, Hash, Hex } from '../types/hex.js'
import type { SigningRequest } from './groupTypes.js'
import { keyOnL1 } from './keys.js'
import { withId } from './opening.js'
import type { Draft } from './types.js'

/** Gas of the group's transactions on L1: of the state roots by the number of blocks, of rewards by that of who is paid, of a step of a handover. */
export const L1_GAS = {
  blobs: 21_000,
  inbox: 100_000,
  stateRoots: (blocks: number) => 300_000 + 2_000 * blocks,
  handover: 200_000,
  rewards: (paid: number) => 200_000 + 40_000 * paid,
}
/** wei; what a member signs at most for L1 gas (rule B2). */
export const L1_FEE_CAP = 500n * 10n ** 9n

/** A transaction of the group on L1. */
export interface CallOnL1 {
  to: Address
  data: Hex
  gasLimit: number
}

/** What is asked of the group for it: by the key to which L1 listens, with its next nonce (rule B2). */
export function l1Request(
  { context, state }: Draft,
  {
    blobs = [],
    data,
    dataHash = keccak256(hexToBytes(data ?? '0x')),
    ...rest
  }: Pick<SigningRequest, 'kind' | 'subject' | 'to' | 'data' | 'gasLimit'> & { blobs?: Hash[]; dataHash?: Hash },
): SigningRequest {
  return withId({
    ...rest,
    chain: 'l1',
    chainId: context.genesis.l1.chainId,
    key: keyOnL1(state),
    nonce: state.l1.nonce,
    data,
    dataHash,
    blobs,
    maxFeePerGas: L1_FEE_CAP,
    signed: null,
  })
}
