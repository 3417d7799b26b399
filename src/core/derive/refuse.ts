import { Exit, MetisSeqError } from '../errors/index.js'

/** Why what stands on L1 is not this network's chain: nothing is skipped, derivation ends here. */
export function refuseDerivation(reason: string, details: Readonly<Record<string, unknown>> = {}): MetisSeqError {
  return new MetisSeqError('DERIVE_REFUSED', `What L1 holds is not this network's chain: ${reason}.`, {
    exit: Exit.checkFailed,
    severity: 'refused',
    next: 'Compare the named data with what the members of that term signed; the group co-signed this batch.',
    details: { reason, ...details },
  })
}
