import { bytesToHex, hexToBytes, keccak256 } from '../../../src/core/codec/index.js'
import { requestOnL1 } from '../../../src/core/consensus/batch.js'
import { contentHash } from '../../../src/core/consensus/digest.js'
import type { SigningRequest } from '../../../src/core/consensus/groupTypes.js'
import type { BatchContent, Effect, L1Event } from '../../../src/core/consensus/types.js'
import type { Hash, Hex } from '../../../src/core/types/hex.js'
import { hashOf, Network } from './network.js'

export const blob = (name: string): Hash => `0x01${hashOf(name).slice(4)}`
/** Calldata of a batch's state roots. */
export const stateRootsData: Hex = bytesToHex(new Uint8Array(100).fill(7))

/** A network whose first term is closed, so that its blocks can be batched. */
export function closed(): Network {
  const network = new Network()
  network.finishTerm()
  return network
}

/** The batch of all closed terms. */
export function content({ state }: Network, change: Partial<BatchContent> = {}): BatchContent {
  const end = state.terms.at(-1)
  return {
    kind: 'batch',
    index: state.batch.nextIndex,
    attempt: 0,
    first: state.batch.nextBlock,
    last: end?.last ?? 0,
    lastHash: end?.lastHash ?? '0x',
    blobs: [[blob('a'), blob('b')], [blob('c')]],
    stateRoots: keccak256(hexToBytes(stateRootsData)),
    ...change,
  }
}

/** A network with a batch on its way. */
export function flight(): Network {
  const network = closed()
  network.quorum(content(network))
  return network
}

/** A network that pays its sequencers every so many epochs. */
export const paying = (rewardEpochs: number): Network =>
  new Network({ change: ({ group }) => Object.assign(group, { rewardEpochs }) })

/** The transaction that is on its way. */
export const flying = ({ state }: Network): SigningRequest => {
  const request = requestOnL1(state)
  if (request === undefined) throw new Error('nothing is on its way to L1')
  return request
}

/** The transaction of the flight's step was mined (as it was asked for, unless changed). */
export function mined(
  network: Network,
  change: Partial<Extract<L1Event, { type: 'groupTransaction' }>> = {},
): Effect[] {
  const request = flying(network)
  const block = network.state.l1.applied.number + 1
  const common = { type: 'groupTransaction', block, nonce: request.nonce, success: true } as const
  const event = { ...common, hash: hashOf(`tx ${request.nonce}`), content: contentHash(request), ...change }
  return network.l1(block, [event])
}
