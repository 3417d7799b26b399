import type { Address } from '../../types/hex.js'
import { formatMetis } from '../amount.js'
import { type Precheck, precheck } from '../precheck.js'
import type { StakingState } from '../types.js'

/** Rewards that leave over the bridge, and what the person wants to pay for it. */
interface Crossing {
  /** wei of METIS */
  reward: bigint
  /** wei of ETH, in place of what the bridge asks for */
  bridgeFee?: bigint
}

type Priced = Pick<StakingState, 'bridge'>

/** wei of ETH that the bridge asks for; null where it does not tell. */
function askedFee({ bridge }: Priced): bigint | null {
  return bridge === null ? null : bridge.minL2Gas * bridge.discount
}

/** ETH in wei to send along; none where nothing is bridged, for it would stay in the contract. */
export function feeToSend(state: Priced, { reward, bridgeFee }: Crossing): bigint {
  return reward > 0n ? (bridgeFee ?? askedFee(state) ?? 0n) : 0n
}

/** The fee is known and enough (L1StandardBridge: "insufficient fee supplied"). */
export function feeKnown(state: StakingState, { reward, bridgeFee }: Crossing): Precheck[] {
  if (reward === 0n) return []
  const asked = askedFee(state)
  const [shown, given] = [formatMetis(asked ?? 0n), formatMetis(bridgeFee ?? 0n)]
  return [
    precheck(
      'BRIDGE_FEE_UNKNOWN',
      'the fee of the bridge is known',
      asked !== null || bridgeFee !== undefined,
      `The bridge does not tell what it wants for sending ${formatMetis(reward)} METIS of rewards to L2.`,
      'Name the fee in ETH with --bridge-fee; all of it goes to the bridge.',
    ),
    precheck(
      'BRIDGE_FEE_TOO_LOW',
      'the fee is what the bridge wants',
      asked === null || bridgeFee === undefined || bridgeFee >= asked,
      `The bridge wants ${shown} ETH, and --bridge-fee is ${given} ETH.`,
      'Leave --bridge-fee out: the right fee is taken by itself.',
    ),
  ]
}

export function crossingNotes(state: StakingState, { reward, bridgeFee }: Crossing, recipient: Address): string[] {
  if (reward === 0n) return []
  const asked = askedFee(state)
  const notes = [`${formatMetis(reward)} METIS of rewards go over the bridge to ${recipient} on L2.`]
  if (asked === null || bridgeFee === undefined || bridgeFee <= asked) return notes
  return [...notes, `The bridge wants ${formatMetis(asked)} ETH only; nothing of what is above that comes back.`]
}
