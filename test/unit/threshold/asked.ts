import type { L1Fees, SigningRequest } from '../../../src/core/consensus/groupTypes.js'
import { type OwnFacts, whyNotSign } from '../../../src/core/threshold/review.js'
import { content, flight, flying, mined, paying, stateRootsData } from '../consensus/batches.js'
import { groupKey, keyOf, locked, Network } from '../consensus/network.js'
import { replaced } from '../consensus/replaced.js'

const FEES: L1Fees = { maxFeePerGas: 10n ** 9n, maxPriorityFeePerGas: 1n, maxFeePerBlobGas: 10n ** 9n }

/** What a member is asked to sign, and what it knows. */
export interface Asked {
  request: SigningRequest
  fees: L1Fees | null
  facts: OwnFacts
}

/** Why it does not sign; undefined where it does. */
export const whyNot = ({ request, fees, facts }: Asked) => whyNotSign(request, fees, facts)

/** As a member is asked whose chains are where the record is. */
export function asked(network: Network, request: SigningRequest): Asked {
  const { genesis, state } = network
  const l1 = request.chain === 'l1'
  const nonce = l1 ? state.l1.nonce : state.contract.nonce
  const data = request.data ?? stateRootsData
  return {
    request,
    fees: l1 ? FEES : null,
    facts: { genesis, state, data, holdsBlobs: request.blobs.length > 0, nonce },
  }
}

export const now = (network: Network, i = 0) => asked(network, network.request(network.state.term.opening[i]))
export const ahead = (network: Network) => asked(network, network.request(network.state.next?.opening[0]))
export const begun = (change: (network: Network) => void) => {
  const network = new Network()
  change(network)
  return network
}
/** A fifth joins, and the key is another from the next term on. */
export function withNewKey(): Network {
  const network = begun((each) => each.l1(12, [locked(12, 5, keyOf(4))]))
  network.each([...network.members, keyOf(4).address], network.shared({ publicKey: groupKey('group 2', 5) }))
  network.finishTerm()
  return network
}
export function afterSteps(steps: number): Network {
  const network = flight()
  for (let i = 0; i < steps; i++) mined(network)
  return network
}
const otherLength = () => begun((each) => Object.assign(each.state.contract, { epochLength: 5 }))

/** Requests that consensus makes, in each of the places where it makes one. */
export const genuine: [string, () => Asked][] = [
  ['the opening of a term', () => now(begun((each) => each.finishTerm()))],
  ['the opening after the genesis term', () => ahead(new Network())],
  ['the opening after a term whose own is not final', () => ahead(begun((each) => each.finishTerm()))],
  [
    'the opening after a term whose own is final',
    () => {
      const network = begun((each) => each.finishTerm())
      network.checkpoint(9)
      return ahead(network)
    },
  ],
  ['the opening of a replacement', () => now(begun((each) => each.quorum(each.stall())))],
  [
    'the opening of a replacement after some blocks',
    () => {
      const network = begun((each) => each.finishTerm())
      network.checkpoint(9)
      network.quorum(network.stall())
      return now(network)
    },
  ],
  [
    'the length of an epoch',
    () => {
      const network = otherLength()
      network.quorum(network.stall())
      return now(network, 1)
    },
  ],
  ['the opening that is followed by a new address', () => now(withNewKey())],
  ['the new address of the group', () => now(withNewKey(), 1)],
  ['what a new key gets', () => now(withNewKey(), 2)],
  ['the contract of a new key', () => now(withNewKey(), 3)],
  ['the opening after that of a new key', () => ahead(withNewKey())],
  ...[0, 1, 2, 6, 7].map((step): [string, () => Asked] => [`step ${step} of a handover`, () => handingOver(step)]),
  ['the first blobs', () => inFlight(0)],
  ['the second blobs', () => inFlight(1)],
  ['the inbox', () => inFlight(2)],
  ['the state roots', () => inFlight(3)],
  [
    'the rewards',
    () => {
      const network = paying(2)
      for (let i = 0; i < 3; i++) network.finishTerm()
      network.quorum(content(network))
      while (network.state.batch.flight !== null) mined(network)
      return asked(network, flying(network))
    },
  ],
]

/** The former key is at this step of what it hands over. */
function handingOver(step: number): Asked {
  const network = replaced()
  for (let i = 0; i < step; i++) mined(network)
  return asked(network, flying(network))
}

export function inFlight(steps: number): Asked {
  const network = afterSteps(steps)
  return asked(network, flying(network))
}
