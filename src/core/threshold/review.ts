import { encodeInbox } from '../batching/inbox.js'
import { largest } from '../bigint.js'
import { bytesToHex, hexToBytes, keccak256 } from '../codec/index.js'
import type { L1Fees, SigningRequest } from '../consensus/groupTypes.js'
import { handoverCall } from '../consensus/handover.js'
import { keyOnL1 } from '../consensus/keys.js'
import { L1_FEE_CAP, L1_GAS } from '../consensus/onL1.js'
import { commitEpoch, followingCalls, recommitEpoch } from '../consensus/opening.js'
import { rewardsCall } from '../consensus/rewards.js'
import type { ConsensusState } from '../consensus/types.js'
import type { Genesis } from '../genesis/types.js'
import type { Address, Hex } from '../types/hex.js'

/** What a member knows by itself of what it is asked to sign. */
export interface OwnFacts {
  genesis: Genesis
  state: ConsensusState
  /** Calldata, where only its hash is agreed made from the member's own blocks. */
  data: Hex
  /** Whether it has unpacked these blobs and found its own final blocks in them (rule B4). */
  holdsBlobs: boolean
  /** The key's next nonce on the request's chain, as the member's own view has it; undefined where that does not answer. */
  nonce: number | undefined
}

/**
 * Why a member does not sign: every field of the transaction is compared with what follows from the member's own data, whatever
 * asked for it (rules G3, B1 to B3, E1, E2). Undefined where nothing speaks against it.
 */
export function whyNotSign(request: SigningRequest, fees: L1Fees | null, facts: OwnFacts): string | undefined {
  const { genesis, data, nonce } = facts
  const wanted = request.chain === 'l1' ? wantedOnL1(request, facts) : wantedOnL2(request, facts)
  if (wanted === undefined) return `nothing of this kind (${request.kind}) is due`
  const caps = request.chain === 'l1' ? L1_FEE_CAP : BigInt(genesis.group.l2FeeCap)
  const highest = largest(request.maxFeePerGas, ...Object.values(fees ?? {}))
  const faults: [boolean, string][] = [
    [request.to !== wanted.to, `its destination is ${request.to}, not ${wanted.to}`],
    [keccak256(hexToBytes(data)) !== request.dataHash, 'its data has another hash'],
    [data !== wanted.data, `its data is not ${request.kind} of what this member knows`],
    [request.chainId !== genesis[request.chain].chainId, `its chain id is ${request.chainId}`],
    [(request.value ?? 0n) !== (wanted.value ?? 0n), `its value is ${request.value ?? 0n} wei`],
    [request.key !== wanted.key, `it asks for the key ${request.key}, not ${wanted.key}`],
    [request.nonce !== wanted.nonce, `its nonce is ${request.nonce}, not ${wanted.nonce}`],
    [nonce !== undefined && nonce > request.nonce, `nonce ${request.nonce} is used, the next one is ${nonce}`],
    [request.blobs.join() !== wanted.blobs.join(), 'its blobs are not those of the batch'],
    [request.blobs.length > 0 && !facts.holdsBlobs, 'its blobs were not compared here with final blocks'],
    [request.gasLimit !== wanted.gasLimit, `its gas limit is ${request.gasLimit}, not ${wanted.gasLimit}`],
    [request.chain === 'l1' && fees === null, 'its fees are not agreed'],
    [highest > caps, `its fees are above the cap of ${caps} wei`],
  ]
  return faults.find(([isThere]) => isThere)?.[1]
}

interface Wanted {
  to: Address
  key: Address
  nonce: number
  data: Hex
  blobs: readonly Hex[]
  gasLimit: number
  value?: bigint
}

/** The step of the batch in flight (rules B2, B3), or the payment of rewards (rule B8). */
function wantedOnL1({ kind }: SigningRequest, { genesis, state, data }: OwnFacts): Wanted | undefined {
  const { inbox, stateCommitmentChain } = genesis.l1
  const common = { key: keyOnL1(state), nonce: state.l1.nonce, blobs: [] }
  const { flight } = state.batch
  if (kind === 'handover') {
    const due = flight === null ? handoverCall(state, genesis) : undefined
    return due && { ...common, ...due }
  }
  if (flight === null) {
    const { content } = state.rewards?.flight ?? {}
    if (kind !== 'rewards' || content === undefined) return undefined
    return { ...common, ...rewardsCall(genesis, content) }
  }
  const { content, step, blobTransactions } = flight
  const blobs = content.blobs[step]
  if (kind === 'blobs') return blobs && { ...common, to: inbox, data: '0x', blobs, gasLimit: L1_GAS.blobs }
  if (kind === 'inbox' && step === content.blobs.length) {
    const [batchIndex, firstBlock] = [BigInt(content.index), BigInt(content.first)]
    const blockCount = content.last - content.first + 1
    const header = encodeInbox({ da: 'blob', batchIndex, firstBlock, blockCount, transactionHashes: blobTransactions })
    return { ...common, to: inbox, data: bytesToHex(header), gasLimit: L1_GAS.inbox }
  }
  const isDue = kind === 'stateRoots' && step > content.blobs.length
  // Made of this member's own blocks: that they are the decided ones is what their hash says.
  const isDecided = keccak256(hexToBytes(data)) === content.stateRoots
  const gasLimit = L1_GAS.stateRoots(content.last - content.first + 1)
  return isDue ? { ...common, to: stateCommitmentChain, data: isDecided ? data : '0x', gasLimit } : undefined
}

/** The opening of the current term, or of the one that follows at its normal boundary (rules E1, E2). */
function wantedOnL2({ id, kind, subject }: SigningRequest, { genesis, state }: OwnFacts): Wanted | undefined {
  const { contract, group, next, term } = state
  const isNow = subject === term.term
  const opening = isNow ? term.opening : (next?.opening ?? [])
  const place = opening.indexOf(id)
  const sequencer = isNow ? term.sequencer : next?.sequencer
  if (place < 0 || sequencer === undefined || subject > term.term + 1) return undefined
  const entered = term.kind === 'genesis' || term.checkpointAt !== null
  if (isNow && entered) return undefined // its opening is final
  // What follows the term's opening comes after it, and with the address that it tells the contract.
  const isAfter = !isNow && !entered
  const changes = (what: SigningRequest['kind']) =>
    isAfter && term.opening.some((each) => state.requests[each]?.kind === what)
  const key = changes('updateMpcAddress') ? group.address : contract.mpc
  const epochLength = changes('updateEpochLength') ? genesis.consensus.epochLength : contract.epochLength
  // A new key has sent nothing before.
  const after = changes('updateMpcAddress') ? 0 : contract.nonce + term.opening.length
  const nonce = place + (isAfter ? after : contract.nonce)
  const start = (isNow ? term.parentNumber : term.endBlock) + 1
  const end = isNow ? term.endBlock : term.endBlock + genesis.consensus.epochLength
  const epoch = { epoch: isNow ? term.epoch : term.epoch + 1, start, end, sequencer }
  const isCommit = (!isNow || term.kind === 'boundary') && end - start + 1 === epochLength
  const first = isCommit ? commitEpoch(epoch, genesis) : recommitEpoch(epoch.epoch - 1, epoch, genesis)
  const wanted = [first, ...followingCalls({ mpc: key, epochLength }, group.address, genesis)][place]
  return wanted?.kind === kind ? { ...wanted, key, nonce, blobs: [] } : undefined
}
