import { bytesToHex, type Hex, malformed, rlpBytes, rlpDecode, rlpList } from '../../../../core/codec/index.js'
import { Exit, MetisSeqError } from '../../../../core/errors/index.js'
import { stateIncomplete } from '../store/incomplete.js'

const MAX_REASON = 4096
const MAX_DATA = 1024 * 1024
const fail = malformed('EVM_REPLY_MALFORMED', 'refusal of the execution engine')

/**
 * The error of a reply that refuses, RLP [code, message, data]: `STATE_INCOMPLETE` for what the host does not have, else `EVM_REFUSED`,
 * whose details hold {function, refusal, reason, data} for a caller that knows better.
 */
export function refusalError(name: string, encoded: Uint8Array): MetisSeqError {
  const [code, message, data] = rlpList(rlpDecode(encoded, fail), 3, 'it', fail)
  const refusal = text(rlpBytes(code, 'its code', fail))
  const reason = text(rlpBytes(message, 'its message', fail))
  const facts = bytesToHex(rlpBytes(data, 'its data', fail).subarray(0, MAX_DATA))
  if (refusal === 'STATE_INCOMPLETE') return stateIncomplete(`node or code ${facts}`)
  return refused(name, refusal, reason, facts)
}

export function refused(name: string, refusal: string, reason: string, data: Hex = '0x'): MetisSeqError {
  const input = refusal === 'INPUT'
  return new MetisSeqError('EVM_REFUSED', `The execution engine refuses "${name}" (${refusal}): ${reason}.`, {
    exit: input ? Exit.bug : Exit.data,
    severity: input ? 'refused' : 'critical',
    details: { function: name, refusal, reason, data },
    next: input
      ? 'This is an error of the program: report it with this message.'
      : 'Check that the genesis holds the contracts of systemContracts(); otherwise report this message.',
  })
}

/**
 * A trap is an error of the engine on one input. Its memory is worth nothing any more, so whoever used it goes on with a new instance;
 * the chain is as it was.
 */
export function trapped(name: string, reason: string, cause: unknown): MetisSeqError {
  return new MetisSeqError('EVM_TRAPPED', `The execution engine broke off in "${name}": ${reason}.`, {
    exit: Exit.bug,
    details: { function: name, reason },
    next: 'Report this message with what was executed; the node goes on with a new instance.',
    cause,
  })
}

/** UTF-8, cut off where it is longer than anybody reads. */
export function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, MAX_REASON))
}
