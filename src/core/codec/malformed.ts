import { Exit, MetisSeqError } from '../errors/index.js'

/** Makes the error of a decoder out of the reason why the bytes are refused. */
export type Malformed = (reason: string) => MetisSeqError

/** Errors with stable word `code` about `what` ("span batch"), for decoders of bytes that others wrote. */
export function malformed(code: string, what: string): Malformed {
  return (reason) => new MetisSeqError(code, `The ${what} is malformed: ${reason}.`, { exit: Exit.checkFailed })
}
