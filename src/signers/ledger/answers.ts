import { Exit, MetisSeqError, messageOf } from '../../core/errors/index.js'
import { ledgerError } from './state.js'

/** Status words of the firmware and of the Ethereum app (ISO 7816-4, BOLOS, app-ethereum's APDU document). */
const LOCKED = [0x5515, 0x6804, 0x6b0c]
const CLOSED = [0x6511, 0x6d00, 0x6d02, 0x6e00, 0x6e01]
const REJECTED = [0x5501, 0x6985]
/** Of an old firmware that is locked, and of a person who declines. */
const NOT_SATISFIED = 0x6982
const TYPE_UNKNOWN = 0x6501

const DISCONNECTED_NAMES = ['DisconnectedDevice', 'DisconnectedDeviceDuringOperation']
const DISCONNECTED_CODES = ['ECONNRESET', 'EPIPE', 'ERR_STREAM_DESTROYED', 'ETIMEDOUT']

/**
 * What a failed exchange means. `asking`: a person was looking at the screen; `version`: of the app, where known.
 * Errors of ours, and aborts, come back as they are.
 */
export function exchangeError(error: unknown, { asking, version }: { asking: boolean; version: string }): unknown {
  if (error instanceof MetisSeqError || (error instanceof Error && error.name === 'AbortError')) return error
  const { name, code, statusCode } = error as { name?: string; code?: string; statusCode?: number }
  if (name === 'EthAppPleaseEnableContractData') return ledgerError({ state: 'blind-signing-off', version }, error)
  if (DISCONNECTED_NAMES.includes(name ?? '') || DISCONNECTED_CODES.includes(code ?? '')) {
    return ledgerError({ state: 'disconnected' }, error)
  }
  if (statusCode === undefined) return invalidAnswer(messageOf(error))
  if (LOCKED.includes(statusCode) || (statusCode === NOT_SATISFIED && !asking)) return ledgerError({ state: 'locked' })
  if (REJECTED.includes(statusCode) || statusCode === NOT_SATISFIED) return rejected()
  if (CLOSED.includes(statusCode)) return ledgerError({ state: 'app-closed' })
  if (statusCode === TYPE_UNKNOWN) return ledgerError({ state: 'app-old', version })
  return refused(statusCode)
}

/** The error of an answer that is none of the protocol. `reason` ends without a full stop. */
export function invalidAnswer(reason: string): MetisSeqError {
  return new MetisSeqError('LEDGER_ANSWER_INVALID', `The Ledger's answer cannot be used: ${reason.slice(0, 200)}.`, {
    exit: Exit.signer,
    next: 'Close and open the Ethereum app, and run it again; update app and firmware if it comes back.',
  })
}

function rejected(): MetisSeqError {
  return new MetisSeqError('LEDGER_REJECTED', 'It was rejected on the Ledger. This step was not sent.', {
    exit: Exit.signer,
    next: 'If that was not on purpose, run it again and approve; if the screen differed from what was said here, do not.',
  })
}

function refused(status: number): MetisSeqError {
  const shown = `0x${status.toString(16).padStart(4, '0')}`
  return new MetisSeqError('LEDGER_REFUSED', `The Ledger refused with status ${shown}. This step was not sent.`, {
    exit: Exit.signer,
    next: 'Look at its screen; close and open the Ethereum app, update it if it is old, and run it again.',
    details: { status: shown },
  })
}
