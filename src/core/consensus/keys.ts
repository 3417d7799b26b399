import type { Address } from '../types/hex.js'
import type { FormerKey } from './groupTypes.js'
import { memberOf } from './power.js'
import type { ConsensusState } from './types.js'

type Held = Pick<ConsensusState, 'committee' | 'group'>

/** Who has shares of a key of the group, and how it is shared; undefined for a key that signs nothing any more. */
export function holdersOf({ committee, group }: Held, key: Address): Omit<FormerKey, 'handover'> | undefined {
  if (key === group.address) return { ...group, committee }
  return group.former?.address === key ? group.former : undefined
}

/** Whether it has a share of the key that hands over. */
export function holdsFormer({ group }: Pick<ConsensusState, 'group'>, address: Address): boolean {
  return group.former !== undefined && memberOf(group.former.committee, address) !== undefined
}

/** Whose transactions L1 takes for the group's: the former key's until it has handed over all that it owns there (rule B7). */
export function keyOnL1({ group }: Pick<ConsensusState, 'group'>): Address {
  return group.former === undefined || group.former.handover === null ? group.address : group.former.address
}

/** Addresses whose transactions on L2 are openings and nothing else (rule E2). */
export function groupAddresses({ contract, group }: Pick<ConsensusState, 'contract' | 'group'>): Set<Address> {
  return new Set([contract.mpc, group.address, ...(group.former === undefined ? [] : [group.former.address])])
}
