import { messageOf } from '../core/errors/index.js'
import { type Turns, turnsOf } from '../core/staking/view/outlook.js'
import type { Address } from '../core/types/hex.js'
import type { KnownSequencer } from '../l1/consensus.js'
import type { OpenNetwork } from './network.js'

/** What the first node that answers knows of sequencers. */
export interface Consensus {
  known: KnownSequencer[]
  turnsOf(signer: Address): Turns
}

/** Undefined where no node is known or none answers; `note` hears why. An L1 can be shown while its nodes are down. */
export async function askConsensus(
  { devnet }: OpenNetwork,
  note: (text: string) => void,
): Promise<Consensus | undefined> {
  if (devnet === undefined) return undefined
  const { readKnownSequencers } = await import('../l1/index.js')
  const { readRotation } = await import('../devnet/rotation.js')
  let problem = 'there is no node'
  for (const { rest } of devnet.nodes) {
    try {
      const [known, { history }] = await Promise.all([readKnownSequencers(rest), readRotation(rest)])
      return { known, turnsOf: (signer) => turnsOf(history, signer) }
    } catch (error) {
      problem = messageOf(error)
    }
  }
  note(`What consensus knows is not shown: ${problem}`)
  return undefined
}
