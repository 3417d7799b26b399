import { Exit, MetisSeqError } from '../errors/index.js'
import type { Hash } from '../types/hex.js'

/** Why what stands on L1 is not this network's chain: nothing is skipped, derivation ends here. */
export function refuseDerivation(reason: string, details: Readonly<Record<string, unknown>> = {}): MetisSeqError {
  return new MetisSeqError('DERIVE_REFUSED', `What L1 holds is not this network's chain: ${reason}.`, {
    exit: Exit.checkFailed,
    severity: 'refused',
    next: 'Compare the named data with what the members of that term signed; the group co-signed this batch.',
    details: { reason, ...details },
  })
}

/** A node gives another block than the one that follows from L1. */
export function nodeDiffers(number: number, derived: Hash, node: Hash | undefined): MetisSeqError {
  const theirs = node === undefined ? 'has none' : `says ${node}`
  return new MetisSeqError('DERIVE_DIFFERS', `Block ${number} is ${derived} by L1, and the node ${theirs}.`, {
    exit: Exit.checkFailed,
    severity: 'refused',
    next: 'Check that the node belongs to this network and has caught up; if so, it does not hold the chain that L1 has.',
    details: { block: number, derived, node: node ?? null },
  })
}
