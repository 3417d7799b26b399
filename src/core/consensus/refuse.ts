import { MetisSeqError } from '../errors/index.js'

/** A message that changes nothing, and why. Thrown inside `apply` and returned by it as a value. */
export function refuse(code: string, reason: string): MetisSeqError {
  return new MetisSeqError(code, reason, { severity: 'refused' })
}
