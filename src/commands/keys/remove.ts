import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { askPassword, confirmOnce, keystoreFlags, passwordFlags, yesFlag } from '../../cli/signing.js'
import { Exit, MetisSeqError } from '../../core/errors/index.js'
import type { Address } from '../../core/types/hex.js'
import { findKey } from '../../signers/keystore.js'
import { proveBackup, removeKey } from '../../signers/removal.js'

/** Removes the file of a key. */
export default class KeysRemove extends BaseCommand {
  static override summary = 'Remove a key from the keystore, after a backup of it was opened.'
  static override description =
    `Without the key nobody can sign for its address again: no transaction of its ETH and METIS, and, where it owns a sequencer, none
for the stake and the rewards. The file is unlinked, not overwritten: what was on the disk may stay readable there.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> owner --backup /media/backup/owner.json',
    '<%= config.bin %> <%= command.id %> old-test-key --without-backup --yes',
  ]
  static override args = { key: Args.string({ description: 'Name or address of the key.', required: true }) }
  static override flags = {
    backup: Flags.string({
      description: 'Keystore file of the same key; it is opened with its password first.',
      helpValue: 'FILE',
    }),
    'without-backup': Flags.boolean({
      description: 'Remove it although no backup was shown: the key may then be lost for ever.',
      exclusive: ['backup'],
    }),
    yes: yesFlag,
    ...keystoreFlags,
    ...passwordFlags,
  }

  async run(): Promise<{ name: string; address: Address; path: string; backup: string | null }> {
    const { args, flags } = await this.parse(KeysRemove)
    const key = await findKey(flags.keystore, args.key)
    const { name, address, path } = key
    const { backup } = flags
    if (backup !== undefined) {
      await proveBackup(key, backup, () => askPassword(flags['password-file'], `the backup ${backup}`))
      this.note(`${backup} opens and holds ${address}.`)
    } else if (!flags['without-backup']) {
      throw new MetisSeqError('BACKUP_NEEDED', `Whether ${name} (${address}) has a backup that opens is not known.`, {
        exit: Exit.precheck,
        next: 'Name it with --backup FILE (`keys export` makes one), or say --without-backup.',
      })
    }
    const lost = backup === undefined ? ' Nobody can sign for it again unless a copy exists elsewhere.' : ''
    await confirmOnce(`Remove ${path}, the key of ${address}?${lost}`, flags.yes)
    await removeKey(key)
    this.print(`Removed ${name} (${address}).`)
    return { name, address, path, backup: backup ?? null }
  }
}
