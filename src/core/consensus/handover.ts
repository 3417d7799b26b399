import { proposerName } from '../chain/stateRoots.js'
import { abiSelector, abiText, abiWord, bytesToHex, concatAll } from '../codec/index.js'
import type { Genesis } from '../genesis/types.js'
import type { Address, Hex } from '../types/hex.js'
import { type CallOnL1, L1_GAS, l1Request } from './onL1.js'
import { call } from './opening.js'
import { requestSignature } from './signing.js'
import type { ConsensusState, Draft } from './types.js'

/** Kinds of inbox senders that `InboxSenderManager` knows: of headers and of blobs. */
const INBOX_SENDERS = [0, 1]
const OWN = 'transferOwnership(address)'

/**
 * What the former key does on L1 so that all that it may do there is the new one's (rule B7), in this order: the proposer of state
 * roots, the sender of batches from block `inboxFrom` on, every contract that it owns, and at last LockingPool and what that pays.
 */
export function handoverCalls({ l1, l2 }: Genesis, to: Address, inboxFrom: number): { to: Address; data: Hex }[] {
  if (l1.owned === undefined) return []
  const { addressManager, inboxSenderManager, others } = l1.owned
  const own = (contract: Address) => ({ to: contract, data: call(OWN, [to]) })
  return [
    { to: addressManager, data: proposerCall(l2.chainId, to) },
    { to: inboxSenderManager, data: inboxCall(inboxFrom, to) },
    ...[addressManager, inboxSenderManager, ...others].map(own),
    { to: l1.lockingPool, data: call('updateMpc(address)', [to]) },
    own(l1.lockingPool),
  ]
}

/** `setAddress(string,address)` of the name under which StateCommitmentChain looks for the proposer. */
function proposerCall(chainId: number, to: Address): Hex {
  const words = [abiWord(64), abiWord(to), abiText(proposerName(chainId))]
  return bytesToHex(concatAll([abiSelector('setAddress(string,address)'), ...words]))
}

function inboxCall(from: number, to: Address): Hex {
  const senders = INBOX_SENDERS.flatMap((kind) => [abiWord(kind), abiWord(to)])
  const words = [from, 64, INBOX_SENDERS.length].map(abiWord)
  return bytesToHex(concatAll([abiSelector('setInboxSenders(uint256,(uint8,address)[])'), ...words, ...senders]))
}

/** The new key, in the calldata of the last step of a handover; undefined for any other call of LockingPool. */
export function newKeyIn(data: Hex): Address | undefined {
  const isLast = data.startsWith(bytesToHex(abiSelector(OWN))) && data.length === 2 + 2 * 36
  return isLast ? `0x${data.slice(-40)}` : undefined
}

/** The call that is due; undefined where nothing is to be handed over. */
export function handoverCall(state: ConsensusState, genesis: Genesis): CallOnL1 | undefined {
  const { address, former } = state.group
  if (former === undefined || former.handover === null) return undefined
  const { inboxFrom, step } = former.handover
  const due = handoverCalls(genesis, address, inboxFrom)[step]
  return due && { ...due, gasLimit: L1_GAS.handover }
}

/** Asks the former key for the step that is due; nothing else of the group is on its way to L1 then (rule B2). `block`: up to it L1 has all batches of that key. */
export function handOver(draft: Draft, block: number): void {
  const { context, state } = draft
  const handover = state.group.former?.handover
  if (handover == null) return
  if (handover.step === 0) handover.inboxFrom = block + 1
  const due = handoverCall(state, context.genesis)
  if (due === undefined) return
  const request = l1Request(draft, { kind: 'handover', subject: handover.step, ...due })
  handover.request = request.id
  requestSignature(draft, request)
}

/** The step was mined; where L1 refused it, it is asked for again. After the last one L1 listens to the new key, from its first nonce on. */
export function settleHandover(draft: Draft, isDone: boolean, block: number): void {
  const { context, state } = draft
  const { former } = state.group
  if (former == null || former.handover === null) return
  former.handover.request = null
  if (isDone) former.handover.step += 1
  if (handoverCall(state, context.genesis) !== undefined) return handOver(draft, block)
  former.handover = null
  state.l1.nonce = 0
  draft.effects.push({ type: 'keyHandedOver', from: former.address, to: state.group.address })
  forgetFormer(draft)
}

/** The former key is done with when both chains listen to the new one: whoever holds shares of it may destroy them. */
export function forgetFormer({ state }: Draft): void {
  const { former, address } = state.group
  if (former !== undefined && former.handover === null && state.contract.mpc === address) delete state.group.former
}
