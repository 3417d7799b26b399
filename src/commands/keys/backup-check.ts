import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { askPassword, keystoreFlags, passwordFlags } from '../../cli/signing.js'
import { Exit } from '../../core/errors/index.js'
import type { Address } from '../../core/types/hex.js'
import { findKey, readKey, unlockKey } from '../../signers/index.js'

/** Opens a backup. */
export default class KeysBackupCheck extends BaseCommand {
  static override summary =
    'Open a backup with its password and compare it with the key; exit 10 when it is another key.'
  static override examples = ['<%= config.bin %> <%= command.id %> owner --file /media/backup/owner.json']
  static override args = { key: Args.string({ description: 'Name or address of the key.', required: true }) }
  static override flags = {
    file: Flags.string({ description: 'The backup.', required: true, helpValue: 'FILE' }),
    ...keystoreFlags,
    ...passwordFlags,
  }

  async run(): Promise<{ address: Address; backup: Address; same: boolean }> {
    const { args, flags } = await this.parse(KeysBackupCheck)
    const { address } = await findKey(flags.keystore, args.key)
    const opened = await unlockKey(await readKey(flags.file), await askPassword(flags['password-file'], flags.file))
    const same = opened.address === address
    this.print(
      same ? `${flags.file} opens and holds ${address}.` : `${flags.file} holds ${opened.address}, not ${address}.`,
    )
    if (!same) process.exitCode = Exit.checkFailed
    return { address, backup: opened.address, same }
  }
}
