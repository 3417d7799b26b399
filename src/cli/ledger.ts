import { Flags } from '@oclif/core'
import { checksumAddress, isHex } from '../core/codec/index.js'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import { formatMetis } from '../core/staking/amount.js'
import type { Choice, LedgerAccount, LedgerOptions, LedgerScreen } from '../signers/ledger/index.js'
import type { Account } from './account.js'
import { interruptSignal } from './interrupt.js'
import { parseAddress } from './values.js'

const DEFAULT_SECONDS = 120
const PREFIX = 'ledger:'

/** Flags of every command that may use a Ledger. */
export const ledgerFlags = {
  ledger: Flags.string({
    description: 'Where the Ledger is: usb, or speculos://HOST:PORT for an emulator.',
    env: 'METIS_SEQ_LEDGER',
    helpValue: 'WHERE',
    default: 'usb',
  }),
  'ledger-timeout': Flags.integer({
    description: 'Seconds that you may look at the screen of the Ledger.',
    default: DEFAULT_SECONDS,
    min: 1,
    max: 3600,
  }),
}

export interface LedgerChoice {
  readonly ledger?: string | undefined
  readonly 'ledger-timeout'?: number | undefined
}

/** How `--from ledger` finds its account: those that the chain knows in a role, and the role in words. */
export interface LedgerSearch {
  readonly choose: Choice
  /** As in "the Ledger holds no account that ...". */
  readonly wanted: string
}

/** The device that the flags choose; Ctrl-C ends what it is asked. @throws MetisSeqError `LEDGER_ENDPOINT_INVALID` (exit 2) */
export async function ledgerOptions(flags: LedgerChoice): Promise<LedgerOptions> {
  const { parseEndpoint } = await import('../signers/ledger/index.js')
  return {
    endpoint: parseEndpoint(flags.ledger ?? process.env.METIS_SEQ_LEDGER ?? 'usb'),
    timeoutSeconds: flags['ledger-timeout'] ?? DEFAULT_SECONDS,
    signal: interruptSignal(),
  }
}

/** Whether `wanted` names an account of a Ledger: `ledger`, `ledger:0xADDRESS`, `ledger:PATH`. */
export function namesLedger(wanted: string): boolean {
  return wanted === 'ledger' || wanted.startsWith(PREFIX)
}

/**
 * The account of a Ledger that `wanted` names. `keyless`: an address will do, and where it is given no device is needed.
 * @throws MetisSeqError `LEDGER_PATH_INVALID`, `VALUE_INVALID`, `LEDGER_ENDPOINT_INVALID` (exit 2),
 * `LEDGER_ACCOUNT_NOT_FOUND`, `LEDGER_ACCOUNT_AMBIGUOUS`, and those of the device's state (exit 5)
 */
export async function findLedgerAccount(
  wanted: string,
  flags: LedgerChoice,
  { search, keyless = false }: { search?: LedgerSearch | undefined; keyless?: boolean } = {},
): Promise<Account> {
  const named = wanted === 'ledger' ? undefined : wanted.slice(PREFIX.length)
  if (keyless && named !== undefined && isHex(named, 20)) {
    return {
      address: parseAddress(named, 'ledger:ADDRESS'),
      open: () => Promise.reject(new Error('nothing is signed')),
    }
  }
  const options = await ledgerOptions(flags)
  const account = await locate(named, options, search)
  const open = async () => {
    const { ledgerSigner } = await import('../signers/ledger/index.js')
    const { describeCall } = await import('../l1/describe.js')
    return ledgerSigner(account, options, (screen) => {
      const call = screen.kind === 'transaction' ? describeCall(screen.data, screen.chainId) : undefined
      process.stderr.write(`${renderScreen(screen, options, call)}\n`)
    })
  }
  return { address: account.address, open }
}

async function locate(
  named: string | undefined,
  options: LedgerOptions,
  search: LedgerSearch | undefined,
): Promise<LedgerAccount> {
  const { accountAt, accountOf, chosenAccount, parsePath } = await import('../signers/ledger/index.js')
  if (named !== undefined) {
    if (named.startsWith('0x')) return accountOf(options, parseAddress(named, 'ledger:ADDRESS'))
    return accountAt(options, parsePath(named))
  }
  if (search !== undefined) return chosenAccount(options, search.choose, search.wanted)
  throw new MetisSeqError('LEDGER_ACCOUNT_NOT_FOUND', 'Which account of the Ledger is meant is not said.', {
    exit: Exit.signer,
    next: 'Name it: ledger:0xADDRESS. `metis-seq keys ledger list` shows them.',
  })
}

/** What a person should see on the device, line by line; `call` in words is what the device cannot show. */
export function renderScreen(screen: LedgerScreen, { timeoutSeconds }: LedgerOptions, call?: string): string {
  const lines = linesOf(screen).map(([name, value]) => `  ${name.padEnd(10)} ${value}`)
  const blind = screen.kind === 'transaction' && screen.blind
  const warning = blind
    ? [`  ! It warns of blind signing first: it cannot show that this is ${call ?? 'a call of a contract'}.`]
    : []
  const head = `Look at the Ledger (${screen.path}) and approve within ${timeoutSeconds} s, but only if it shows:`
  return [head, ...lines, ...warning].join('\n')
}

function linesOf(screen: LedgerScreen): [string, string][] {
  switch (screen.kind) {
    case 'address':
      return [['address', checksumAddress(screen.from)]]
    case 'message':
      return [['message', JSON.stringify(screen.message)]]
    case 'transaction':
      return [
        ['from', checksumAddress(screen.from)],
        ['to', screen.to],
        ['amount', `${formatMetis(screen.amount)} ETH${screen.amount === 0n ? ' (newer apps leave it out)' : ''}`],
        ['max fees', `${formatMetis(screen.maxFees)} ETH`],
        ['chain', screen.chainId === 1n ? 'Ethereum' : String(screen.chainId)],
        ['nonce', `${screen.nonce} (where the app is set to show it)`],
        ...(screen.hash === null ? [] : [['hash', screen.hash] as [string, string]]),
      ]
  }
}
