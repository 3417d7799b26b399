import type { L1Event } from '../../../src/core/consensus/types.js'
import type { Genesis } from '../../../src/core/genesis/types.js'
import type { Address } from '../../../src/core/types/hex.js'
import { groupKey, hashOf, keyOf, locked, Network } from './network.js'

const addressOf = (name: string): Address => `0x${hashOf(name).slice(26)}`
export const owned = {
  addressManager: addressOf('addressManager'),
  inboxSenderManager: addressOf('inboxSenderManager'),
  others: [addressOf('lockingInfo'), addressOf('bridge')],
}
export const ownsContracts = ({ l1, group }: Genesis) => {
  Object.assign(l1, { owned })
  Object.assign(group, { rewardEpochs: 2 })
}
export const exits = (block: number, ...ids: number[]) =>
  ids.map((id): L1Event => ({ type: 'exit', block, id, deactivationBatch: 1 }))
export const newKey = keyOf('group 2').address
export const oldKey = keyOf('group').address

/** Four founders, four that joined; three founders leave, so that the others are to make a key of their own. */
export function replacing(change: (genesis: Genesis) => void = ownsContracts): Network {
  const network = new Network({ change })
  network.l1(
    12,
    [4, 5, 6, 7].map((i) => locked(12, i + 1, keyOf(i))),
  )
  network.each([...network.members, ...[4, 5, 6, 7].map((i) => keyOf(i).address)], network.shared())
  network.finishTerm()
  network.l1(13, exits(13, 1, 2, 3))
  return network
}

/** And it is in force. */
export function replaced(network = replacing()): Network {
  const all = [...network.members]
  network.each(all, network.shared({ publicKey: groupKey('group 2', 5) }))
  network.finishTerm()
  return network
}
