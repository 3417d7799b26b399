import { Args } from '@oclif/core'
import { BaseCommand } from '../../../cli/command.js'
import { ledgerFlags, ledgerOptions, renderScreen } from '../../../cli/ledger.js'
import { parseAddress } from '../../../cli/values.js'
import type { LedgerAccount } from '../../../signers/ledger/index.js'

/** Lets a person compare an address with the screen of the device. */
export default class KeysLedgerVerify extends BaseCommand {
  static override summary = 'Show an address on the Ledger and compare it with the one that this machine sees.'
  static override description = 'Refuses (exit 5) when it is rejected on the device.'
  static override examples = [
    `<%= config.bin %> <%= command.id %> "m/44'/60'/0'/0/0"`,
    '<%= config.bin %> <%= command.id %> 0x7777777777777777777777777777777777777777',
  ]
  static override args = {
    account: Args.string({ description: 'Derivation path or address of the account.', required: true }),
  }
  static override flags = { ...ledgerFlags }

  async run(): Promise<LedgerAccount> {
    const { args, flags } = await this.parse(KeysLedgerVerify)
    const { accountAt, accountOf, parsePath, verifyAccount } = await import('../../../signers/ledger/index.js')
    const options = await ledgerOptions(flags)
    const account = args.account.startsWith('0x')
      ? await accountOf(options, parseAddress(args.account, 'ACCOUNT'))
      : await accountAt(options, parsePath(args.account))
    await verifyAccount(account, options, (screen) => this.note(renderScreen(screen, options)))
    this.print(`The Ledger holds ${account.address} at ${account.path}; you approved it on its screen.`)
    return account
  }
}
