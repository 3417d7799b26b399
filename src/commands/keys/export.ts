import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { askPassword, keystoreFlags, passwordFlags } from '../../cli/signing.js'
import { copyKey, findKey, type KeyInfo } from '../../signers/index.js'

/** Writes an encrypted copy of a key. */
export default class KeysExport extends BaseCommand {
  static override summary = 'Write a copy of a key, encrypted with a password of its own, for a backup or another tool.'
  static override description = 'The copy is a keystore file (V3). The bare private key is never written or shown.'
  static override examples = ['<%= config.bin %> <%= command.id %> owner --out /media/backup/owner.json']
  static override args = { key: Args.string({ description: 'Name or address of the key.', required: true }) }
  static override flags = {
    out: Flags.string({ description: 'New file for the copy.', required: true, helpValue: 'FILE' }),
    'new-password-file': Flags.string({
      description: 'File with the password of the copy; without it you are asked.',
      helpValue: 'FILE',
    }),
    ...keystoreFlags,
    ...passwordFlags,
  }

  async run(): Promise<KeyInfo> {
    const { args, flags } = await this.parse(KeysExport)
    const key = await findKey(flags.keystore, args.key)
    const password = await askPassword(flags['password-file'], key.name)
    const next = await askPassword(flags['new-password-file'], 'the copy', true)
    const copy = await copyKey(key, { password, newPassword: next, path: flags.out })
    this.print(`Wrote ${copy.path} (${copy.address}). \`metis-seq keys backup-check\` tells whether it opens.`)
    return copy
  }
}
