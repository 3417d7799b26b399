import { Exit, MetisSeqError } from '../../core/errors/index.js'
import type { Address } from '../../core/types/hex.js'
import { assertReady, type LedgerDevice, withLedger } from './device.js'
import { pathsOf, type SchemePath, SEARCHED } from './path.js'
import type { LedgerOptions } from './session.js'

/** An account of the device. */
export interface LedgerAccount {
  readonly path: string
  readonly address: Address
}

export type ListedAccount = SchemePath & LedgerAccount

/** Which of some accounts are meant. */
export type Choice = (addresses: readonly Address[]) => Promise<readonly Address[]>

/** The first `count` accounts of both schemes. @throws MetisSeqError as `withLedger` and `assertReady` */
export function listAccounts(options: LedgerOptions, count = SEARCHED): Promise<ListedAccount[]> {
  return onApp(options, async (device) => {
    const accounts: ListedAccount[] = []
    for (const each of pathsOf(count)) accounts.push({ ...each, address: await device.address(each.path) })
    return accounts
  })
}

/** The account at a path. @throws MetisSeqError as `withLedger` and `assertReady` */
export function accountAt(options: LedgerOptions, path: string): Promise<LedgerAccount> {
  return onApp(options, async (device) => ({ path, address: await device.address(path) }))
}

/** The account with that address. @throws MetisSeqError `LEDGER_ACCOUNT_NOT_FOUND` (exit 5), and as `listAccounts` */
export function accountOf(options: LedgerOptions, address: Address): Promise<LedgerAccount> {
  return onApp(options, async (device) => {
    for (const { path } of pathsOf(SEARCHED)) {
      if ((await device.address(path)) === address) return { path, address }
    }
    throw notFound(
      `The Ledger does not hold ${address} among ${WHERE}.`,
      "Connect the right Ledger, or name the path: ledger:m/44'/60'/0'/0/0.",
    )
  })
}

/**
 * The one account that `choose` picks; `wanted` says in words which that is.
 * @throws MetisSeqError `LEDGER_ACCOUNT_NOT_FOUND`, `LEDGER_ACCOUNT_AMBIGUOUS` (exit 5), and as `listAccounts`
 */
export async function chosenAccount(options: LedgerOptions, choose: Choice, wanted: string): Promise<LedgerAccount> {
  const accounts = await listAccounts(options)
  const chosen = await choose(accounts.map(({ address }) => address))
  const [first, second] = accounts.filter(({ address }) => chosen.includes(address))
  const next = 'Name the account: --from ledger:0xADDRESS. `metis-seq keys ledger list` shows them all.'
  if (first === undefined) throw notFound(`The Ledger holds no account that ${wanted} among ${WHERE}.`, next)
  if (second === undefined) return { path: first.path, address: first.address }
  throw new MetisSeqError(
    'LEDGER_ACCOUNT_AMBIGUOUS',
    `The Ledger holds more than one account that ${wanted}: ${first.address}, ${second.address}.`,
    { exit: Exit.signer, next, details: { accounts: chosen } },
  )
}

const WHERE = `its first ${SEARCHED} accounts of both schemes`

function onApp<T>(options: LedgerOptions, work: (device: LedgerDevice) => Promise<T>): Promise<T> {
  return withLedger(options, async (device) => {
    await assertReady(device, { blind: false })
    return work(device)
  })
}

function notFound(message: string, next: string): MetisSeqError {
  return new MetisSeqError('LEDGER_ACCOUNT_NOT_FOUND', message, { exit: Exit.signer, next })
}
