import { BaseCommand } from '../../../cli/command.js'
import { ledgerFlags, ledgerOptions } from '../../../cli/ledger.js'
import { Exit } from '../../../core/errors/index.js'
import type { LedgerCheck } from '../../../signers/ledger/index.js'

/** Looks at the device. */
export default class KeysLedgerDoctor extends BaseCommand {
  static override summary =
    'Check the Ledger, its app and its settings, and say how to mend each; exit 10 when something is wrong.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --ledger speculos://127.0.0.1:9999',
  ]
  static override flags = { ...ledgerFlags }

  async run(): Promise<{ ok: boolean; checks: readonly LedgerCheck[] }> {
    const { flags } = await this.parse(KeysLedgerDoctor)
    const { ledgerDoctor } = await import('../../../signers/ledger/index.js')
    const checks = await ledgerDoctor(await ledgerOptions(flags))
    for (const { name, ok, found, mend } of checks) {
      this.print(`${ok ? '✔' : '✖'} ${name}: ${found}${mend === null ? '' : `\n    ${mend}`}`)
    }
    const ok = checks.every((check) => check.ok)
    if (!ok) process.exitCode = Exit.checkFailed
    return { ok, checks }
  }
}
