import { Exit, MetisSeqError } from '../../core/errors/index.js'
import { type LedgerEndpoint, placeOf } from './endpoint.js'

/** Oldest Ethereum app that signs type 2 transactions (EIP-1559): its change log, 1.9.0. */
export const OLDEST_APP = '1.9.0'

/** What the Ledger is doing, as far as it tells. */
export type LedgerState =
  | { readonly state: 'ready'; readonly version: string }
  | { readonly state: 'blind-signing-off'; readonly version: string }
  | { readonly state: 'app-old'; readonly version: string }
  | { readonly state: 'wrong-app'; readonly app: string }
  | { readonly state: 'app-closed' | 'locked' | 'disconnected' }
  | { readonly state: 'absent' | 'no-access'; readonly endpoint: LedgerEndpoint }
  /** The machine cannot talk to USB devices. */
  | { readonly state: 'unsupported'; readonly reason: string }
  /** It did not answer in time. */
  | { readonly state: 'silent'; readonly seconds: number }

/** A state in which nothing can be signed. */
export type LedgerTrouble = Exclude<LedgerState, { state: 'ready' }>

interface Words {
  readonly code: string
  readonly message: string
  readonly next: string
}

const OPEN_APP = 'Open the Ethereum app on the Ledger, wait for "Application is ready", and run it again.'

function wordsOf(trouble: LedgerTrouble): Words {
  switch (trouble.state) {
    case 'absent':
      return absent(trouble.endpoint)
    case 'no-access':
      return {
        code: 'LEDGER_NO_ACCESS',
        message: 'There is a Ledger, but it cannot be opened.',
        next: 'Close Ledger Live and other wallets; on Linux install the udev rules of Ledger and plug it in again.',
      }
    case 'unsupported':
      return {
        code: 'LEDGER_UNSUPPORTED',
        message: `This machine cannot talk to USB devices: ${trouble.reason}.`,
        next: 'On Linux install libusb-1.0-0 (apt) or libusb1 (dnf); where node-hid is missing, install metis-seq with optional packages.',
      }
    case 'locked':
      return {
        code: 'LEDGER_LOCKED',
        message: 'The Ledger is locked.',
        next: 'Enter the PIN on the Ledger, open the Ethereum app, and run it again.',
      }
    case 'app-closed':
      return { code: 'LEDGER_APP_CLOSED', message: 'No app is open on the Ledger.', next: OPEN_APP }
    case 'wrong-app':
      return {
        code: 'LEDGER_WRONG_APP',
        message: `The app "${trouble.app}" is open on the Ledger, not Ethereum.`,
        next: `Leave that app. ${OPEN_APP}`,
      }
    case 'app-old':
      return {
        code: 'LEDGER_APP_OLD',
        message: `The Ethereum app ${trouble.version} cannot sign EIP-1559 transactions; that takes ${OLDEST_APP}.`,
        next: 'Update the Ethereum app with Ledger Live (My Ledger), and the firmware first where it asks for it.',
      }
    case 'blind-signing-off':
      return {
        code: 'LEDGER_BLIND_SIGNING_OFF',
        message: 'The Ethereum app is set to refuse calls of contracts that it cannot read.',
        next: 'In the Ethereum app open Settings, switch Blind signing (once called Contract data) on, and run it again.',
      }
    case 'disconnected':
      return {
        code: 'LEDGER_DISCONNECTED',
        message: 'The Ledger was disconnected before it answered. No signature was received.',
        next: 'Connect it again, unlock it, open the Ethereum app, and run it again.',
      }
    case 'silent':
      return {
        code: 'LEDGER_TIMEOUT',
        message: `The Ledger did not answer within ${trouble.seconds} s. No signature was received.`,
        next: 'Reject what the Ledger still shows, and run it again; --ledger-timeout gives more time.',
      }
  }
}

function absent(endpoint: LedgerEndpoint): Words {
  const code = 'LEDGER_ABSENT'
  if (endpoint.kind === 'usb') {
    const next = 'Plug it in with a cable that carries data, unlock it, open the Ethereum app, and run it again.'
    return { code, message: 'No Ledger is connected by USB.', next }
  }
  const place = placeOf(endpoint)
  return { code, message: `No Ledger answers at ${place}.`, next: `Start Speculos with --apdu-port ${endpoint.port}.` }
}

/** The error of a state (exit 5); the state is in its details. */
export function ledgerError(trouble: LedgerTrouble, cause?: unknown): MetisSeqError {
  const { code, message, next } = wordsOf(trouble)
  return new MetisSeqError(code, message, { exit: Exit.signer, next, details: { ledger: trouble }, cause })
}

/** The state in an error of `ledgerError`; undefined for any other. */
export function troubleOf(error: unknown): LedgerTrouble | undefined {
  return error instanceof MetisSeqError ? (error.details.ledger as LedgerTrouble | undefined) : undefined
}

/** Whether a version like `1.12.1` or `1.12.1-dev` is `least` or later; one that cannot be read is not. */
export function isAtLeast(version: string, least: string): boolean {
  const [a, b] = [numbersOf(version), numbersOf(least)]
  if (a === undefined || b === undefined) return false
  const i = a.findIndex((each, place) => each !== b[place])
  return i === -1 || (a[i] ?? 0) > (b[i] ?? 0)
}

function numbersOf(version: string): number[] | undefined {
  return /^(\d{1,5})\.(\d{1,5})\.(\d{1,5})(?![\d.])/.exec(version)?.slice(1).map(Number)
}
