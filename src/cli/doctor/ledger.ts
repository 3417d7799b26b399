import { type LedgerChoice, ledgerOptions } from '../ledger.js'
import { type Check, type Finding, ok, warning } from './check.js'

/** What a machine without a Ledger shows: nothing is wrong with it. */
const NONE: readonly string[] = ['USB support', 'device']

/** The Ledger, where one is connected; what keeps it from signing is a warning, for most commands need none. */
export function ledgerChecks(choice: LedgerChoice): Check[] {
  return [{ name: 'ledger', look: () => look(choice) }]
}

async function look(choice: LedgerChoice): Promise<Finding> {
  const { ledgerDoctor } = await import('../../signers/ledger/index.js')
  const options = await ledgerOptions(choice)
  const checks = await ledgerDoctor(options)
  const wrong = checks.find((check) => !check.ok)
  if (wrong === undefined) return ok(`ready: ${checks.map(({ name, found }) => `${name} ${found}`).join(', ')}`)
  if (options.endpoint.kind === 'usb' && NONE.includes(wrong.name)) return ok(`none is used: ${wrong.found}`)
  return warning(wrong.found, wrong.mend ?? '')
}
