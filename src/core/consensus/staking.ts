import type { Address, Hex } from '../types/hex.js'
import type { Member } from './committeeTypes.js'
import { addressOfPublicKey, isPublicKey } from './crypto.js'
import { uncappedPower } from './power.js'
import type { ConsensusState, Draft, L1Event, Sequencer } from './types.js'

/** wei; far above all METIS there is, and so low that every sum of stakes and powers is exact. */
export const MAX_STAKE = 1n << 100n

interface Registration {
  id: number
  signer: Address
  pubkey: Hex
  amount: bigint
  activationBatch: number
}

/** Why a registration is refused, on whichever path it comes (rule P4). */
export function registrationFault(state: ConsensusState, { id, signer, pubkey, amount }: Registration): string | null {
  if (state.staking.sequencers[id] !== undefined) return `id ${id} is registered already`
  if (uncappedPower(amount) === 0) return `a stake of ${amount} wei has no power`
  if (amount > MAX_STAKE) return `a stake of ${amount} wei is more than there can be`
  return keyFault(state, signer, pubkey)
}

function keyFault(state: ConsensusState, signer: Address, pubkey: Hex): string | null {
  if (!isPublicKey(pubkey)) return `the public key ${pubkey} is not a point of secp256k1`
  if (addressOfPublicKey(pubkey) !== signer) return `the public key is not that of ${signer}`
  const holder = sequencerEverSigning(state, signer)
  return holder === undefined ? null : `signer ${signer} belongs to sequencer ${holder.id}`
}

/** Adds a sequencer, or says why not. */
export function registerSequencer(draft: Draft, registration: Registration): void {
  const { id, signer, pubkey, amount, activationBatch } = registration
  const reason = registrationFault(draft.state, registration)
  if (reason !== null) {
    draft.effects.push({ type: 'registrationRefused', id, reason })
    return
  }
  draft.state.staking.sequencers[id] = {
    id,
    signer,
    former: [],
    pubkey,
    stake: amount,
    activationBatch,
    deactivationBatch: 0,
    jailed: false,
  }
  draft.effects.push({ type: 'sequencerChanged', id, address: signer, change: 'joined' })
}

/** Changes of a sequencer that is registered; what concerns an unknown id was refused before and is left out alike. */
export function changeSequencer(draft: Draft, event: Extract<L1Event, { type: 'stake' | 'signer' | 'exit' }>): void {
  const sequencer = draft.state.staking.sequencers[event.id]
  if (sequencer === undefined) return
  if (event.type === 'stake') sequencer.stake = event.amount < MAX_STAKE ? event.amount : MAX_STAKE
  if (event.type === 'exit') sequencer.deactivationBatch = event.deactivationBatch
  if (event.type === 'signer') {
    const reason = keyFault(draft.state, event.signer, event.pubkey)
    if (reason !== null) {
      // L1 has burnt the old signer; without a usable new one it can't take part any longer.
      sequencer.deactivationBatch = draft.state.staking.batch
      draft.effects.push({ type: 'registrationRefused', id: event.id, reason })
      return
    }
    sequencer.former.push(sequencer.signer)
    sequencer.signer = event.signer
    sequencer.pubkey = event.pubkey
  }
  draft.effects.push({ type: 'sequencerChanged', id: event.id, address: sequencer.signer, change: event.type })
}

/** Whether it takes part at the current reward batch b: start <= b + 1 and end beyond it (as the live network counts). */
export function isActive(state: ConsensusState, sequencer: Sequencer): boolean {
  const at = state.staking.batch + 1
  const { activationBatch: start, deactivationBatch: end, jailed, stake } = sequencer
  return !jailed && start <= at && (end === 0 || end > at) && uncappedPower(stake) > 0
}

/** The registered sequencer with this signer. */
export function sequencerBySigner(state: ConsensusState, signer: Address): Sequencer | undefined {
  return Object.values(state.staking.sequencers).find((sequencer) => sequencer.signer === signer)
}

/** The sequencer that has this signer or had it once: no two ever share one, as L1 never gives a signer out again. */
export function sequencerEverSigning(state: ConsensusState, signer: Address): Sequencer | undefined {
  const all = Object.values(state.staking.sequencers)
  return all.find((sequencer) => sequencer.signer === signer || sequencer.former.includes(signer))
}

/** Whether this address may be drawn now. */
export function isEligible(state: ConsensusState, address: Address): boolean {
  const sequencer = sequencerBySigner(state, address)
  return sequencer !== undefined && isActive(state, sequencer)
}

/** Everybody who should be in the committee, without power. */
export function membersOf(state: ConsensusState): Omit<Member, 'power'>[] {
  return Object.values(state.staking.sequencers)
    .filter((sequencer) => isActive(state, sequencer))
    .map(({ id, signer, pubkey, stake }) => ({ id, address: signer, pubkey, stake }))
}
